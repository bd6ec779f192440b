import type { Deadline, Input } from './machine.js';
import type { Runtime } from './runtime.js';
import type { Cancel } from './store.js';

/** Timers of some worlds overflow above 2^31 ms; a later deadline is armed in steps. */
const MAX_STEP_MS = 2 ** 30;
/** Before a deadline that could not be decided is tried again. */
const RETRY_MS = 1000;

interface Armed {
  cancel: Cancel | undefined;
  /** The stream's version at which the machine was told and had nothing to say; it is told again once that changes. */
  toldAtVersion: number | undefined;
}

type Submit = (input: Input, done: (reply: { readonly kind: string }) => void) => void;

/**
 * Keeps the deadlines a machine asks for. All deciders of a stream keep them; the input id is made of
 * the deadline's id and time, so that it is decided once, whoever comes first.
 */
export class DeadlineClock {
  readonly #runtime: Pick<Runtime, 'after' | 'nowMs'> & { readonly stream: string };
  readonly #submit: Submit;
  readonly #armed = new Map<string, Armed>();
  #version = 0;

  constructor(runtime: Pick<Runtime, 'after' | 'nowMs'> & { readonly stream: string }, submit: Submit) {
    this.#runtime = runtime;
    this.#submit = submit;
  }

  /** Makes the armed deadlines those of the folded state. */
  arm(deadlines: readonly Deadline[], version: number, decided: (inputId: string) => boolean): void {
    this.#version = version;
    const wanted = new Map(deadlines.map((d) => [`deadline:${this.#runtime.stream}:${d.id}:${d.at}`, d]));
    for (const [inputId, armed] of this.#armed) {
      if (wanted.has(inputId)) continue;
      armed.cancel?.();
      this.#armed.delete(inputId);
    }
    for (const [inputId, deadline] of wanted) {
      const armed = this.#armed.get(inputId);
      if (decided(inputId)) continue;
      if (armed === undefined) this.#wait(inputId, deadline, { cancel: undefined, toldAtVersion: undefined });
      else if (armed.toldAtVersion !== undefined && armed.toldAtVersion !== version)
        this.#wait(inputId, deadline, armed);
    }
  }

  stop(): void {
    for (const armed of this.#armed.values()) armed.cancel?.();
    this.#armed.clear();
  }

  #wait(inputId: string, deadline: Deadline, armed: Armed, atLeastMs = 0): void {
    this.#armed.set(inputId, armed);
    armed.toldAtVersion = undefined;
    const delayMs = Math.max(atLeastMs, deadline.at - this.#runtime.nowMs());
    armed.cancel = this.#runtime.after(Math.min(delayMs, MAX_STEP_MS), () => {
      armed.cancel = undefined;
      if (this.#armed.get(inputId) !== armed) return;
      if (this.#runtime.nowMs() < deadline.at) this.#wait(inputId, deadline, armed);
      else this.#tell(inputId, deadline, armed);
    });
  }

  #tell(inputId: string, deadline: Deadline, armed: Armed): void {
    const at = Math.floor(this.#runtime.nowMs());
    this.#submit({ ...deadline.input, id: inputId, at, from: 'deadline' }, (reply) => {
      if (this.#armed.get(inputId) !== armed) return;
      if (reply.kind === 'failed') this.#wait(inputId, deadline, armed, RETRY_MS);
      else armed.toldAtVersion = this.#version;
    });
  }
}
