import type { AnyMachine, Commit, Event, Input, Machine } from '@rehearsal/kernel';
import { canonicalCopy, canonicalText, kindOf } from '@rehearsal/kernel';
import { sameJson } from './same-json.js';

type Registered = Machine<unknown, Input, Event>;

interface Stream {
  readonly machine: Registered;
  state: unknown;
  /** What was read back of the parts of the state, so that a small change costs little. */
  readonly memo: WeakMap<object, object>;
  readonly seen: Map<string, number>;
}

/** `undefined`: decided again with the same events. */
export type Redecision =
  | { readonly expected: string; readonly seen: string }
  | { readonly undecided: string }
  | undefined;

/** Decides every recorded input again, on the state that the recorded events lead to. */
export class Redecider {
  readonly #machines: Readonly<Record<string, AnyMachine>>;
  readonly #seenIds: boolean;
  /** A string says why the stream can no longer be decided. */
  readonly #streams = new Map<string, Stream | string>();

  constructor(machines: Readonly<Record<string, AnyMachine>>, seenIds: boolean) {
    this.#machines = machines;
    this.#seenIds = seenIds;
  }

  /** The stream is broken: no state to decide on from here. */
  giveUp(stream: string, reason: string): void {
    this.#streams.set(stream, reason);
  }

  redecide(commit: Commit): Redecision {
    const stream = this.#streamOf(commit.stream);
    if (typeof stream === 'string') return { undecided: stream };
    try {
      const problem = this.#compare(stream, commit);
      for (const event of commit.events) stream.state = stream.machine.evolve(stream.state, event);
      return problem;
    } catch (error) {
      this.giveUp(commit.stream, `${stream.machine.kind} failed at version ${commit.version}`);
      return { expected: canonicalText(commit.events), seen: `the machine failed: ${(error as Error).message}` };
    }
  }

  #compare(stream: Stream, commit: Commit): Redecision {
    const { input, events, version } = commit;
    const before = stream.seen.get(input.id);
    stream.seen.set(input.id, before ?? version);
    if (this.#seenIds && before !== undefined) {
      return {
        expected: `an answer from version ${before}, where input ${input.id} was decided`,
        seen: 'a second decision',
      };
    }
    // As anyone would who has only the record. What a machine keeps beyond that, or changed in place, is not there.
    const readBack = stream.machine.decide(canonicalCopy(stream.state, stream.memo), input);
    if (!sameJson(events, readBack)) {
      const decided = stream.machine.decide(stream.state, input);
      const seen = sameJson(events, decided)
        ? `${show(readBack)}, on the state as read back from its canonical form`
        : show(decided);
      return { expected: canonicalText(events), seen };
    }
    const silent = events.length === 0 && (input.from === 'observation' || input.from === 'deadline');
    return silent
      ? { expected: 'no commit of an input that led to nothing', seen: 'a commit without events' }
      : undefined;
  }

  #streamOf(name: string): Stream | string {
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      const kind = kindOf(name);
      const machine = Object.hasOwn(this.#machines, kind) ? (this.#machines[kind] as unknown as Registered) : undefined;
      stream =
        machine === undefined
          ? `there is no machine for ${kind}`
          : { machine, state: machine.initial, memo: new WeakMap(), seen: new Map() };
      this.#streams.set(name, stream);
    }
    return stream;
  }
}

function show(events: unknown): string {
  try {
    return canonicalText(events);
  } catch (error) {
    return `events that cannot be written down: ${(error as Error).message}`;
  }
}
