import { contradictions, faultText, keyTitle, named, signCheckpoint, signedBefore } from '@rehearsal/audit';
import type { Checkpoint, Signer } from '@rehearsal/audit';
import type { Cancel, Level } from '@rehearsal/kernel';
import { Publisher } from '@rehearsal/outlet';
import type { Outlet, OutletSource } from '@rehearsal/outlet';
import type { AfterArchiving } from '../after-archiving.js';
import type { ArchiveStore, LogArchive } from '../archive-store.js';
import { positionsIn } from '../positions.js';
import { publishedIn, publishIn, signerIn } from './checkpoint-files.js';
import type { CheckpointPlaces } from './checkpoint-files.js';
import { RunTrees } from './run-trees.js';

export interface CheckpointWorld {
  after(delayMs: number, run: () => void): Cancel;
  count(id: string, n: number): void;
  note(level: Level, code: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface CheckpointParts extends CheckpointPlaces {
  readonly everyMs: number;
  readonly place: { readonly fabric: string; readonly run: string; readonly site: number };
  /** Where they are published beside the file, if anywhere. */
  readonly outlet?: Outlet | undefined;
}

/**
 * - `opening`: the archive is
 * - `signs`
 * - `unsigned`: there is no key, or another process signs
 * - `behind`: the archive has less than was signed before, as where it lags behind a log that was signed by hand
 * - `refused`: the archive lacks a commit, or holds other ones than were signed before
 * - `away`: something cannot be read or written
 */
export type CheckpointState = 'opening' | 'signs' | 'unsigned' | 'behind' | 'refused' | 'away';

/**
 * Signs the Merkle trees of a run's archived log again and again as it grows, and publishes that outside of the archive.
 * The key is looked for each time, and never kept. A log that does not begin with what the key signed before is not signed.
 */
export class CheckpointSigner implements AfterArchiving {
  readonly #parts: CheckpointParts;
  readonly #world: CheckpointWorld;
  #state: CheckpointState = 'opening';
  #reason: string | undefined;
  #signer: string | undefined;
  /** What the key signed of this log, the latest last. */
  #own: readonly Checkpoint[] = [];
  /** Those of them that the log was compared with. */
  readonly #compared = new Set<string>();
  #trees: RunTrees | undefined;
  #publisher: Publisher | undefined;
  #working: Promise<void> = Promise.resolve();
  #cancel: Cancel = () => undefined;
  #isStopping = false;
  /** There was nothing to sign yet. */
  #isEmpty = false;

  constructor(parts: CheckpointParts, world: CheckpointWorld) {
    this.#parts = parts;
    this.#world = world;
  }

  start(log: LogArchive, _archivedSeq: number, store: ArchiveStore): void {
    this.#trees = new RunTrees(store, this.#parts.place);
    const { outlet } = this.#parts;
    if (outlet !== undefined) this.#publisher = new Publisher(outlet, this.#source(log), this.#world);
    this.#publisher?.start();
    this.#work();
  }

  /** What is new is taken when its time has come, but for the first there is: the earlier that is signed the better. */
  grown(): void {
    if (!this.#isEmpty || this.#isStopping) return;
    this.#isEmpty = false;
    this.#working = this.#working.then(() => this.#signOnce());
  }

  status(): Readonly<Record<string, unknown>> {
    const { everyMs, file } = this.#parts;
    return {
      state: this.#state,
      file,
      everySeconds: everyMs / 1_000,
      commits: coveredBy(this.#own.at(-1)),
      ...(this.#signer !== undefined && { signer: this.#signer }),
      ...(this.#reason !== undefined && { reason: this.#reason }),
      ...(this.#publisher !== undefined && { outlet: this.#publisher.state }),
    };
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#isStopping = true;
    this.#cancel();
    if (this.#trees === undefined) return;
    this.#work();
    let cancel: Cancel = () => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.#world.after(deadlineMs, resolve);
    });
    await Promise.race([this.#working, late]);
    cancel();
    await this.#publisher?.stop(deadlineMs);
  }

  /** One after the other. */
  #work(): void {
    this.#working = this.#working.then(() => this.#signOnce());
    if (!this.#isStopping) this.#cancel = this.#world.after(this.#parts.everyMs, () => this.#work());
  }

  async #signOnce(): Promise<void> {
    try {
      await this.#sign(this.#trees!);
    } catch (error) {
      this.#become('away', error instanceof Error ? error.message : String(error));
    }
    this.#publisher?.wake();
  }

  async #sign(trees: RunTrees): Promise<void> {
    const { keyFile, file, place } = this.#parts;
    const signer = signerIn(keyFile);
    if (signer === undefined) {
      this.#become('unsigned', `there is no key at ${keyFile}; make one: rehearse audit key`);
      return;
    }
    this.#signer = keyTitle(signer);
    const missing = await trees.advance();
    if (missing !== undefined) {
      this.#become('refused', missing);
      return;
    }
    const { log } = trees;
    const [lowest] = trees.trees;
    if (log === undefined || lowest === undefined) throw new Error('the archive has no log of this run');
    if (lowest.site !== place.site) {
      this.#become('unsigned', `the archive of site ${lowest.site} signs for all sites`);
      return;
    }
    this.#own = signedBefore(log.origin, publishedIn(file), signer);
    if (!this.#fits(log, signer)) return;
    const made = signCheckpoint(log.origin, trees.trees, signer);
    this.#isEmpty = coveredBy(made) === 0;
    if (!this.#isEmpty && this.#own.at(-1)?.note.text !== made.note.text) {
      publishIn(file, made);
      this.#own = [...this.#own, made];
      this.#compared.add(made.signedText);
    }
    this.#become('signs', undefined);
  }

  /** Whether the log holds everything that was signed before. */
  #fits(log: NonNullable<RunTrees['log']>, signer: Signer): boolean {
    for (const before of this.#own) {
      if (this.#compared.has(before.signedText)) continue;
      const faults = contradictions(log, before, signer);
      if (faults.length > 0) {
        const what = `the archive does not fit the ${named(before)} in ${this.#parts.file}`;
        const isBehind = faults.every(({ fault }) => fault === 'size');
        this.#become(isBehind ? 'behind' : 'refused', `${what}: ${faults.map(faultText).join('; ')}`);
        return false;
      }
      this.#compared.add(before.signedText);
    }
    return true;
  }

  /** Checkpoints as the file has them, each by the commits it covers. */
  #source(log: LogArchive): OutletSource {
    return {
      ...positionsIn(log, 'checkpoints'),
      last: () => coveredBy(this.#own.at(-1)),
      read: (fromSeq) => {
        const next = this.#own.filter((one) => coveredBy(one) >= fromSeq);
        const events = next.map((one) => ({
          series: one.origin,
          seq: coveredBy(one),
          contentType: 'text/plain; charset=UTF-8',
          body: one.signedText,
        }));
        return Promise.resolve(events);
      },
    };
  }

  #become(state: CheckpointState, reason: string | undefined): void {
    if (state === 'refused' && this.#state !== 'refused') this.#world.note('error', 'checkpoint_refused', { reason });
    if (state === 'away' && this.#state !== 'away') this.#world.note('warn', 'checkpoint_away', { reason });
    this.#state = state;
    this.#reason = reason;
    this.#world.count('checkpoint_commits_now', coveredBy(this.#own.at(-1)));
    this.#world.count('checkpoint_refused_now', state === 'refused' ? 1 : 0);
  }
}

/** Commits of all sites together. */
function coveredBy(checkpoint: Checkpoint | undefined): number {
  return (checkpoint?.trees ?? []).reduce((sum, { size }) => sum + size, 0);
}
