import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Cancel, StoredCommit } from '@rehearsal/kernel';
import { createConsumer } from './js-api.js';
import type { JsApi, JsTimers } from './js-api.js';
import { parseDelivery } from './log-follower.js';
import { workConsumerName } from './permissions.js';

export interface WorkTiming {
  /** A commit that was handed out and not acknowledged for so long is handed out again. */
  readonly ackWaitMs: number;
  /** How long one request for work stands at the server. */
  readonly pullMs: number;
  readonly retryMs: number;
}

export const WORK_TIMING: WorkTiming = { ackWaitMs: 2_000, pullMs: 10_000, retryMs: 50 };

export interface WorkOptions {
  readonly streamName: string;
  readonly logPrefix: string;
  readonly kind: string;
  /** Where the server may deliver: this process's own. */
  readonly deliverTo: string;
  readonly timing: WorkTiming;
  readonly on: (commit: StoredCommit, acknowledge: () => void) => void;
  readonly onTrouble: (reason: string) => void;
}

/**
 * One process's share of a kind's durable work queue. One commit is out at a time over all processes:
 * what follows from decisions is sent in the order they were made.
 */
export class WorkQueue {
  readonly #connection: NatsConnection;
  readonly #guard: (run: () => void) => void;
  readonly #api: JsApi;
  readonly #timers: JsTimers;
  readonly #options: WorkOptions;
  readonly #consumer: string;
  readonly #subscription: Subscription;
  #generation = 0;
  #stopped = false;
  #pulling = false;
  #cancelTimer: Cancel = () => undefined;

  constructor(
    connection: NatsConnection,
    api: JsApi,
    timers: JsTimers,
    guard: (run: () => void) => void,
    options: WorkOptions,
  ) {
    this.#connection = connection;
    this.#guard = guard;
    this.#api = api;
    this.#timers = timers;
    this.#options = options;
    this.#consumer = workConsumerName(options.kind);
    // Deliveries keep the subject of the commit, so they need a subscription of their own.
    this.#subscription = connection.subscribe(options.deliverTo, {
      callback: (error, message) => {
        if (!error && !this.#stopped) this.#guard(() => this.#hear(message));
      },
    });
    this.#begin();
  }

  /** Whether a request for work stands at the server. */
  get live(): boolean {
    return this.#pulling;
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
    this.#pulling = false;
  }

  #begin(): void {
    this.#end();
    if (this.#stopped || !this.#api.up) return;
    const generation = this.#generation;
    const { streamName, logPrefix, kind, timing } = this.#options;
    const config = {
      name: this.#consumer,
      durable_name: this.#consumer,
      deliver_policy: 'all',
      ack_policy: 'explicit',
      ack_wait: timing.ackWaitMs * 1e6,
      max_deliver: -1,
      max_ack_pending: 1,
      replay_policy: 'instant',
      filter_subject: `${logPrefix}${kind}.*`,
    } as const;
    createConsumer(this.#api, streamName, config, (answer) => {
      if (generation !== this.#generation) return;
      if ('made' in answer) {
        this.#pull();
        return;
      }
      this.#options.onTrouble(`no work queue ${this.#consumer} on ${streamName}: ${answer.reason}`);
      this.#cancelTimer = this.#timers.after(timing.retryMs, () => this.#begin());
    });
  }

  #pull(): void {
    this.#cancelTimer();
    const { streamName, deliverTo, timing } = this.#options;
    this.#pulling = true;
    this.#connection.publish(
      `$JS.API.CONSUMER.MSG.NEXT.${streamName}.${this.#consumer}`,
      JSON.stringify({ batch: 1, expires: timing.pullMs * 1e6 }),
      { reply: deliverTo },
    );
    // The server says when a request has run out; this covers a server that has forgotten it.
    this.#cancelTimer = this.#timers.after(timing.pullMs + 1_000, () => this.#begin());
  }

  #hear(message: Msg): void {
    const code = message.headers?.code ?? 0;
    const place = parseDelivery(message.reply ?? '');
    if (code !== 0 || place === undefined) {
      // 408: the request ran out, ask again at once. Anything else: the consumer may be gone.
      if (code === 408) this.#pull();
      else {
        this.#end();
        this.#cancelTimer = this.#timers.after(this.#options.timing.retryMs, () => this.#begin());
      }
      return;
    }
    const { reply } = message;
    const stream = message.subject.slice(this.#options.logPrefix.length);
    this.#pull();
    let acknowledged = false;
    this.#options.on({ seq: place.streamSeq, stream, bytes: new Uint8Array(message.data) }, () => {
      // Said during a break of the connection this is lost, and the commit is handed out again.
      if (acknowledged || this.#connection.isClosed()) return;
      acknowledged = true;
      this.#connection.publish(reply as string, '+ACK');
    });
  }
}
