import { faultText, named, proveGrowth, readOrigin, signatureFaults, toBase64 } from '@rehearsal/audit';
import { findLog } from '@rehearsal/experiment/run-folder';
import { z } from 'zod';
import { verifierOf } from '../audit/audit-keys.js';
import { logOfRun } from '../audit/audited-log.js';
import { CHECKPOINT_WORDS, pickCheckpoint, readNamed } from '../audit/checkpoint-files.js';
import { EXIT, verb } from '../registry/verb.js';

const output = z.strictObject({
  run: z.string(),
  verdict: z.enum(['pass', 'fail']),
  origin: z.string(),
  from: z.string(),
  to: z.string(),
  /** What is wrong; none: the log only grew. */
  problems: z.array(z.string()),
  limits: z.array(z.string()),
  proofs: z.array(z.strictObject({ site: z.int(), from: z.int(), to: z.int(), proof: z.array(z.string()) })),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'audit consistent',
  summary: 'prove from the log that it only grew from one checkpoint to another',
  about:
    "Makes the consistency proof of RFC 6962 for each site from the run's log, and checks it as somebody would who has " +
    'only the two checkpoints. Without --key their signatures are not looked at. See [audit](../audit.md).',
  examples: [
    { command: 'rehearse audit consistent held.txt now.txt', does: 'two checkpoints of the run that they name' },
    {
      command: 'rehearse audit consistent latest checkpoints.txt:40 checkpoints.txt --key audit.key.pub',
      does: 'the one of 40 commits and the last one of a file',
    },
  ],
  positionals: ['run', 'a', 'b'],
  input: z.strictObject({
    run: z
      .string()
      .optional()
      .describe('an id or a path, of a fabric that is up, too, or latest; default: the run that B names'),
    a: z.string().describe(`the earlier one: ${CHECKPOINT_WORDS}`),
    b: z.string().describe('the later one, named in the same way'),
    key: z.string().optional().describe('the verifier key or a file with it: check the signatures, too'),
  }),
  output,
  needs: 'run',
  effect: 'read',
  async handle({ run, a, b, key }, context): Promise<Out> {
    const [named1, named2] = [readNamed(a), readNamed(b)];
    const verifier = key === undefined ? undefined : verifierOf(key);
    const folder = findLog(run ?? readOrigin(named2.all.at(-1)!.origin)!.run, context.runsFolder);
    const log = await logOfRun(folder);
    const earlier = pickCheckpoint(named1, log.origin);
    const later = pickCheckpoint(named2, log.origin);
    const { faults, proofs } = proveGrowth(log, earlier, later);
    const unsigned = verifier === undefined ? [] : [earlier, later].flatMap((c) => signatureFaults(c, verifier));
    const problems = [...unsigned, ...faults].map(faultText);
    return {
      run: folder,
      verdict: problems.length === 0 ? 'pass' : 'fail',
      origin: log.origin,
      from: named(earlier),
      to: named(later),
      problems,
      limits: verifier === undefined ? ['No key was given: who signed the checkpoints was not looked at.'] : [],
      proofs: proofs.map(({ proof, ...about }) => ({ ...about, proof: proof.map(toBase64) })),
    };
  },
  render({ origin, verdict, from, to, problems, limits, proofs }: Out) {
    const says = verdict === 'pass' ? 'only grew' : 'did not only grow';
    const shown = proofs.map(
      ({ site, from: small, to: large, proof }) => `site ${site}: ${small} to ${large} commits, ${proof.length} hashes`,
    );
    return [`${origin} ${says} from the ${from} to the ${to}`, ...shown, ...problems, ...limits, ''].join('\n');
  },
  exitCode: ({ verdict }) => (verdict === 'pass' ? EXIT.ok : EXIT.deviated),
});
