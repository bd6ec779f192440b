import type { ProcessStatus } from '@rehearsal/lab-port';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { labOf, nameField } from './lab-fields.js';
import { textTable } from './table.js';

const row = z.strictObject({
  id: z.string(),
  /** The operating system's number of the process; null while there is none. */
  pid: z.int().nullable(),
  incarnation: z.int(),
  process: z.enum(['running', 'hung', 'dead', 'rebooting']),
  state: z.string(),
  ready: z.boolean(),
  connections: z.int(),
});
const output = z.strictObject({
  name: z.string(),
  run: z.string(),
  fabric: z.string(),
  profile: z.string(),
  world: z.string(),
  atMs: z.number(),
  bus: z.enum(['up', 'down']),
  members: z.array(row),
  orchestrators: z.array(row),
  sync: row,
  traffic: row,
});
type Out = z.output<typeof output>;

const rowOf = (p: ProcessStatus): z.output<typeof row> => {
  const { id, pid, incarnation, process, state, ready, connections } = p;
  return { id, pid, incarnation, process, state, ready, connections };
};

export default verb({
  path: 'status',
  summary: 'a running fabric, member by member',
  about: 'Asks a fabric that runs now, in whichever process. The process numbers are those a kill takes.',
  examples: [
    { command: 'rehearse status', does: 'a table of all processes' },
    { command: 'rehearse status --name branch --json', does: 'the same of fabric branch, for programs' },
  ],
  positionals: [],
  input: z.strictObject({ name: nameField }),
  output,
  needs: 'lab',
  effect: 'read',
  async handle(_given, context): Promise<Out> {
    const { lab, name, run } = labOf(context);
    const s = await lab.status();
    return {
      name,
      run,
      fabric: s.fabric,
      profile: s.profile,
      world: lab.world,
      atMs: s.atMs,
      bus: s.bus,
      members: s.members.map(rowOf),
      orchestrators: s.orchestrators.map(rowOf),
      sync: rowOf(s.sync),
      traffic: rowOf(s.traffic),
    };
  },
  render(out: Out) {
    const rows = [
      ...out.orchestrators.map((r) => ['orchestrator', r] as const),
      ...out.members.map((r) => ['member', r] as const),
      ['sync', out.sync] as const,
      ['traffic', out.traffic] as const,
    ];
    return [
      `fabric ${out.fabric} (${out.profile}), run ${out.run}, bus ${out.bus}\n\n`,
      textTable(
        ['role', 'id', 'pid', 'state', 'connections', 'incarnation'],
        rows.map(([role, r]) => [role, r.id, r.pid, r.state, r.connections, r.incarnation]),
      ),
    ].join('');
  },
});
