import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import type { Cancel, StoredCommit } from '@rehearsal/kernel';
import { createConsumer } from './js-api.js';
import type { JsApi, JsTimers } from './js-api.js';
import { commitWords, TRACE_HEADER } from './tracing/bus-traces.js';
import type { BusTraces } from './tracing/bus-traces.js';

export interface FollowerTiming {
  /** The server says at least this often that it is there. */
  readonly heartbeatMs: number;
  /** Silence after which the consumer is made anew. */
  readonly silenceMs: number;
  readonly retryMs: number;
}

export const FOLLOWER_TIMING: FollowerTiming = { heartbeatMs: 500, silenceMs: 1600, retryMs: 50 };

export interface FollowerOptions {
  readonly streamName: string;
  /** Start of every log subject; what follows it is the commit's stream. */
  readonly logPrefix: string;
  /** Subject filter; must cover `prefix`. */
  readonly filter: string;
  /** Commits of streams that start with this are delivered. */
  readonly prefix: string;
  readonly fromSeq: number;
  /** Unique among all consumers of the server, without dots. */
  readonly name: string;
  /** Where the server may deliver: below the user's own inbox. */
  readonly deliverPrefix: string;
  readonly timing: FollowerTiming;
  readonly traces?: BusTraces | undefined;
  readonly on: (commit: StoredCommit) => void;
  readonly onCaughtUp: (() => void) | undefined;
  readonly onTrouble: (reason: string) => void;
}

/**
 * Follows the log through a consumer that lives in the server's memory and is made anew, from the
 * commit after the last one delivered, whenever it may have missed one: after a gap in the consumer's
 * own numbering, after silence, and after the bus came back. So every commit arrives, once, in order.
 */
export class LogFollower {
  readonly #connection: NatsConnection;
  readonly #api: JsApi;
  readonly #timers: JsTimers;
  readonly #guard: (run: () => void) => void;
  readonly #options: FollowerOptions;
  #lastSeq: number;
  /** Of the current consumer; messages of an earlier one are not heard any more. */
  #generation = 0;
  #subscription: Subscription | undefined;
  #expectedConsumerSeq = 1;
  /** How many more must come before all that existed has; undefined until the server has said. */
  #untilCaughtUp: number | undefined;
  #caughtUp = false;
  #stopped = false;
  #cancelTimer: Cancel = () => undefined;
  #heardAt = 0;
  readonly #nowMs: () => number;

  constructor(
    connection: NatsConnection,
    api: JsApi,
    timers: JsTimers & { nowMs(): number },
    guard: (run: () => void) => void,
    options: FollowerOptions,
  ) {
    this.#connection = connection;
    this.#api = api;
    this.#timers = timers;
    this.#guard = guard;
    this.#options = options;
    this.#lastSeq = Math.max(options.fromSeq, 1) - 1;
    this.#nowMs = () => timers.nowMs();
    this.#begin();
  }

  /** Whether a consumer delivers now. */
  get live(): boolean {
    return this.#untilCaughtUp !== undefined;
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
  }

  #end(): void {
    this.#generation++;
    this.#cancelTimer();
    this.#subscription?.unsubscribe();
    this.#subscription = undefined;
    this.#untilCaughtUp = undefined;
  }

  #begin(): void {
    this.#end();
    if (this.#stopped || !this.#api.up) return;
    const generation = this.#generation;
    const { streamName, name, filter, deliverPrefix, timing } = this.#options;
    const consumerName = `${name}-${generation}`;
    const deliverTo = `${deliverPrefix}.${consumerName}`;
    this.#expectedConsumerSeq = 1;
    // Messages may overtake the answer to the request that made the consumer: hold them until it came.
    let held: Msg[] | undefined = [];
    this.#subscription = this.#connection.subscribe(deliverTo, {
      callback: (error, message) => {
        if (error || generation !== this.#generation) return;
        if (held) held.push(message);
        else this.#guard(() => this.#hear(message));
      },
    });
    const config = {
      name: consumerName,
      deliver_subject: deliverTo,
      deliver_policy: 'by_start_sequence',
      opt_start_seq: this.#lastSeq + 1,
      ack_policy: 'none',
      max_deliver: 1,
      replay_policy: 'instant',
      filter_subject: filter,
      flow_control: true,
      idle_heartbeat: timing.heartbeatMs * 1e6,
      inactive_threshold: 5_000 * 1e6,
      mem_storage: true,
      num_replicas: 1,
    } as const;
    createConsumer(this.#api, streamName, config, (answer) => {
      if (generation !== this.#generation) return;
      if (!('made' in answer)) {
        this.#restart(`no consumer on ${streamName}: ${answer.reason}`, timing.retryMs);
        return;
      }
      const { num_pending: pending, delivered } = answer.made;
      // Some servers count what they delivered while they answered, some count as of the start.
      this.#untilCaughtUp = pending + delivered.consumer_seq;
      this.#heardAt = this.#nowMs();
      this.#watch();
      if (this.#untilCaughtUp === 0) this.#catchUp();
      const early = held ?? [];
      held = undefined;
      for (const message of early) if (generation === this.#generation) this.#hear(message);
    });
  }

  #restart(reason: string, delayMs: number): void {
    this.#options.onTrouble(reason);
    this.#end();
    const generation = this.#generation;
    this.#cancelTimer = this.#timers.after(delayMs, () => {
      if (generation === this.#generation) this.#begin();
    });
  }

  #watch(): void {
    const { silenceMs } = this.#options.timing;
    const quietMs = this.#nowMs() - this.#heardAt;
    if (quietMs >= silenceMs) {
      this.#restart(`nothing heard of ${this.#options.streamName} for ${Math.round(quietMs)} ms`, 0);
      return;
    }
    this.#cancelTimer = this.#timers.after(silenceMs - quietMs, () => this.#watch());
  }

  #hear(message: Msg): void {
    this.#heardAt = this.#nowMs();
    if (message.headers?.code === 100) {
      this.#hearControl(message);
      return;
    }
    const place = parseDelivery(message.reply ?? '');
    if (place === undefined) return;
    if (place.consumerSeq !== this.#expectedConsumerSeq) {
      this.#restart(`delivery ${place.consumerSeq} came, ${this.#expectedConsumerSeq} was expected`, 0);
      return;
    }
    this.#expectedConsumerSeq++;
    const { prefix, logPrefix } = this.#options;
    if (place.streamSeq > this.#lastSeq) {
      this.#lastSeq = place.streamSeq;
      const stream = message.subject.slice(logPrefix.length);
      if (stream.startsWith(prefix)) {
        this.#tell({ seq: place.streamSeq, stream, bytes: new Uint8Array(message.data) }, message);
      }
    }
    // The handler may have stopped this follower.
    if (this.#untilCaughtUp !== undefined && this.#untilCaughtUp > 0 && --this.#untilCaughtUp === 0) this.#catchUp();
  }

  /** What a handler does with a traced commit is part of that trace; what is read again of the past is not. */
  #tell(commit: StoredCommit, message: Msg): void {
    const { on, traces } = this.#options;
    const parent = traces === undefined || !this.#caughtUp ? '' : (message.headers?.get(TRACE_HEADER) ?? '');
    if (parent === '') {
      on(commit);
      return;
    }
    const { name, events } = commitWords(commit.bytes);
    const about = { 'messaging.system': 'nats', 'rehearsal.events': events };
    const span = traces!.begin(`react to ${name}`, 'consumer', parent, about);
    traces!.within(span.traceparent, () => on(commit));
    span.end();
  }

  /** Heartbeats tell of deliveries lost at the tail; flow control wants an empty answer. */
  #hearControl(message: Msg): void {
    const lastDelivered = message.headers?.get('Nats-Last-Consumer');
    if (lastDelivered && Number(lastDelivered) !== this.#expectedConsumerSeq - 1) {
      this.#restart(`the server has delivered ${lastDelivered}, ${this.#expectedConsumerSeq - 1} arrived`, 0);
      return;
    }
    const stalled = message.headers?.get('Nats-Consumer-Stalled');
    if (message.reply) this.#connection.publish(message.reply);
    else if (stalled) this.#connection.publish(stalled);
  }

  #catchUp(): void {
    if (this.#caughtUp) return;
    this.#caughtUp = true;
    this.#options.onCaughtUp?.();
  }
}

/**
 * Sequences from the reply subject of a delivery:
 * `$JS.ACK.<stream>.<consumer>.<delivered>.<stream seq>.<consumer seq>.<time>.<pending>`,
 * with a domain and an account hash before the stream on some servers.
 */
export function parseDelivery(reply: string): { streamSeq: number; consumerSeq: number; storedNs: string } | undefined {
  const words = reply.split('.');
  const first = words.length === 9 ? 4 : words.length >= 11 ? 6 : 0;
  if (first === 0 || words[0] !== '$JS' || words[1] !== 'ACK') return undefined;
  const [streamSeq, consumerSeq, storedNs] = words.slice(first + 1);
  return { streamSeq: Number(streamSeq), consumerSeq: Number(consumerSeq), storedNs: storedNs as string };
}
