import { z } from 'zod';
import { originOf } from '@rehearsal/audit';
import { findRun, readRunHead } from '@rehearsal/experiment/run-folder';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { verifierOf } from '../audit/audit-keys.js';
import { namesOf } from '../audit/audited-log.js';
import { ofOrigin, pickCheckpoint, readNamed } from '../audit/checkpoint-files.js';
import { EXIT, verb, type HeldCheckpoints, type VerifyReport } from '../registry/verb.js';

const output = z.looseObject({
  run: z.string(),
  verdict: z.enum(['pass', 'fail']),
  kind: z.enum(['ok', 'tampered', 'decides-differently']),
  commits: z.int(),
  decided: z.int(),
  problems: z.array(z.string()),
  limits: z.array(z.string()),
});
type Out = VerifyReport & { readonly run: string; readonly verdict: 'pass' | 'fail' };
const CODES = { ok: EXIT.ok, tampered: EXIT.deviated, 'decides-differently': EXIT.differs } as const;

export default verb({
  path: 'verify',
  summary: "check a run's log and decide all of it again",
  about:
    "Every commit is checked against the one before it and against the run's seals, and every decision is taken again " +
    'by the machine code that is kept with the run: it has to come to the recorded events, byte for byte. An altered ' +
    'log ends with exit code 1, code that decides differently with 4. A tail that is missing shows only against a seal ' +
    'or a checkpoint that was kept elsewhere ([audit](../audit.md)).',
  examples: [
    { command: 'rehearse verify latest', does: 'verify the last run' },
    { command: 'rehearse verify runs/steady-lossless-sim-7', does: 'verify a run by its folder' },
    { command: 'rehearse verify latest --with current', does: "list what today's code would decide differently" },
    {
      command: 'rehearse verify latest --checkpoint held.txt --key audit.key.pub',
      does: 'also compare it with every checkpoint of it in a file, signed by that key',
    },
    { command: 'rehearse verify latest --archive', does: 'the log as its archive has it, commit for commit' },
  ],
  positionals: ['run'],
  input: z.strictObject({
    run: z.string().describe('an id, a path, or latest'),
    with: z
      .enum(['recorded', 'current'])
      .default('recorded')
      .describe("the code that decides: the run's own, or today's"),
    checkpoint: z
      .string()
      .optional()
      .describe('a file of checkpoints kept elsewhere, of which all of this run count, or FILE:SIZE for one'),
    archive: z
      .boolean()
      .default(false)
      .describe('the log in the archive of the run, instead of the one in its folder; DATABASE_URL as with `up`'),
    key: z.string().optional().describe('the verifier key of the checkpoints, or a file with it'),
  }),
  output,
  needs: 'run',
  effect: 'read',
  async handle(given, context): Promise<Out> {
    const folder = findRun(given.run, context.runsFolder);
    const held = heldFor(folder, given);
    const report = await context.services.verify(folder, given.with === 'current', held, given.archive);
    return { run: folder, verdict: report.kind === 'ok' ? 'pass' : 'fail', ...report };
  },
  render(out: Out) {
    const words = {
      ok: 'the log holds',
      tampered: 'the log was altered',
      'decides-differently': 'the code decides differently',
    };
    const counts = `${out.commits} commits, ${out.decided} decided again the same`;
    return [`${out.run}: ${words[out.kind]} (${counts})`, ...out.problems, ...out.limits, ''].join('\n');
  },
  exitCode: (out) => CODES[out.kind],
});

function heldFor(
  folder: string,
  { checkpoint, key }: { readonly checkpoint?: string | undefined; readonly key?: string | undefined },
): HeldCheckpoints | undefined {
  if (checkpoint === undefined) {
    if (key === undefined) return undefined;
    throw new LabError('bad-input', '--key: there is no checkpoint to check with it.', 'Name one: --checkpoint FILE.');
  }
  const head = readRunHead(folder);
  const names = namesOf(head);
  const origin = originOf(names.fabric, names.run, head.plan.site);
  const named = readNamed(checkpoint);
  const verifier = key === undefined ? undefined : verifierOf(key);
  const one = named.size === undefined ? undefined : pickCheckpoint(named, origin);
  return { ...names, checkpoints: one === undefined ? ofOrigin(named, origin) : [one], verifier };
}
