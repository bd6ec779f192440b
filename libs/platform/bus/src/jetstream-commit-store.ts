import type { NatsConnection } from '@nats-io/transport-node';
import type { PubAck, StreamInfo } from '@nats-io/jetstream';
import type { AppendOutcome, AppendRequest, Cancel, CommitStore, ReadOutcome, StoredCommit } from '@rehearsal/kernel';
import { flowPrefix, flowStreamName, logPrefix, logStreamName, logSubject } from '@rehearsal/protocol';
import { parseAnswer } from './js-api.js';
import type { JsApi, JsTimers } from './js-api.js';
import { FEED_TIMING, headersOf, LogFeed } from './log-feed.js';
import type { StoredMessage } from './log-feed.js';
import { FOLLOWER_TIMING, LogFollower } from './log-follower.js';
import type { FollowerOptions } from './log-follower.js';
import { commitWords, TRACE_HEADER } from './tracing/bus-traces.js';
import type { BusTraces } from './tracing/bus-traces.js';
import type { RawLog, RawLogOptions } from './raw-log.js';
import { WORK_TIMING, WorkQueue } from './work-queue.js';
import type { WorkTiming } from './work-queue.js';

/** Server error: wrong last sequence of the subject. */
const WRONG_LAST_SEQUENCE = 10071;
/** Server errors that are found before anything is stored: no space for the account, on the server, in the stream. */
const NO_RESOURCES = 10023;
const NO_STORAGE = 10047;
const STORE_FAILED = 10077;

export interface CommitStoreParts {
  readonly fabric: string;
  readonly site: number;
  readonly connection: NatsConnection;
  readonly api: JsApi;
  readonly timers: JsTimers & { nowMs(): number };
  readonly guard: (run: () => void) => void;
  /** Where commits carry what they are part of. */
  readonly traces?: BusTraces | undefined;
  /** Unique per process start, without dots; names this process's consumers. */
  readonly uniqueName: string;
  /** Where the server may deliver. */
  readonly inboxPrefix: string;
  readonly workTiming?: WorkTiming;
  /** A consumer was lost and is being made anew. */
  readonly onTrouble: (reason: string) => void;
}

/** A site's log on JetStream. One commit is one message; the server arbitrates between writers. */
export class JetStreamCommitStore implements CommitStore, RawLog {
  readonly #parts: CommitStoreParts;
  readonly #streamName: string;
  readonly #logPrefix: string;
  readonly #consumers = new Set<LogFollower | WorkQueue | LogFeed>();
  #named = 0;

  constructor(parts: CommitStoreParts) {
    this.#parts = parts;
    this.#streamName = logStreamName(parts.fabric, parts.site);
    this.#logPrefix = logPrefix(parts.fabric, parts.site);
  }

  append(request: AppendRequest, done: (outcome: AppendOutcome) => void): void {
    const { traces } = this.#parts;
    const parent = traces?.ofCommit(request.bytes);
    if (parent === undefined) this.#append(request, undefined, done);
    else {
      const { name, events } = commitWords(request.bytes);
      const about = { 'messaging.system': 'nats', 'rehearsal.events': events };
      const span = traces!.begin(`commit ${name}`, 'producer', parent, about);
      this.#append(request, span.traceparent, (outcome) => {
        span.end(outcome.kind === 'ok' || outcome.kind === 'duplicate' ? undefined : outcome.kind);
        done(outcome);
      });
    }
  }

  #append(request: AppendRequest, traceparent: string | undefined, done: (outcome: AppendOutcome) => void): void {
    const { fabric, site, api } = this.#parts;
    const subject = logSubject(fabric, site, request.stream);
    const extra = {
      'Nats-Expected-Stream': this.#streamName,
      'Nats-Expected-Last-Subject-Sequence': String(request.expectLastSeq),
      'Nats-Msg-Id': request.msgId,
      // Beside the bytes and not in them: the log is the same to the byte with a trace and without.
      ...(traceparent !== undefined && { [TRACE_HEADER]: traceparent }),
    };
    api.request(subject, request.bytes, extra, (reply) => {
      if (reply.kind === 'unknown') {
        done(reply);
        return;
      }
      const answer = parseAnswer<PubAck>(reply.message);
      if (answer === undefined) {
        done({ kind: 'unknown', reason: 'the log server sent no JSON' });
      } else if ('value' in answer) {
        const { seq, duplicate, stream } = answer.value;
        if (!Number.isSafeInteger(seq) || stream !== this.#streamName) {
          done({ kind: 'unknown', reason: `acknowledged by ${stream} at ${seq}` });
        } else {
          done({ kind: duplicate ? 'duplicate' : 'ok', seq });
        }
      } else {
        done(outcomeOfError(answer.error.err_code, answer.error.description));
      }
    });
  }

  readNext(stream: string, afterSeq: number, done: (outcome: ReadOutcome) => void): void {
    const { fabric, site, api } = this.#parts;
    const question = { seq: afterSeq + 1, next_by_subj: logSubject(fabric, site, stream) };
    const subject = `$JS.API.DIRECT.GET.${this.#streamName}`;
    api.request(subject, encoder.encode(JSON.stringify(question)), undefined, (reply) => {
      if (reply.kind === 'unknown') {
        done(reply);
        return;
      }
      const { headers, data } = reply.message;
      const seq = Number(headers?.get('Nats-Sequence') || NaN);
      if (headers?.code === 404) done({ kind: 'none' });
      else if (headers && headers.code === 0 && Number.isSafeInteger(seq)) {
        done({ kind: 'found', commit: { seq, stream, bytes: new Uint8Array(data) } });
      } else done({ kind: 'unknown', reason: `${headers?.code ?? ''} ${headers?.description ?? 'no headers'}`.trim() });
    });
  }

  follow(prefix: string, fromSeq: number, on: (commit: StoredCommit) => void, onCaughtUp?: () => void): Cancel {
    const dot = prefix.indexOf('.');
    const { traces } = this.#parts;
    return this.#follow({
      streamName: this.#streamName,
      logPrefix: this.#logPrefix,
      filter: dot < 0 ? `${this.#logPrefix}>` : `${this.#logPrefix}${prefix.slice(0, dot)}.*`,
      prefix,
      fromSeq,
      traces,
      on,
      onCaughtUp,
    });
  }

  /** The same of what members report of connections: `stream` names the member. */
  followFlows(fromSeq: number, on: (batch: StoredCommit) => void, onCaughtUp?: () => void): Cancel {
    const { fabric, site } = this.#parts;
    const of = flowPrefix(fabric);
    return this.#follow({
      streamName: flowStreamName(fabric, site),
      logPrefix: of,
      filter: `${of}>`,
      prefix: '',
      fromSeq,
      on,
      onCaughtUp,
    });
  }

  #follow(options: Omit<FollowerOptions, 'name' | 'deliverPrefix' | 'timing' | 'onTrouble'>): Cancel {
    const { connection, api, timers, guard, uniqueName, inboxPrefix, onTrouble } = this.#parts;
    const follower = new LogFollower(connection, api, timers, guard, {
      ...options,
      name: `follow-${uniqueName}-${++this.#named}`,
      deliverPrefix: inboxPrefix,
      timing: FOLLOWER_TIMING,
      onTrouble,
    });
    return this.#keep(follower);
  }

  work(kind: string, on: (commit: StoredCommit, acknowledge: () => void) => void): Cancel {
    const { connection, api, timers, guard, uniqueName, inboxPrefix, onTrouble } = this.#parts;
    const queue = new WorkQueue(connection, api, timers, guard, {
      streamName: this.#streamName,
      logPrefix: this.#logPrefix,
      kind,
      deliverTo: `${inboxPrefix}.work-${uniqueName}-${++this.#named}`,
      timing: this.#parts.workTiming ?? WORK_TIMING,
      on,
      onTrouble,
    });
    return this.#keep(queue);
  }

  usage(done: (usage: { usedBytes: number; maxBytes: number } | undefined) => void): void {
    this.#parts.api.requestJson<StreamInfo>(`$JS.API.STREAM.INFO.${this.#streamName}`, {}, (answer) => {
      if (!('value' in answer)) done(undefined);
      else done({ usedBytes: answer.value.state.bytes, maxBytes: answer.value.config.max_bytes });
    });
  }

  /** Sequence of the last batch of flow records, 0 for none; undefined when the server does not say. */
  lastFlowSeq(done: (lastSeq: number | undefined) => void): void {
    const { fabric, site } = this.#parts;
    this.#lastSeqOf(flowStreamName(fabric, site), done);
  }

  lastSeq(done: (lastSeq: number | undefined) => void): void {
    this.#lastSeqOf(this.#streamName, done);
  }

  #lastSeqOf(streamName: string, done: (lastSeq: number | undefined) => void): void {
    this.#parts.api.requestJson<StreamInfo>(`$JS.API.STREAM.INFO.${streamName}`, {}, (answer) => {
      done('value' in answer ? answer.value.state.last_seq : undefined);
    });
  }

  messageAt(seq: number, done: (message: StoredMessage | 'none' | undefined) => void): void {
    const subject = `$JS.API.DIRECT.GET.${this.#streamName}`;
    this.#parts.api.request(subject, encoder.encode(JSON.stringify({ seq })), undefined, (reply) => {
      if (reply.kind === 'unknown' || reply.message.headers === undefined) {
        done(undefined);
        return;
      }
      const { headers, data } = reply.message;
      if (headers.code !== 0) done(headers.code === 404 ? 'none' : undefined);
      else {
        done({
          seq,
          subject: headers.get('Nats-Subject'),
          headers: headersOf(reply.message).filter(([name]) => !ADDED_BY_SERVER.has(name)),
          bytes: new Uint8Array(data),
          storedNs: nsOf(headers.get('Nats-Time-Stamp')),
        });
      }
    });
  }

  feed(fromSeq: number, options: RawLogOptions): { readonly more: () => void; readonly stop: Cancel } {
    const { connection, api, timers, guard, uniqueName, inboxPrefix, onTrouble } = this.#parts;
    const feed = new LogFeed(connection, api, timers, guard, {
      streamName: this.#streamName,
      filter: `${this.#logPrefix}>`,
      fromSeq,
      deliverTo: `${inboxPrefix}.feed-${uniqueName}-${++this.#named}`,
      timing: options.timing ?? FEED_TIMING,
      room: options.room,
      on: options.on,
      onTrouble,
    });
    return { more: () => feed.more(), stop: this.#keep(feed) };
  }

  /** Whether every follower and work queue of this process has its consumer. */
  get consumersLive(): boolean {
    for (const consumer of this.#consumers) if (!consumer.live) return false;
    return true;
  }

  busDown(): void {
    for (const consumer of this.#consumers) consumer.busDown();
  }

  busUp(): void {
    for (const consumer of this.#consumers) consumer.busUp();
  }

  /** Hears no more of the log; appends already sent are still answered. */
  stopConsumers(): void {
    for (const consumer of this.#consumers) consumer.stop();
    this.#consumers.clear();
  }

  #keep(consumer: LogFollower | WorkQueue | LogFeed): Cancel {
    this.#consumers.add(consumer);
    return () => {
      consumer.stop();
      this.#consumers.delete(consumer);
    };
  }
}

const encoder = new TextEncoder();

/** What the server says of a message when it is asked for one by its sequence. */
const ADDED_BY_SERVER = new Set(['Nats-Stream', 'Nats-Subject', 'Nats-Sequence', 'Nats-Time-Stamp']);

/** ns since the epoch, in digits, of a time such as `2026-01-02T03:04:05.678901234Z`. */
function nsOf(time: string): string {
  const [, seconds, fraction = ''] = /^(.+?)(?:\.(\d+))?Z$/.exec(time) ?? [];
  return `${Date.parse(`${seconds}Z`) / 1000}${fraction.padEnd(9, '0')}`;
}

function outcomeOfError(code: number, description: string): AppendOutcome {
  if (code === WRONG_LAST_SEQUENCE) return { kind: 'conflict' };
  const full =
    code === NO_RESOURCES || code === NO_STORAGE || (code === STORE_FAILED && description.startsWith('maximum '));
  return full ? { kind: 'full', reason: description } : { kind: 'unknown', reason: `${code} ${description}` };
}
