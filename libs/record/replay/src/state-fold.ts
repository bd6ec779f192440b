import type { AnyMachine, Event, Input, Machine } from '@rehearsal/kernel';
import { canonicalBytes, kindOf, sha256Hex } from '@rehearsal/kernel';
import { eventsOf, type CommitHead } from './commit-head.js';

/** One stream as its commits leave it. */
export interface StreamState {
  readonly stream: string;
  readonly version: number;
  /** Sequence, in the site's log, of its last commit, and the time of that one. */
  readonly seq: number;
  readonly atMs: number;
  /** As its machine folds it; null where there is no machine of its kind. */
  readonly state: unknown;
}

/** All streams of a site as a part of its log leaves them, from its begin on. */
export interface LogState {
  /** Sequence of the last commit; 0 before the first. */
  readonly seq: number;
  /** The greatest time of a commit so far, ms since the epoch; 0 before the first. */
  readonly atMs: number;
  /** By name. */
  readonly streams: readonly StreamState[];
}

export const NOTHING: LogState = { seq: 0, atMs: 0, streams: [] };

/** SHA-256 (hex) over the canonical bytes of a machine's state: the same wherever and from wherever it was folded. */
export function stateHash(state: unknown): string {
  return sha256Hex(canonicalBytes(state));
}

type Registered = Pick<Machine<unknown, Input, Event>, 'initial' | 'evolve'>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Folds the commits of a site's log, one after the other. */
export class StateFold {
  readonly #machines: Readonly<Record<string, AnyMachine>>;
  readonly #streams = new Map<string, Mutable<StreamState>>();
  #seq: number;
  #atMs: number;

  /** @param begin where the fold goes on from, as another one had it */
  constructor(machines: Readonly<Record<string, AnyMachine>>, begin: LogState = NOTHING) {
    this.#machines = machines;
    this.#seq = begin.seq;
    this.#atMs = begin.atMs;
    for (const stream of begin.streams) this.#streams.set(stream.stream, { ...stream });
  }

  get seq(): number {
    return this.#seq;
  }

  get atMs(): number {
    return this.#atMs;
  }

  /** Takes the next commit of the log. @throws CommitFormatError */
  take(line: Uint8Array, { stream: name, version, atMs }: CommitHead, seq: number): void {
    const machine = this.#machineOf(name);
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = { stream: name, version: 0, seq: 0, atMs: 0, state: machine?.initial ?? null };
      this.#streams.set(name, stream);
    }
    if (machine !== undefined) {
      let { state } = stream;
      for (const event of eventsOf(line)) state = machine.evolve(state, event);
      stream.state = state;
    }
    stream.version = version;
    stream.seq = seq;
    stream.atMs = atMs;
    this.#seq = seq;
    this.#atMs = Math.max(this.#atMs, atMs);
  }

  state(): LogState {
    const streams = [...this.#streams.values()].sort((a, b) => (a.stream < b.stream ? -1 : 1));
    return { seq: this.#seq, atMs: this.#atMs, streams: streams.map((s) => ({ ...s })) };
  }

  #machineOf(stream: string): Registered | undefined {
    const kind = kindOf(stream);
    return Object.hasOwn(this.#machines, kind) ? (this.#machines[kind] as unknown as Registered) : undefined;
  }
}
