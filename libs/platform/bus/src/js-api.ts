import { headers } from '@nats-io/transport-node';
import type { Msg, NatsConnection } from '@nats-io/transport-node';
import type { ApiError, ConsumerConfig, ConsumerInfo } from '@nats-io/jetstream';
import type { Cancel } from '@rehearsal/kernel';
import { isNoResponders } from './inbox.js';
import type { Inbox } from './inbox.js';

export type JsReply =
  | { readonly kind: 'message'; readonly message: Msg }
  /** No answer that means anything: whatever was asked may or may not have happened. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface JsTimers {
  after(delayMs: number, run: () => void): Cancel;
}

/** After a failure that came back at once, wait this long: the caller will ask again. */
const FAILED_AT_ONCE_MS = 50;

/**
 * Questions to the log server, answered by callback. The client library's JetStream calls answer by
 * promise and iterator; roles are synchronous, so the few calls they need are spoken here directly.
 */
export class JsApi {
  readonly #connection: NatsConnection;
  readonly #inbox: Inbox;
  readonly #timers: JsTimers;
  readonly #timeoutMs: number;
  readonly #open = new Set<(reason: string) => void>();
  #up = true;

  constructor(connection: NatsConnection, inbox: Inbox, timers: JsTimers, timeoutMs: number) {
    this.#connection = connection;
    this.#inbox = inbox;
    this.#timers = timers;
    this.#timeoutMs = timeoutMs;
  }

  get up(): boolean {
    return this.#up;
  }

  busDown(): void {
    this.#up = false;
    for (const fail of this.#open) fail('the connection to the bus broke');
  }

  busUp(): void {
    this.#up = true;
  }

  request(
    subject: string,
    body: Uint8Array,
    extra: Readonly<Record<string, string>> | undefined,
    done: (reply: JsReply) => void,
  ): void {
    if (!this.#up) {
      this.#failLater('the bus is down', done);
      return;
    }
    const reply = this.#inbox.open((message) => {
      settle();
      if (isNoResponders(message)) this.#failLater('the log server does not answer', done);
      else done({ kind: 'message', message });
    });
    const settle = (): void => {
      cancelTimeout();
      this.#inbox.close(reply);
      this.#open.delete(fail);
    };
    const fail = (reason: string): void => {
      settle();
      done({ kind: 'unknown', reason });
    };
    const cancelTimeout = this.#timers.after(this.#timeoutMs, () => fail(`no answer within ${this.#timeoutMs} ms`));
    this.#open.add(fail);
    let messageHeaders;
    if (extra) {
      messageHeaders = headers();
      for (const name of Object.keys(extra)) messageHeaders.set(name, extra[name] as string);
    }
    try {
      this.#connection.publish(subject, body, messageHeaders ? { reply, headers: messageHeaders } : { reply });
    } catch (error) {
      settle();
      this.#failLater(String(error), done);
    }
  }

  /** A question with a JSON answer; the server's own error comes back as `error`. */
  requestJson<T>(
    subject: string,
    body: unknown,
    done: (answer: { readonly value: T } | { readonly error: ApiError } | { readonly unknown: string }) => void,
  ): void {
    this.request(subject, encoder.encode(JSON.stringify(body)), undefined, (reply) => {
      if (reply.kind === 'unknown') {
        done({ unknown: reply.reason });
        return;
      }
      const answer = parseAnswer<T>(reply.message);
      done(answer ?? { unknown: 'the log server sent no JSON' });
    });
  }

  #failLater(reason: string, done: (reply: JsReply) => void): void {
    this.#timers.after(FAILED_AT_ONCE_MS, () => done({ kind: 'unknown', reason }));
  }
}

/** Makes a consumer, or finds it as it should be. */
export function createConsumer(
  api: Pick<JsApi, 'requestJson'>,
  streamName: string,
  config: Partial<ConsumerConfig> & { readonly name: string; readonly filter_subject: string },
  done: (answer: { readonly made: ConsumerInfo } | { readonly reason: string }) => void,
): void {
  api.requestJson<ConsumerInfo>(
    `$JS.API.CONSUMER.CREATE.${streamName}.${config.name}.${config.filter_subject}`,
    { stream_name: streamName, config },
    (answer) => {
      if ('value' in answer) done({ made: answer.value });
      else done({ reason: 'error' in answer ? answer.error.description : answer.unknown });
    },
  );
}

const encoder = new TextEncoder();

/** The value or the server's error in an answer; undefined when it is no JSON object. */
export function parseAnswer<T>(message: Msg): { readonly value: T } | { readonly error: ApiError } | undefined {
  try {
    const value = message.json<T & { readonly error?: ApiError }>();
    if (value === null || typeof value !== 'object') return undefined;
    return value.error ? { error: value.error } : { value };
  } catch {
    return undefined;
  }
}
