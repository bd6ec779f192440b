import type { Event, Input } from './machine.js';

/** Hybrid logical clock: ms since the epoch, and a counter among commits of the same ms. */
export interface Hlc {
  readonly ms: number;
  readonly count: number;
}

/** Who caused a commit, and how that was known. */
export interface Principal {
  readonly name: string;
  readonly known: 'signed' | 'token' | 'os-user' | 'asserted' | 'service';
}

/** One change of the fabric's mind: the input that caused it and the events it led to. */
export interface Commit<In extends Input = Input, Ev extends Event = Event> {
  /** Commit id, unique per attempt to decide: `<writer>.<incarnation>.<counter>`. */
  readonly id: string;
  /** `<kind>.<id>`, for example `security-group.SG1`. */
  readonly stream: string;
  /** 1 for the first commit of a stream. */
  readonly version: number;
  /** SHA-256 (hex) of the stored bytes of the stream's previous commit; '' for the first. */
  readonly prev: string;
  readonly input: In;
  readonly events: readonly Ev[];
  /** The commit (`stream:version`) this one follows from, when an intent carried it here. */
  readonly cause?: string;
  readonly principal: Principal;
  /** Hash of the machine code that decided. */
  readonly build: string;
  readonly time: Hlc;
}
