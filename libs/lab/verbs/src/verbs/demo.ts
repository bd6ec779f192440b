import { join } from 'node:path';
import { resultSchema, verdictSchema, type Verdict } from '@rehearsal/experiment';
import { z } from 'zod';
import { EXIT, verb } from '../registry/verb.js';
import { resultNotes, resultTable } from './result-text.js';
import { archiveSchema, checkpointSigner, withArchive } from './run-archive.js';
import { startRun } from './start-run.js';

const one = resultSchema.extend({
  /** Null in the simulator, whose log needs no keeping: the same seed makes it again. */
  archive: archiveSchema.nullable(),
});
const output = z.strictObject({
  verdict: verdictSchema,
  profiles: z.strictObject({ lossless: one, vendor: one }),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'demo',
  summary: 'a small fabric loses a member under traffic, once in each profile, side by side',
  about:
    'Starts two orchestrators, four members, sync and traffic as processes of their own, kills a member that serves ' +
    'hundreds of connections, lets it come back, and accounts for every packet and every connection. Profile vendor ' +
    'does what is publicly known of the vendor, profile lossless what this design can do. Every decision is archived ' +
    'in PostgreSQL, on the server that DATABASE_URL names or else in the folder of the run; at the end the archive is ' +
    'compared with the log, commit for commit, and its tree is signed, by the key of [audit](../audit.md) or else by ' +
    'one made for this alone, whose public part is shown.',
  examples: [
    { command: 'rehearse demo', does: 'two runs and a table; a few minutes' },
    { command: 'rehearse demo --json', does: 'the same for programs' },
    { command: 'rehearse demo --sim', does: 'the same in the simulator' },
  ],
  positionals: [],
  input: z.strictObject({ sim: z.boolean().default(false).describe('in the simulator instead of real processes') }),
  output,
  needs: 'nothing',
  effect: 'act',
  async handle(given, context): Promise<Out> {
    const path = join(context.services.root, 'examples', 'experiments', 'demo.yaml');
    const signer = checkpointSigner();
    const world = given.sim ? 'simulated' : 'processes';
    const run = async (profile: 'lossless' | 'vendor'): Promise<z.output<typeof one>> => {
      const result = await startRun(
        { path, world, seed: 1, keep: true, archive: !given.sim },
        { ...context, set: { ...context.set, profile }, say: (line) => context.say(`${profile}: ${line}`) },
      );
      return given.sim ? { ...result, archive: null } : withArchive(result, signer, context);
    };
    const lossless = await run('lossless');
    const vendor = await run('vendor');
    return { verdict: worst(lossless.verdict, vendor.verdict), profiles: { lossless, vendor } };
  },
  render({ profiles: { lossless, vendor } }: Out) {
    const both = [['lossless', lossless] as const, ['vendor', vendor] as const];
    return `${resultTable(both)}\n${resultNotes(lossless)}${resultNotes(vendor)}`;
  },
  exitCode: (out: Out) => (out.verdict === 'pass' ? EXIT.ok : EXIT.deviated),
});

function worst(a: Verdict, b: Verdict): Verdict {
  if (a === 'fail' || b === 'fail') return 'fail';
  return a === 'inconclusive' || b === 'inconclusive' ? 'inconclusive' : 'pass';
}
