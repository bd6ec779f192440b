import type { Command, CommandReply, Health, Role } from '@rehearsal/kernel';
import { tellingOfGrowth } from './after-archiving.js';
import type { AfterArchiving } from './after-archiving.js';
import { ArchiveFollower } from './archive-follower.js';
import type { FollowerWorld } from './archive-follower.js';
import { ArchiveRefusal } from './archive-store.js';
import type { ArchiveStore, LogKey } from './archive-store.js';

export interface ArchiveRoleWorld extends FollowerWorld {
  /** This process must not go on. */
  fatal(code: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface ArchiveRoleParts {
  readonly key: LogKey;
  /** Opens the store; tried again until it can be. */
  readonly open: () => Promise<ArchiveStore>;
  /** What is done with the log once it is archived, by the name it has in what the archive says of itself. */
  readonly after?: Readonly<Record<string, AfterArchiving>>;
}

/** The code with which the archive gives up: waiting would not mend it. */
export const ARCHIVE_REFUSED = 'archive_refused';

const OPEN_AGAIN_FROM_MS = 200;
const OPEN_AGAIN_TO_MS = 5_000;

/**
 * The archive as a process of the fabric hosts it. It decides nothing and answers to nobody's packets: a role in how it
 * is started, asked, measured and stopped, so that it is run and watched like all others.
 */
export class ArchiveRole implements Role {
  readonly #world: ArchiveRoleWorld;
  readonly #parts: ArchiveRoleParts;
  #store: ArchiveStore | undefined;
  #follower: ArchiveFollower | undefined;
  #isFollowing = false;
  #isStopping = false;
  #reason = 'the archive is being opened';
  readonly #after: readonly (readonly [name: string, after: AfterArchiving])[];

  constructor(world: ArchiveRoleWorld, parts: ArchiveRoleParts) {
    this.#world = world;
    this.#parts = parts;
    this.#after = Object.entries(parts.after ?? {});
  }

  start(): void {
    void this.#open(OPEN_AGAIN_FROM_MS);
  }

  health(): Health {
    const { run } = this.#parts.key;
    const { archivedSeq = 0, logSeq = 0, lag = 0, store = 'away' } = this.#follower?.state ?? {};
    const about = this.#store?.about ?? this.#reason;
    const after = Object.fromEntries(this.#after.map(([name, one]) => [name, one.status()]));
    return {
      ready: this.#isFollowing && store === 'up',
      detail: { state: !this.#isFollowing ? 'opening' : store, run, store: about, archivedSeq, logSeq, lag, ...after },
    };
  }

  command(command: Command, done: (reply: CommandReply) => void): void {
    if (command.name === 'status') done({ ok: true, body: { ...this.health().detail, ready: this.health().ready } });
    else done({ ok: false, reason: `there is no command ${command.name}` });
  }

  stop(deadlineMs: number, done: () => void): void {
    this.#isStopping = true;
    const stopped = async (): Promise<void> => {
      await this.#follower?.stop(deadlineMs);
      await Promise.all(this.#after.map(([, one]) => one.stop(deadlineMs)));
      await this.#store?.close();
    };
    stopped().then(done, (error: unknown) => {
      this.#world.note('warn', 'archive_close_failed', { reason: reasonOf(error) });
      done();
    });
  }

  async #open(againMs: number): Promise<void> {
    try {
      this.#store ??= await this.#parts.open();
      await this.#store.migrate();
      const log = await this.#store.openLog(this.#parts.key);
      if (this.#isStopping) return;
      const follower = new ArchiveFollower(
        tellingOfGrowth(log, (archivedSeq) => this.#grown(archivedSeq)),
        this.#world,
        (refusal) => this.#refuse(refusal),
      );
      this.#follower = follower;
      await follower.start();
      if (this.#isStopping) return;
      this.#isFollowing = true;
      for (const [, one] of this.#after) one.start(log, follower.state.archivedSeq, this.#store);
      this.#world.note('info', 'archive_follows', { ...this.#follower.state, store: this.#store.about });
    } catch (error) {
      if (this.#isStopping) return;
      if (error instanceof ArchiveRefusal) {
        this.#refuse(error);
        return;
      }
      this.#reason = reasonOf(error);
      this.#world.note('warn', 'archive_away', { reason: this.#reason });
      this.#world.after(againMs, () => void this.#open(Math.min(againMs * 2, OPEN_AGAIN_TO_MS)));
    }
  }

  #grown(archivedSeq: number): void {
    for (const [, one] of this.#after) one.grown(archivedSeq);
  }

  #refuse(refusal: Error): void {
    this.#world.fatal(ARCHIVE_REFUSED, { reason: refusal.message });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
