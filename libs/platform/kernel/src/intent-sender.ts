import { commitRef, decodeCommit } from './commit-codec.js';
import type { Commit, Principal } from './commit.js';
import { askInput } from './input-client.js';
import type { InputRequest } from './input-messages.js';
import type { AnyMachine, Event, EventRef, Intent } from './machine.js';
import type { Runtime } from './runtime.js';
import type { Cancel, StoredCommit } from './store.js';

export type SendingRuntime = Pick<Runtime, 'log' | 'ask' | 'after' | 'note' | 'self'>;

/** A commit whose intents are on their way. */
interface Work {
  readonly seq: number;
  unanswered: number;
  acknowledge: () => void;
}

interface Message {
  readonly request: InputRequest;
  readonly work: Work;
}

/**
 * Sends what follows from the commits of one kind of machine to other machines, at least once and,
 * to one receiver, one after the other. The commit is acknowledged when all its intents were
 * answered; until then the log gives it to some process again. Intents are made of the commit alone,
 * so a repeat is the same message to the byte and the receiver knows it by its id.
 */
export class IntentSender {
  readonly #runtime: SendingRuntime;
  readonly #react: (event: Event, ref: EventRef) => readonly Intent[];
  readonly #kind: string;
  readonly #principal: Principal;
  readonly #work = new Map<number, Work>();
  readonly #receivers = new Map<string, Message[]>();
  readonly #asking = new Map<string, Cancel>();
  #cancelWork: Cancel | undefined;

  constructor(runtime: SendingRuntime, machine: AnyMachine) {
    this.#runtime = runtime;
    this.#kind = machine.kind;
    this.#react = machine.react as unknown as (event: Event, ref: EventRef) => readonly Intent[];
    this.#principal = { name: `${runtime.self.role}.${runtime.self.id}`, known: 'service' };
  }

  start(): void {
    this.#cancelWork = this.#runtime.log.work(this.#kind, (stored, acknowledge) => {
      const known = this.#work.get(stored.seq);
      // Delivered again while we are still sending: only the newest delivery can be acknowledged.
      if (known !== undefined) known.acknowledge = acknowledge;
      else this.#take(stored, acknowledge);
    });
  }

  /** What is not acknowledged is given to another process, or to this one after its next start. */
  stop(): void {
    this.#cancelWork?.();
    this.#cancelWork = undefined;
    for (const cancel of this.#asking.values()) cancel();
    this.#asking.clear();
    this.#receivers.clear();
    this.#work.clear();
  }

  #take(stored: StoredCommit, acknowledge: () => void): void {
    const commit = decodeCommit(stored.bytes);
    const messages = intentsOf(commit, this.#react, this.#principal);
    if (messages.length === 0) return acknowledge();
    const work: Work = { seq: stored.seq, unanswered: messages.length, acknowledge };
    this.#work.set(stored.seq, work);
    for (const { to, request } of messages) {
      const queue = this.#receivers.get(to);
      if (queue === undefined) this.#receivers.set(to, [{ request, work }]);
      else queue.push({ request, work });
      this.#sendNext(to);
    }
  }

  #sendNext(to: string): void {
    if (this.#asking.has(to)) return;
    const message = this.#receivers.get(to)?.[0];
    if (message === undefined) {
      this.#receivers.delete(to);
      return;
    }
    const { request, work } = message;
    this.#asking.set(to, () => {});
    const cancel = askInput(
      this.#runtime,
      to,
      request,
      {
        onRetry: (reason) =>
          this.#runtime.note('warn', 'intent_not_answered', { to, intent: request.input.id, reason }),
      },
      (reply) => {
        if (reply.kind === 'rejected') {
          this.#runtime.note('error', 'intent_rejected', { to, intent: request.input.id, reason: reply.reason });
        }
        this.#asking.delete(to);
        this.#receivers.get(to)?.shift();
        this.#answered(work);
        this.#sendNext(to);
      },
    );
    if (this.#asking.has(to)) this.#asking.set(to, cancel);
  }

  #answered(work: Work): void {
    work.unanswered--;
    if (work.unanswered > 0) return;
    this.#work.delete(work.seq);
    work.acknowledge();
  }
}

/** The messages that follow from a commit, in order; ids are `stream:version:event:n`. */
export function intentsOf(
  commit: Commit,
  react: (event: Event, ref: EventRef) => readonly Intent[],
  principal: Principal,
): readonly { readonly to: string; readonly request: InputRequest }[] {
  const { stream, version } = commit;
  const cause = commitRef(stream, version);
  return commit.events.flatMap((event, index) =>
    react(event, { stream, version, index }).map(({ to, input }, n) => ({
      to,
      request: {
        input: { ...input, id: `${cause}:${index}:${n}`, at: commit.time.ms, from: 'intent' as const },
        cause,
        principal,
      },
    })),
  );
}
