import { findRun } from '@rehearsal/experiment/run-folder';
import { z } from 'zod';
import { EXIT, verb, type VerifyReport } from '../registry/verb.js';

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
    'that was kept elsewhere.',
  examples: [
    { command: 'rehearse verify latest', does: 'verify the last run' },
    { command: 'rehearse verify runs/steady-lossless-sim-7', does: 'verify a run by its folder' },
    { command: 'rehearse verify latest --with current', does: "list what today's code would decide differently" },
  ],
  positionals: ['run'],
  input: z.strictObject({
    run: z.string().describe('an id, a path, or latest'),
    with: z
      .enum(['recorded', 'current'])
      .default('recorded')
      .describe("the code that decides: the run's own, or today's"),
  }),
  output,
  needs: 'run',
  effect: 'read',
  async handle(given, context): Promise<Out> {
    const folder = findRun(given.run, context.runsFolder);
    const report = await context.services.verify(folder, given.with === 'current');
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
