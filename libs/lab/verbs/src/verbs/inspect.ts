import { findFabricFile, loadFabric } from '@rehearsal/fabric';
import type { FabricPlan, SecurityGroupPlan } from '@rehearsal/lab-port';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { softwareText } from '../upgrade/status.js';
import { diagramSources } from './fabric-diagram.js';
import { textTable } from './table.js';

/** How the plan is shown is no part of it: a symbol is not in the JSON. */
const FORMAT = Symbol('format');
type Shown = { readonly [FORMAT]: 'text' | 'json' | 'mermaid' | 'dot' };

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
    { command: 'rehearse inspect examples/fabrics/single-site.fabric.yaml --format mermaid', does: 'a diagram of it' },
  ],
  positionals: ['fabric'],
  input: z.strictObject({
    fabric: z.string().optional().describe('fabric file; default: the *.fabric.yaml of this folder'),
    format: z.enum(['text', 'json', 'mermaid', 'dot']).default('text').describe('how it is shown'),
  }),
  output: z.looseObject({ fabric: z.string() }),
  needs: 'nothing',
  effect: 'read',
  async handle(given, context): Promise<FabricPlan & Shown> {
    const { profile, settings } = context.set;
    const path = given.fabric ?? findFabricFile(process.cwd());
    const plan = loadFabric(path, { overrides: { ...settings }, ...(profile === undefined ? {} : { profile }) });
    return { ...plan, [FORMAT]: given.format };
  },
  render(plan: FabricPlan & Shown) {
    const format = plan[FORMAT];
    if (format === 'json') return `${JSON.stringify(plan, null, 2)}\n`;
    if (format === 'mermaid' || format === 'dot') return diagramSources[format](plan);
    const { securityGroup: group, traffic } = plan;
    const weights = group.members.reduce((sum, m) => sum + m.weight, 0);
    const mix = Object.entries(traffic.mix).map(([name, share]) => `${name} ${share} %`);
    return [
      `fabric ${plan.fabric}, profile ${plan.profile}\n`,
      `orchestrators ${plan.orchestrators.join(', ')}\n`,
      `Security Group ${group.name}: ${group.release} take ${group.take}, ${group.address}\n\n`,
      textTable(
        ['member', 'serial', 'model', 'cores', 'weight', 'slots, about', 'group'],
        group.members.map((m) => [
          m.id,
          m.serial ?? '-',
          m.model,
          m.cores,
          m.weight,
          Math.round((plan.settings['dist.slots'] * m.weight) / weights),
          m.group ?? '-',
        ]),
      ),
      ...sparesOf(group),
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

function sparesOf({ spares = [] }: SecurityGroupPlan): string[] {
  if (spares.length === 0) return [];
  const rows = spares.map((s) => [s.id, s.serial ?? '-', s.model, s.cores, s.weight, softwareText(s), s.group ?? '-']);
  return ['\n', textTable(['spare', 'serial', 'model', 'cores', 'weight', 'delivered with', 'group'], rows)];
}
