import { appendMsgId, parseCommit, sha256Hex, type Commit } from '@rehearsal/kernel';
import { LabError, type RecordedRun } from '@rehearsal/lab-port';
import type { SimWorld } from './sim-world.js';

interface Line {
  readonly stream: string;
  readonly bytes: Uint8Array;
  readonly msgId: string;
  readonly atUs: number;
}

const encoder = new TextEncoder();

/**
 * Goes along the log of a run of real processes: each of its commits is stored again at its time, byte for byte. The
 * processes of this world read it and live by it as they would by their own, and what they would have decided waits: it
 * was decided otherwise, or by another, and who wrote it finds out as ever. What still waits at the end is written then.
 */
export class Retrace {
  readonly #world: SimWorld;
  readonly #lines: readonly Line[];
  /** Ids of recorded commands, in order, by what they were and to whom. */
  readonly #commandIds = new Map<string, string[]>();
  /** The greatest number at the end of a commit's id. Who took a recorded commit for its own would think it decided. */
  readonly lastNumber: number;
  #next = 0;
  #waiting: (() => void)[] = [];

  /** @throws LabError (bad input) where a commit does not follow from the one before it in its stream */
  constructor(world: SimWorld, log: readonly string[], { startedAtMs }: RecordedRun) {
    this.#world = world;
    let lastMs = startedAtMs;
    let lastNumber = 0;
    const heads = new Map<string, string>();
    this.#lines = log.map((line, i) => {
      const commit = parseCommit(line);
      if (commit.prev !== (heads.get(commit.stream) ?? '')) throw notFollowing(i + 1, commit);
      const bytes = encoder.encode(line);
      heads.set(commit.stream, sha256Hex(bytes));
      // Clocks of processes differ by a little; the order of the log is the order in which it was stored.
      lastMs = Math.max(lastMs, commit.time.ms);
      if (commit.input.from === 'command') this.#noteCommand(commit);
      lastNumber = Math.max(lastNumber, Number(commit.id.slice(commit.id.lastIndexOf('.') + 1)) || 0);
      const atUs = Math.round((lastMs - world.epochMs) * 1000) + world.options.appendUs;
      return { stream: commit.stream, bytes, msgId: appendMsgId(commit), atUs };
    });
    this.lastNumber = lastNumber;
  }

  get isOver(): boolean {
    return this.#next === this.#lines.length;
  }

  /** From now to the last commit. */
  get restMs(): number {
    return ((this.#lines.at(-1)?.atUs ?? 0) - this.#world.nowUs) / 1000;
  }

  begin(): void {
    this.#planNext();
  }

  /** Somebody of this world would write something: once the record is at its end. */
  wait(run: () => void): void {
    this.#waiting.push(run);
  }

  /**
   * The id that a command of this name to that process had in the record; undefined when there was none, or no other,
   * and once the record is at its end. Under the same id the recorded decision is the answer to it.
   */
  commandId(name: string, process: string): string | undefined {
    if (this.isOver) return undefined;
    return this.#commandIds.get(keyOf(name, process))?.shift();
  }

  #planNext(): void {
    const line = this.#lines[this.#next];
    if (line !== undefined) this.#world.later(line.atUs, () => this.#store(line));
  }

  #store({ stream, bytes, msgId }: Line): void {
    // First, so that the last commit is the end of it for whoever hears of it.
    this.#next++;
    const { log } = this.#world;
    log.store({ stream, bytes, msgId, expectLastSeq: log.head(stream).seq });
    this.#planNext();
    if (!this.isOver) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const run of waiting) run();
  }

  /** A role calls a command `name.process.life.id`, a policy install puts a number before the id. */
  #noteCommand({ input }: Commit): void {
    const [name, process, _life, ...rest] = input.id.split('.');
    if (name === undefined || process === undefined || rest.length === 0) return;
    const [key, id] =
      name === 'install' ? [keyOf('policy-install', process), rest.slice(1)] : [keyOf(name, process), rest];
    const known = this.#commandIds.get(key);
    if (known === undefined) this.#commandIds.set(key, [id.join('.')]);
    else known.push(id.join('.'));
  }
}

function notFollowing(n: number, { stream, version }: Commit): LabError {
  return new LabError(
    'bad-input',
    `The run cannot be gone through again: commit ${n} of its log, ${stream}:${version}, does not follow from the one before it in its stream.`,
    'See what is wrong with the log: rehearse verify RUN.',
  );
}

const keyOf = (name: string, process: string): string => `${name} ${process}`;
