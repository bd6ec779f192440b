import { findFabricFile, loadFabric } from '@rehearsal/fabric';
import type { FabricPlan } from '@rehearsal/lab-port';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { textTable } from './table.js';

export default verb({
  path: 'inspect',
  summary: 'a fabric file with everything filled in',
  about: 'Shows what would be started: every process, every member with its share, and every setting with its value.',
  examples: [
    { command: 'rehearse inspect examples/fabrics/single-site.fabric.yaml', does: 'what this file stands for' },
    {
      command: 'rehearse inspect --set profile=lossless --json',
      does: 'the fabric file of this folder, in the other profile',
    },
  ],
  positionals: ['fabric'],
  input: z.strictObject({
    fabric: z.string().optional().describe('fabric file; default: the *.fabric.yaml of this folder'),
  }),
  output: z.looseObject({ fabric: z.string() }),
  needs: 'nothing',
  effect: 'read',
  async handle(given, context): Promise<FabricPlan> {
    const { profile, settings } = context.set;
    const path = given.fabric ?? findFabricFile(process.cwd());
    return loadFabric(path, { overrides: { ...settings }, ...(profile === undefined ? {} : { profile }) });
  },
  render(plan: FabricPlan) {
    const { securityGroup: group, traffic } = plan;
    const weights = group.members.reduce((sum, m) => sum + m.weight, 0);
    const mix = Object.entries(traffic.mix).map(([name, share]) => `${name} ${share} %`);
    return [
      `fabric ${plan.fabric}, profile ${plan.profile}\n`,
      `orchestrators ${plan.orchestrators.join(', ')}\n`,
      `Security Group ${group.name}: ${group.release} take ${group.take}, ${group.address}\n\n`,
      textTable(
        ['member', 'model', 'cores', 'weight', 'slots, about', 'group'],
        group.members.map((m) => [
          m.id,
          m.model,
          m.cores,
          m.weight,
          Math.round((plan.settings['dist.slots'] * m.weight) / weights),
          m.group ?? '-',
        ]),
      ),
      '\n',
      textTable(
        ['interface', 'ports', 'address', 'distribution'],
        group.interfaces.map((i) => [i.name, i.ports.join(', '), i.address, i.distribution]),
      ),
      `\ntraffic: ${traffic.connections} connections, ${traffic.packetsPerSec} packets/s (${mix.join(', ')})\n\n`,
      textTable(
        ['setting', 'value'],
        Object.entries(plan.settings).map(([name, value]) => [name, String(value) || '(none)']),
      ),
    ].join('');
  },
});
