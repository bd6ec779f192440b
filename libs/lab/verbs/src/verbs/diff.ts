import { diffMoments } from '@rehearsal/replay';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { diffLines } from '../time/diff-words.js';
import {
  distributionOutput,
  iteratorOutput,
  policyOutput,
  sinceText,
  slotCountsOutput,
} from '../time/moment-document.js';
import { MOMENT_WORDS } from '../time/read-moment.js';
import { lookAt, withRun, type MomentOfRun } from '../time/recorded-run.js';

const changed = <T extends z.ZodType>(type: T) => z.strictObject({ from: type, to: type }).nullable();
const role = z.strictObject({
  id: z.string(),
  /** '' where it was not there. */
  state: changed(z.string()),
  /** Incarnation: it came in anew. */
  life: changed(z.int()),
  admin: changed(z.string()),
  problems: changed(z.array(z.string())),
});
/** So many slots went from one to another; '' is nobody. */
const moves = z.array(z.strictObject({ from: z.string(), to: z.string(), slots: z.int() }));
const moment = z.strictObject({
  /** As it was given. */
  text: z.string(),
  atMs: z.number(),
  sinceStartMs: z.number(),
  /** Sequence of the last commit of this moment; 0 before the first. */
  seq: z.int(),
});
const output = z.strictObject({
  run: z.string(),
  fabric: z.string(),
  site: z.int(),
  a: moment,
  b: moment,
  /** Nothing changed but, perhaps, how far the log has come. */
  same: z.boolean(),
  members: z.array(role),
  orchestrators: z.array(role),
  smo: changed(z.string()),
  slots: z.strictObject({ changed: z.int(), active: moves, backup: moves, joining: moves }),
  sync: z.strictObject({
    counts: changed(slotCountsOutput),
    due: changed(z.int()),
    tableVersion: changed(z.int()),
    iterator: changed(iteratorOutput.nullable()),
  }),
  distribution: changed(distributionOutput),
  policy: changed(policyOutput),
  frozen: changed(z.boolean()),
  underLoad: changed(z.boolean()),
  autoClone: changed(z.string()),
  /** Version 0: the stream has no commit at that moment. */
  versions: z.array(z.strictObject({ stream: z.string(), from: z.int(), to: z.int() })),
  /** All of it in words, a line each. */
  words: z.array(z.string()),
});
type Out = z.input<typeof output>;

export default verb({
  path: 'diff',
  summary: 'what changed between two moments of a run',
  about:
    'Who came and went, who serves which slots now, what is in step, what was configured otherwise, and how far each ' +
    'stream of the log has come. Moments are given as to `at`; B may come before A, and then it reads backwards.',
  examples: [
    { command: 'rehearse diff latest fault fault+1s', does: 'what the first second after the fault changed' },
    { command: 'rehearse diff latest 1:40 1:41', does: 'what one commit changed' },
    { command: 'rehearse diff latest fault-0.1s end --json', does: 'whether all is as it was before, for programs' },
  ],
  positionals: ['run', 'a', 'b'],
  input: z.strictObject({
    run: z.string().describe("id or folder of a run, 'latest', or the name of a fabric that is up"),
    a: z.string().describe(MOMENT_WORDS),
    b: z.string().describe('the other moment, in the same words'),
  }),
  output,
  needs: 'run',
  effect: 'read',
  async handle(given, context) {
    return withRun(given.run, context, (run): Out => {
      const { head, times } = run;
      const [a, b] = [lookAt(run, given.a, 'A'), lookAt(run, given.b, 'B')];
      const diff = diffMoments(a.moment, b.moment);
      const about = (text: string, { atMs, states }: MomentOfRun): Out['a'] => ({
        text,
        atMs,
        sinceStartMs: Math.round(atMs - head.startedAtMs),
        seq: states.seq,
      });
      return {
        run: run.name,
        fabric: head.plan.fabric,
        site: times.site,
        a: about(given.a, a),
        b: about(given.b, b),
        ...(diff as unknown as Omit<Out, 'run' | 'fabric' | 'site' | 'a' | 'b' | 'words'>),
        words: diffLines(diff, head.startedAtMs),
      };
    });
  },
  render(out: Out) {
    const place = ({ sinceStartMs, seq }: Out['a']): string =>
      `${sinceText(sinceStartMs)} (${seq === 0 ? 'before the first commit' : `${out.site}:${seq}`})`;
    const head = `run ${out.run}, fabric ${out.fabric}: from ${place(out.a)} to ${place(out.b)}\n\n`;
    return head + out.words.map((line) => `${line}\n`).join('');
  },
});
