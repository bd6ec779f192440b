import { z } from 'zod';
import { EXIT, verb } from '../registry/verb.js';
import { textTable } from './table.js';

const result = z.looseObject({
  name: z.string(),
  value: z.number(),
  unit: z.string(),
  /** Whether it met its reach; null where it has none. */
  met: z.boolean().nullable(),
});
const output = z.looseObject({ smoke: z.boolean(), results: z.array(result) });
type Out = z.output<typeof output>;

export default verb({
  path: 'bench',
  summary: 'measure the hot paths',
  about:
    'Each benchmark says what it has to reach; exit code 1 when one does not. A short run says nothing about speed.',
  examples: [
    { command: 'rehearse bench', does: 'measure; some minutes' },
    { command: 'rehearse bench --smoke --json', does: 'see that every benchmark works' },
  ],
  positionals: [],
  input: z.strictObject({
    smoke: z.boolean().default(false).describe('short runs: shows that they work, not how fast'),
  }),
  output,
  needs: 'nothing',
  effect: 'read',
  handle: async (given, context): Promise<Out> => output.parse(await context.services.benchmarks(given)),
  render: (out: Out) =>
    textTable(
      ['benchmark', 'value', 'unit', ''],
      out.results.map((r) => [r.name, r.value, r.unit, r.met === null ? '' : r.met ? 'met' : 'MISSED']),
    ),
  exitCode: (out: Out) => (!out.smoke && out.results.some((r) => r.met === false) ? EXIT.deviated : EXIT.ok),
});
