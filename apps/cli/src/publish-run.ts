import { CheckpointSigner, CommitOutlet } from '@rehearsal/archive';
import { readRunHead } from '@rehearsal/experiment';
import { LabError } from '@rehearsal/lab-port';
import type { PublishReport } from '@rehearsal/verbs';
import { inArchiveOf } from './archive-of-run.js';
import { checkpointSurroundings, kafkaSurroundings } from './archive-surroundings.js';

/** A large archive takes a while; what does not answer is given up much sooner. */
const WITHIN_MS = 3_600_000;

/** What an outlet says of itself. */
interface OutletStatus {
  readonly about: string;
  readonly publishedSeq: number;
  readonly lag: number;
  readonly reason?: string;
}

const WORLD = {
  after: (delayMs: number, run: () => void) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  count: () => undefined,
  note: () => undefined,
};

/**
 * Publishes what the archive of a run that is over has and Kafka was not given, and its checkpoints.
 * @throws LabError where something is not published, or the archive is not what was signed
 */
export async function publishRun(folder: string): Promise<PublishReport> {
  const head = readRunHead(folder);
  const kafka = kafkaSurroundings();
  if (kafka === undefined) {
    throw new LabError('bad-input', 'No brokers are named.', 'Name some: KAFKA_BROKERS=host:port,host:port.');
  }
  const place = { fabric: head.plan.fabric, run: head.runId, site: head.plan.site };
  return inArchiveOf(folder, head, async (store, key) => {
    const log = await store.openLog(key);
    const archivedSeq = await log.checkpoint();
    const commits = new CommitOutlet(kafka.commits, place, WORLD);
    commits.start(log, archivedSeq);
    await commits.stop(WITHIN_MS);
    const to = published(commits.status() as unknown as OutletStatus);
    const signer = new CheckpointSigner({ ...checkpointSurroundings(), place, outlet: kafka.checkpoints }, WORLD);
    signer.start(log, archivedSeq, store);
    await signer.stop(WITHIN_MS);
    const { state, reason, outlet } = signer.status();
    if (state !== 'signs' && state !== 'unsigned') {
      throw new LabError('deviated', `No checkpoint is made: ${String(reason)}.`, 'See rehearse verify --archive.');
    }
    const signed = state === 'signs' ? published(outlet as OutletStatus) : null;
    return {
      commits: { to: to.about, published: to.publishedSeq },
      checkpoints: signed === null ? null : { to: signed.about, covered: signed.publishedSeq },
    };
  });
}

/** @throws LabError where not everything is */
function published(status: OutletStatus): OutletStatus {
  const { about, publishedSeq, lag, reason } = status;
  if (lag === 0) return status;
  throw new LabError(
    'environment',
    `${about} has ${publishedSeq} of ${publishedSeq + lag} commits: ${reason}.`,
    'The others stay in the archive; publish them when it is there again.',
  );
}
