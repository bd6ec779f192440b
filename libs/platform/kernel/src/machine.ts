/**
 * A machine decides. It is a fold (`evolve`) and a decision (`decide`), both pure: time, ids and
 * randomness arrive in the input, so anyone can decide again from the record and must get the same.
 */

/** What a machine is told. `at` is the time in ms since the epoch as the sender saw it. */
export interface Input {
  readonly type: string;
  /** Unique per input; a repeat is answered from the commit the first one led to. */
  readonly id: string;
  readonly at: number;
  /**
   * `observation`: a sensor's word; may lead to nothing and then leaves no commit.
   * `command` and `intent` always commit, if only `…Ignored` or `…Refused {reason}`.
   * `deadline`: a time the machine itself asked for has come; treated as an observation.
   */
  readonly from: 'observation' | 'command' | 'intent' | 'deadline';
}

/** Something that was decided, in the past tense. Plain JSON, integers only. */
export interface Event {
  readonly type: string;
}

/** Where an event stands in the log: the commit's stream and version, and its index there. */
export interface EventRef {
  readonly stream: string;
  readonly version: number;
  readonly index: number;
}

/** A message to another machine that follows from an event; delivered at least once. */
export interface Intent {
  /** The receiving machine's stream, for example `security-group.SG1`. */
  readonly to: string;
  /** The input to submit there, without `id` and `at`, which the sender of intents adds. */
  readonly input: { readonly type: string; readonly [field: string]: unknown };
}

/** A time at which the machine wants to be told `input`. Re-armed after every fold. */
export interface Deadline {
  readonly id: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly input: { readonly type: string; readonly [field: string]: unknown };
}

export interface Machine<State, In extends Input, Ev extends Event> {
  readonly kind: string;
  readonly initial: State;
  /** Total and pure; the state is plain JSON. */
  evolve(state: State, event: Ev): State;
  decide(state: State, input: In): readonly Ev[];
  /** Messages to other machines that follow from one event; sees no state. */
  react(event: Ev, ref: EventRef): readonly Intent[];
  deadlines(state: State): readonly Deadline[];
}

/** A machine whose types are not known here, for registries. */
export type AnyMachine = Machine<never, never, never>;
