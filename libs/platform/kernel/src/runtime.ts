import type { Hlc } from './commit.js';
import type { Cancel, CommitStore } from './store.js';

/** Seeded random numbers; every label draws from a stream of its own. */
export interface Rng {
  /** Integer in [0, below). */
  int(below: number): number;
  /** Unsigned 32-bit integer. */
  u32(): number;
}

/** A bus subject without the fabric's prefix. */
export type Subject = string;

/** An ordered, bounded way to one receiver. */
export interface Lane {
  /** A buffer of exactly `bytes` to fill; 4-byte aligned; ownership returns with `send`. */
  take(bytes: number): Uint8Array;
  /** Ownership moves to the lane, which never changes the bytes; false: full, the caller keeps it. */
  send(bytes: Uint8Array): boolean;
  /** The sender will not send bytes it once took again: the lane may use them for others once they have left. */
  give?(bytes: Uint8Array): void;
}

export type Reply =
  | { readonly kind: 'answer'; readonly body: Uint8Array }
  | { readonly kind: 'no-responders' }
  | { readonly kind: 'timeout' };

export type Level = 'debug' | 'info' | 'warn' | 'error';

export interface Self {
  readonly fabric: string;
  readonly site: number;
  readonly role: string;
  /** `1_03`, or the role's own name where there is one of it. */
  readonly id: string;
  /** One per process start, larger than any before for this id. */
  readonly incarnation: number;
  /** Numbers up to here are taken: another world had this start too, and its commits are in this log. */
  readonly commitsBefore?: number;
}

/** All a role may know of the world. Live it is NATS and the wall clock; simulated, an event heap. */
export interface Runtime {
  readonly self: Self;
  /** ms since the epoch, not going back within a process; may have a fraction. */
  nowMs(): number;
  hlc(): Hlc;
  rng(label: string): Rng;
  after(delayMs: number, run: () => void): Cancel;
  /** ms of processor time this process has used since it started; simulated, what its work was modelled to cost. */
  cpuMs(): number;
  /** Uses up so many µs of processor time, during which nothing else of this process runs. */
  spend(us: number): void;
  /** Takes up so many bytes of memory until the answer is called; simulated, nothing needs them. */
  takeMemory(bytes: number): Cancel;
  /** Runs once when all messages at hand have been handled; calls during the same turn queue up in order. */
  atTurnEnd(run: () => void): void;
  /** `onUndeliverable`: nobody listens at the receiver's subject. */
  lane(to: Subject, options: { maxInFlightBytes: number; onUndeliverable?: () => void; onDrained?: () => void }): Lane;
  /** `bytes` is 4-byte aligned and valid during the call only. */
  listen(at: Subject, on: (bytes: Uint8Array) => void): Cancel;
  ask(to: Subject, body: Uint8Array, timeoutMs: number, done: (reply: Reply) => void): void;
  /**
   * Answers `ask` at a subject; `group` shares the questions among all who name it. An answer is lost when the bus has
   * been away since its question: whoever asked asks again.
   */
  answer(
    at: Subject,
    group: string | undefined,
    on: (body: Uint8Array, reply: (body: Uint8Array) => void) => void,
  ): Cancel;
  readonly log: CommitStore;
  /**
   * Hands bytes over for the record: the site keeps what comes to a subject of the map's `flow-records` row in a bounded
   * stream, at least once; what had to be sent again may stand behind what came later. Nothing answers. Ownership
   * moves; false: too much is under way or the bus is away, and the caller keeps them.
   */
  report(to: Subject, bytes: Uint8Array): boolean;
  onBus(on: (state: 'up' | 'down') => void): Cancel;
  /** Adds to a counter (or sets a gauge: ids ending in `_now`). Ids are `snake_case`. */
  count(id: string, n: number): void;
  note(level: Level, code: string, fields: Readonly<Record<string, unknown>>): void;
  /** This process can no longer be trusted to act (hash mismatch, invariant broken): stop it, loudly. */
  fatal(code: string, fields: Readonly<Record<string, unknown>>): void;
  /**
   * Ends this process and has it started again after so long. `orderly`: its role stops first and what it sent arrives;
   * `panic`: at once, with whatever it was doing.
   */
  reboot(how: 'orderly' | 'panic', afterMs: number): void;
}

export interface Health {
  readonly ready: boolean;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** An operator's or the lab's word to a role: name and plain JSON arguments. */
export interface Command {
  readonly id: string;
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
}

export type CommandReply =
  | { readonly ok: true; readonly body: unknown }
  | { readonly ok: false; readonly reason: string };

/** Machines plus the glue around them. Handlers are synchronous and answered by callback. */
export interface Role {
  start(): void;
  health(): Health;
  command(command: Command, done: (reply: CommandReply) => void): void;
  stop(deadlineMs: number, done: () => void): void;
  /**
   * Values behind the settings it was made with are others from now on, as where a recorded run is gone on with under
   * other settings: what it has copied from them it copies again. What it reads where it needs it, it need not.
   */
  settingsChanged?(): void;
}
