import { randomBytes } from 'node:crypto';
import { errors, headers } from '@nats-io/transport-node';
import type { Msg, NatsConnection, Subscription } from '@nats-io/transport-node';
import { HybridClock, createRng } from '@rehearsal/kernel';
import type {
  Cancel,
  CommitStore,
  Hlc,
  Lane,
  Level,
  Reply,
  Rng,
  Runtime,
  Self,
  StoredCommit,
  Subject,
} from '@rehearsal/kernel';
import { grantsFor } from '@rehearsal/protocol';
import { connectRaw } from './connection.js';
import type { ConnectionOptions } from './connection.js';
import { Inbox, isNoResponders } from './inbox.js';
import { JsApi } from './js-api.js';
import { JetStreamCommitStore } from './jetstream-commit-store.js';
import { Lanes } from './lanes.js';
import type { RawLog } from './raw-log.js';
import { Reports } from './reports.js';
import type { LaneOptions } from './lanes.js';
import { BusTraces, TRACE_HEADER } from './tracing/bus-traces.js';
import type { TraceSpan, Tracer } from './tracing/tracer.js';
import { TurnQueue } from './turn-queue.js';
import { Wire } from './wire.js';

export interface LiveRuntimeOptions extends ConnectionOptions {
  /** Seed of `rng`; by default another one every start. */
  readonly rngSeed?: string;
  /** Where counters go. */
  readonly count?: (id: string, n: number) => void;
  /** Where notes go. */
  readonly note?: (level: Level, code: string, fields: Readonly<Record<string, unknown>>) => void;
  /** Called once, when this process must not act any more; must end it. */
  readonly fatal: (code: string, fields: Readonly<Record<string, unknown>>) => void;
  /** Ends the process and sees to its next start; absent where nobody would start it again. */
  readonly reboot?: Runtime['reboot'];
  /** Where spans of traced commands go; without it headers of traces are neither read nor written. */
  readonly tracer?: Tracer | undefined;
  /** How long an answer of the log server is waited for; default 2000. */
  readonly logTimeoutMs?: number;
}

const LOG_TIMEOUT_MS = 2_000;

/** The world as it is: NATS and the wall clock, one process a role. */
export class LiveRuntime implements Runtime {
  readonly self: Self;
  readonly log: CommitStore;
  /** The same log as the server stores it. */
  readonly rawLog: RawLog;
  readonly #options: LiveRuntimeOptions;
  readonly #connection: NatsConnection;
  readonly #wire: Wire;
  readonly #inbox: Inbox;
  readonly #lanes: Lanes;
  readonly #turn: TurnQueue;
  readonly #api: JsApi;
  readonly #store: JetStreamCommitStore;
  readonly #reports: Reports;
  readonly #clock: HybridClock;
  readonly #traces: BusTraces | undefined;
  readonly #rngSeed: string;
  readonly #busListeners = new Set<(state: 'up' | 'down') => void>();
  readonly #intake = new Set<Cancel>();
  readonly #taken = new Set<Uint8Array>();
  #up = true;
  #dead = false;
  #closing = false;
  #scratch = new Uint8Array(64 * 1024);

  /** Connects; throws when the bus cannot be reached, refuses the user, or is too old to hold a log. */
  static async connect(options: LiveRuntimeOptions): Promise<LiveRuntime> {
    const wire = new Wire();
    return new LiveRuntime(await connectRaw(options, wire), wire, options);
  }

  private constructor(connection: NatsConnection, wire: Wire, options: LiveRuntimeOptions) {
    const { self } = options;
    this.self = self;
    this.#options = options;
    this.#connection = connection;
    this.#wire = wire;
    this.#traces = options.tracer && new BusTraces(options.tracer);
    this.#clock = new HybridClock(() => this.nowMs());
    this.#rngSeed = options.rngSeed ?? randomBytes(16).toString('hex');
    const unique = `${self.incarnation.toString(36)}-${randomBytes(4).toString('hex')}`;
    const { inboxPrefix } = grantsFor(options.self.role, self.id, self.site, self.fabric);
    this.#turn = new TurnQueue(this.#guard);
    this.#inbox = new Inbox(connection, `${inboxPrefix}.${unique}`, this.#guard);
    this.#lanes = new Lanes(connection, wire, this.#inbox, this.#turn, this.#guard);
    this.#api = new JsApi(connection, this.#inbox, this, options.logTimeoutMs ?? LOG_TIMEOUT_MS);
    this.#store = new JetStreamCommitStore({
      fabric: self.fabric,
      site: self.site,
      connection,
      api: this.#api,
      timers: this,
      guard: this.#guard,
      traces: this.#traces,
      uniqueName: `${self.role}-${self.id}-${unique}`,
      inboxPrefix,
      onTrouble: (reason) => this.note('warn', 'log_consumer_renewed', { reason }),
    });
    this.#reports = new Reports(this.#api, this, `${self.role}-${self.id}-${unique}`);
    this.log = this.#store;
    this.rawLog = this.#store;
    void this.#watchStatus();
    void connection.closed().then((error) => {
      if (!this.#closing) this.fatal('bus_closed', { reason: error instanceof Error ? error.message : 'closed' });
    });
  }

  /** ms since the epoch from a clock that does not go back. */
  nowMs(): number {
    return performance.timeOrigin + performance.now();
  }

  hlc(): Hlc {
    return this.#clock.now();
  }

  rng(label: string): Rng {
    return createRng(this.#rngSeed, label);
  }

  after(delayMs: number, run: () => void): Cancel {
    const due = performance.now() + delayMs;
    // Timers count whole milliseconds and may fire a fraction early; a deadline must have come.
    const fire = (): void => {
      if (performance.now() < due) handle = setTimeout(fire, 1);
      else this.#guard(run);
    };
    // Whole ones, since the event loop keeps a list for every length there is.
    let handle = setTimeout(fire, Math.ceil(delayMs));
    return () => clearTimeout(handle);
  }

  cpuMs(): number {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1000;
  }

  spend(us: number): void {
    const untilMs = performance.now() + us / 1000;
    while (performance.now() < untilMs);
  }

  takeMemory(bytes: number): Cancel {
    // Written to, so that it is really there.
    const taken = new Uint8Array(bytes).fill(1);
    this.#taken.add(taken);
    return () => this.#taken.delete(taken);
  }

  atTurnEnd(run: () => void): void {
    this.#turn.add(run);
  }

  lane(to: Subject, options: LaneOptions): Lane {
    return this.#lanes.open(this.#full(to), options);
  }

  listen(at: Subject, on: (bytes: Uint8Array) => void): Cancel {
    // The library hears only while the wire has no socket.
    const subscription = this.#subscribe(at, undefined, (message) => on(this.#aligned(message.data)));
    const untap = this.#wire.tap(this.#full(at), subscription.getID(), (bytes) => {
      if (this.#dead) return;
      try {
        on(bytes);
      } catch (error) {
        this.#threw(error);
      }
    });
    return this.#until(subscription, untap);
  }

  ask(to: Subject, body: Uint8Array, timeoutMs: number, done: (reply: Reply) => void): void {
    const parent = this.#traces?.ofQuestion(body);
    if (parent === undefined) this.#ask(to, body, timeoutMs, undefined, done);
    else {
      const span = this.#traces!.begin(`ask ${to}`, 'client', parent, { 'messaging.system': 'nats' });
      this.#ask(to, body, timeoutMs, span.traceparent, (reply) => {
        span.end(reply.kind === 'answer' ? undefined : reply.kind);
        this.#traces!.within(parent, () => done(reply));
      });
    }
  }

  #ask(
    to: Subject,
    body: Uint8Array,
    timeoutMs: number,
    traceparent: string | undefined,
    done: (reply: Reply) => void,
  ): void {
    const reply = this.#inbox.open((message) => {
      cancel();
      this.#inbox.close(reply);
      done(
        isNoResponders(message) ? { kind: 'no-responders' } : { kind: 'answer', body: new Uint8Array(message.data) },
      );
    }, to);
    const cancel = this.after(timeoutMs, () => {
      this.#inbox.close(reply);
      done({ kind: 'timeout' });
    });
    if (!this.#up || this.#closing) return;
    if (traceparent === undefined) this.#connection.publish(this.#full(to), body, { reply });
    else {
      const traced = headers();
      traced.set(TRACE_HEADER, traceparent);
      this.#connection.publish(this.#full(to), body, { reply, headers: traced });
    }
  }

  /** Runs `run` on behalf of a trace: what it asks and appends is part of that. */
  within(traceparent: string | undefined, run: () => void): void {
    if (this.#traces === undefined || traceparent === undefined) run();
    else this.#traces.within(traceparent, run);
  }

  answer(
    at: Subject,
    group: string | undefined,
    on: (body: Uint8Array, reply: (body: Uint8Array) => void, span?: TraceSpan) => void,
  ): Cancel {
    const subscription = this.#subscribe(at, group, (message) => {
      let answered = false;
      const span = this.#spanOf(message, at);
      const take = (): void => on(new Uint8Array(message.data), answer, span);
      const answer = (body: Uint8Array): void => {
        if (answered) {
          this.note('error', 'answered_twice', { at });
          return;
        }
        answered = true;
        // Who asked does not wait for a bus that is down.
        const lost = !this.#up;
        span?.end(lost ? 'lost' : undefined);
        if (lost) this.note('warn', 'answer_lost', { at });
        else if (message.reply && !this.#connection.isClosed()) this.#connection.publish(message.reply, body);
      };
      if (span === undefined) take();
      else this.within(span.traceparent, take);
    });
    return this.#until(subscription, () => undefined);
  }

  /** A traced question begins a span, which ends with its answer. */
  #spanOf(message: Msg, at: Subject): TraceSpan | undefined {
    const parent = this.#traces === undefined ? undefined : message.headers?.get(TRACE_HEADER);
    if (parent === undefined || parent === '') return undefined;
    const span = this.#traces!.begin(`answer ${at}`, 'server', parent, { 'messaging.system': 'nats' });
    this.#traces!.takeInput(message.data, span.traceparent);
    return span;
  }

  report(to: Subject, bytes: Uint8Array): boolean {
    return this.#up && !this.#closing && this.#reports.send(this.#full(to), bytes);
  }

  /** Sequence of the last batch of flow records that is kept; undefined when the log server does not say. */
  lastFlowSeq(done: (lastSeq: number | undefined) => void): void {
    this.#store.lastFlowSeq(done);
  }

  /** Every batch of flow records that is kept, from a sequence on, then those that come; of its right the subject map says. */
  followFlows(fromSeq: number, on: (batch: StoredCommit) => void, onCaughtUp?: () => void): Cancel {
    return this.#store.followFlows(fromSeq, on, onCaughtUp);
  }

  onBus(on: (state: 'up' | 'down') => void): Cancel {
    this.#busListeners.add(on);
    return () => this.#busListeners.delete(on);
  }

  count(id: string, n: number): void {
    this.#options.count?.(id, n);
  }

  note(level: Level, code: string, fields: Readonly<Record<string, unknown>>): void {
    this.#options.note?.(level, code, fields);
  }

  fatal(code: string, fields: Readonly<Record<string, unknown>>): void {
    if (this.#dead) return;
    this.#dead = true;
    this.#options.fatal(code, fields);
  }

  reboot(how: 'orderly' | 'panic', afterMs: number): void {
    if (this.#dead) return;
    const { reboot } = this.#options;
    if (reboot === undefined) return this.fatal('cannot_reboot', { how, afterMs });
    reboot(how, afterMs);
  }

  /** Whether the bus is connected and every consumer of the log delivers. */
  get health(): { readonly bus: 'up' | 'down'; readonly consumers: 'live' | 'renewing' } {
    return { bus: this.#up ? 'up' : 'down', consumers: this.#store.consumersLive ? 'live' : 'renewing' };
  }

  /** Hears nothing new: no data, no questions, no log. What was begun can still be finished and answered. */
  stopIntake(): void {
    for (const cancel of this.#intake) cancel();
    this.#intake.clear();
    this.#store.stopConsumers();
  }

  /** Sends out what was published and closes the connection. */
  async drain(): Promise<void> {
    this.stopIntake();
    this.#closing = true;
    if (this.#up) await this.#connection.drain();
    else await this.#connection.close();
    this.#dead = true;
  }

  #full(subject: Subject): string {
    return `${this.self.fabric}.${subject}`;
  }

  /** Runs a handler; one that throws has left its state half changed and must not run on. */
  readonly #guard = (run: () => void): void => {
    if (this.#dead) return;
    try {
      run();
    } catch (error) {
      this.#threw(error);
    }
  };

  #threw(error: unknown): void {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    this.fatal('handler_threw', { message, stack });
  }

  #subscribe(at: Subject, queue: string | undefined, on: (message: Msg) => void): Subscription {
    return this.#connection.subscribe(this.#full(at), {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => {
        if (!error) this.#guard(() => on(message));
      },
    });
  }

  /** Ends a subscription when it is cancelled, or with the intake. */
  #until(subscription: Subscription, ended: () => void): Cancel {
    const cancel = (): void => {
      this.#intake.delete(cancel);
      ended();
      if (!subscription.isClosed()) subscription.unsubscribe();
    };
    this.#intake.add(cancel);
    return cancel;
  }

  /** The same bytes at an address that 32-bit views accept; copied only when they are not already. */
  #aligned(bytes: Uint8Array): Uint8Array {
    const { buffer, byteOffset, length } = bytes;
    if (byteOffset % 4 === 0) return new Uint8Array(buffer, byteOffset, length);
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(length * 2);
    this.#scratch.set(bytes);
    return new Uint8Array(this.#scratch.buffer, 0, length);
  }

  async #watchStatus(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'disconnect') this.#busDown();
      else if (status.type === 'reconnect') this.#whenHeardAgain();
      else if (status.type === 'error' && status.error instanceof errors.PermissionViolationError) {
        // The server drops such a message without a word to the caller: nothing built on it holds.
        const { operation, subject } = status.error;
        this.fatal('bus_permission', { operation, subject });
      } else if (status.type === 'error') {
        this.note('warn', 'bus_error', { reason: status.error.message });
      }
    }
  }

  /** The bus is up for us once it knows our subscriptions again: a ping behind them says so. */
  #whenHeardAgain(): void {
    this.#connection.flush().then(
      () => this.#busUp(),
      () => undefined, // Gone again meanwhile: the next reconnect tells.
    );
  }

  #busDown(): void {
    if (!this.#up || this.#closing) return;
    this.#up = false;
    this.note('warn', 'bus_down', {});
    this.#guard(() => {
      this.#lanes.busDown();
      this.#api.busDown();
      this.#store.busDown();
      for (const on of this.#busListeners) on('down');
    });
  }

  #busUp(): void {
    if (this.#up || this.#closing) return;
    this.#up = true;
    this.note('info', 'bus_up', {});
    this.#guard(() => {
      this.#api.busUp();
      this.#store.busUp();
      this.#reports.busUp();
      for (const on of this.#busListeners) on('up');
      this.#lanes.busUp();
    });
  }
}
