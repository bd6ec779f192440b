import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Cancel } from '@rehearsal/kernel';
import { createConsumer } from './js-api.js';
import type { JsApi, JsTimers } from './js-api.js';
import { parseDelivery } from './log-follower.js';
import { ARCHIVE_CONSUMER } from './permissions.js';

/** A message of the log with all that the log server stored of it. */
export interface StoredMessage {
  readonly seq: number;
  readonly subject: string;
  /** Names and values; those of one name in the order they were stored. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly bytes: Uint8Array;
  /** When the server stored it: ns since the epoch, in digits. */
  readonly storedNs: string;
}

export interface FedMessage extends StoredMessage {
  /** Tells the server that neither this one nor any before it need come again. */
  acknowledge(): void;
}

export interface FeedTiming {
  /** A message that was handed out and not acknowledged for so long is handed out again. */
  readonly ackWaitMs: number;
  /** How long one request for messages stands at the server. */
  readonly pullMs: number;
  readonly retryMs: number;
}

export const FEED_TIMING: FeedTiming = { ackWaitMs: 30_000, pullMs: 5_000, retryMs: 100 };

/** Messages, and bytes of them, that one request asks for. */
const PULL_MESSAGES = 500;
const PULL_BYTES = 8 << 20;

export interface FeedOptions {
  readonly streamName: string;
  /** All subjects of the log. */
  readonly filter: string;
  readonly fromSeq: number;
  /** Where the server may deliver: this process's own. */
  readonly deliverTo: string;
  readonly timing: FeedTiming;
  /** How many more messages there is room for; asked before each request for more. */
  readonly room: () => number;
  readonly on: (message: FedMessage) => void;
  readonly onTrouble: (reason: string) => void;
}

/**
 * Every message of a site's log from a sequence on, once and in order, through a durable consumer with
 * acknowledgements. Nothing comes that was not asked for, so a reader that cannot go on holds up nobody. The consumer
 * shows at the server how far the reader is; where to begin the reader knows itself, so at the start, after a gap and
 * after a break of the connection the consumer is made anew from the message after the last one that came.
 */
export class LogFeed {
  readonly #connection: NatsConnection;
  readonly #api: JsApi;
  readonly #timers: JsTimers;
  readonly #options: FeedOptions;
  readonly #subscription: Subscription;
  #nextSeq: number;
  #generation = 0;
  #stopped = false;
  /** Whether the consumer is there. */
  #live = false;
  /** Messages that may still come for the request that stands; 0: none does. */
  #awaited = 0;
  #cancelTimer: Cancel = () => undefined;

  constructor(
    connection: NatsConnection,
    api: JsApi,
    timers: JsTimers,
    guard: (run: () => void) => void,
    options: FeedOptions,
  ) {
    this.#connection = connection;
    this.#api = api;
    this.#timers = timers;
    this.#options = options;
    this.#nextSeq = options.fromSeq;
    // Deliveries keep the subject of the commit, so they need a subscription of their own.
    this.#subscription = connection.subscribe(`${options.deliverTo}.*`, {
      callback: (error, message) => {
        if (!error && !this.#stopped) guard(() => this.#hear(message));
      },
    });
    this.#begin();
  }

  /** Whether the consumer is there. */
  get live(): boolean {
    return this.#live;
  }

  /** There is room again. */
  more(): void {
    if (this.#live && this.#awaited === 0) this.#pull();
  }

  busDown(): void {
    this.#end();
  }

  busUp(): void {
    this.#begin();
  }

  stop(): void {
    this.#stopped = true;
    this.#end();
    if (!this.#subscription.isClosed()) this.#subscription.unsubscribe();
  }

  #end(): void {
    this.#generation++;
    this.#cancelTimer();
    this.#live = false;
    this.#awaited = 0;
  }

  #begin(): void {
    this.#end();
    if (this.#stopped || !this.#api.up) return;
    const generation = this.#generation;
    const { streamName, filter, timing } = this.#options;
    const config = {
      name: ARCHIVE_CONSUMER,
      durable_name: ARCHIVE_CONSUMER,
      deliver_policy: 'by_start_sequence',
      opt_start_seq: this.#nextSeq,
      ack_policy: 'all',
      ack_wait: timing.ackWaitMs * 1e6,
      max_deliver: -1,
      max_ack_pending: 100_000,
      replay_policy: 'instant',
      filter_subject: filter,
    } as const;
    // An existing one keeps where it began: it has to go first. That there may be none is no trouble.
    this.#api.requestJson(`$JS.API.CONSUMER.DELETE.${streamName}.${ARCHIVE_CONSUMER}`, {}, () => {
      if (generation !== this.#generation) return;
      createConsumer(this.#api, streamName, config, (answer) => {
        if (generation !== this.#generation) return;
        if ('made' in answer) {
          this.#live = true;
          this.#pull();
        } else {
          this.#restart(`no consumer ${ARCHIVE_CONSUMER} on ${streamName}: ${answer.reason}`);
        }
      });
    });
  }

  #restart(reason: string): void {
    this.#options.onTrouble(reason);
    this.#end();
    this.#cancelTimer = this.#timers.after(this.#options.timing.retryMs, () => this.#begin());
  }

  #pull(): void {
    this.#cancelTimer();
    const batch = Math.min(PULL_MESSAGES, this.#options.room());
    this.#awaited = Math.max(0, batch);
    if (batch <= 0) return;
    const { streamName, deliverTo, timing } = this.#options;
    this.#connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${streamName}.${ARCHIVE_CONSUMER}`,
      JSON.stringify({ batch, max_bytes: PULL_BYTES, expires: timing.pullMs * 1e6 }),
      // Answers to what was asked of an earlier consumer are known by their subject.
      { reply: `${deliverTo}.${this.#generation}` },
    );
    // The server says when a request has run out; this covers a server that has forgotten it.
    this.#cancelTimer = this.#timers.after(timing.pullMs + 1_000, () =>
      this.#restart(`${streamName} did not end a request for messages`),
    );
  }

  #hear(message: Msg): void {
    const place = parseDelivery(message.reply ?? '');
    if (place === undefined) {
      if (message.subject === `${this.#options.deliverTo}.${this.#generation}`) this.#hearEnd(message);
      return;
    }
    if (!this.#live) return;
    if (this.#awaited > 0) this.#awaited--;
    if (place.streamSeq > this.#nextSeq) {
      this.#restart(`message ${place.streamSeq} came, ${this.#nextSeq} was expected`);
      return;
    }
    // One that came before and is not acknowledged yet: it will be, as what it was then.
    if (place.streamSeq === this.#nextSeq) {
      this.#nextSeq++;
      const generation = this.#generation;
      const { reply } = message;
      this.#options.on({
        seq: place.streamSeq,
        subject: message.subject,
        headers: headersOf(message),
        bytes: new Uint8Array(message.data),
        storedNs: place.storedNs,
        // Another consumer begins after it; said during a break it is lost, and the message comes again.
        acknowledge: () => {
          if (generation === this.#generation && !this.#connection.isClosed()) {
            this.#connection.publish(reply as string, '+ACK');
          }
        },
      });
    }
    if (this.#awaited === 0 && this.#live) this.#pull();
  }

  /** A request is over without all it asked for. 404, 408: nothing more for now; 409: its bytes are full, or the consumer is gone. */
  #hearEnd(message: Msg): void {
    const { code = 0, description = '' } = message.headers ?? {};
    const again = code === 404 || code === 408 || (code === 409 && /max ?bytes/i.test(description));
    if (again) this.#pull();
    else this.#restart(`${this.#options.streamName} ended a request for messages: ${code} ${description}`.trim());
  }
}

/** All headers of a message, by name in the order of their first value. */
export function headersOf({ headers }: Msg): [string, string][] {
  return headers === undefined
    ? []
    : headers.keys().flatMap((name) => headers.values(name).map((value): [string, string] => [name, value]));
}
