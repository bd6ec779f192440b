import type { Msg, NatsConnection } from '@nats-io/transport-node';
import { answerSubject } from '@rehearsal/protocol';

/**
 * Reply subjects of one connection behind one subscription. Handlers run straight out of the socket
 * read, in the order the server sent, without a promise in between.
 */
export class Inbox {
  readonly #prefix: string;
  readonly #handlers = new Map<string, (message: Msg) => void>();
  #last = 0;

  /** `prefix` must be this connection's own: replies to an earlier process of the same user end elsewhere. */
  constructor(connection: NatsConnection, prefix: string, guard: (run: () => void) => void) {
    this.#prefix = prefix;
    connection.subscribe(`${prefix}.>`, {
      callback: (error, message) => {
        if (error) return;
        const handler = this.#handlers.get(this.#tokenOf(message.subject));
        if (handler) guard(() => handler(message));
      },
    });
  }

  /**
   * A fresh reply subject; every message there goes to `on` until it is closed.
   * @param at what is asked at, where somebody is to answer; else the server alone may
   */
  open(on: (message: Msg) => void, at?: string): string {
    const token = (++this.#last).toString(36);
    this.#handlers.set(token, on);
    return at === undefined ? `${this.#prefix}.${token}` : answerSubject(this.#prefix, token, at);
  }

  close(subject: string): void {
    this.#handlers.delete(this.#tokenOf(subject));
  }

  #tokenOf(subject: string): string {
    const start = this.#prefix.length + 1;
    const end = subject.indexOf('.', start);
    return subject.slice(start, end < 0 ? undefined : end);
  }
}

/** The server's word that nobody listens where a message went. */
export function isNoResponders(message: Msg): boolean {
  return message.data.length === 0 && message.headers?.code === 503;
}
