import {
  parseCommit,
  sha256Hex,
  type AppendOutcome,
  type AppendRequest,
  type Commit,
  type ReadOutcome,
  type StoredCommit,
} from '@rehearsal/kernel';
import type { Happening } from './event-heap.js';
import type { SimProcess } from './sim-process.js';
import type { SimWorld } from './sim-world.js';

const decoder = new TextDecoder();

interface Head {
  seq: number;
  version: number;
  hash: string;
}

/** One process that reads the log in its order. */
export interface Follower {
  readonly process: SimProcess;
  readonly incarnation: number;
  readonly prefix: string;
  readonly on: (commit: StoredCommit) => void;
  onCaughtUp: (() => void) | undefined;
  /** The last sequence there was when it began. */
  readonly endAtStart: number;
  /** The next sequence it reads. */
  next: number;
  planned: boolean;
  cancelled: boolean;
  /** The arrival of what it was last told; nothing overtakes it. */
  told: Happening | undefined;
}

export interface Consumer {
  readonly process: SimProcess;
  readonly incarnation: number;
  readonly on: (commit: StoredCommit, acknowledge: () => void) => void;
  cancelled: boolean;
}

interface WorkQueue {
  next: number;
  consumers: Consumer[];
  /** Sequence that waits for its acknowledgement; 0 for none. */
  handedOut: number;
  handing: number;
}

/** A follower that cannot be reached is tried again so often. */
const RETRY_US = 100_000;

/** The site's log: what is stored stays, whatever dies. Checks every commit as it comes in. */
export class SimLogServer {
  readonly #world: SimWorld;
  readonly #commits: StoredCommit[] = [];
  /** By sequence, from 1: when it was stored, in the world's time. */
  readonly #storedAtMs: number[] = [];
  readonly #heads = new Map<string, Head>();
  readonly #messageIds = new Map<string, number>();
  readonly #followers = new Set<Follower>();
  readonly #queues = new Map<string, WorkQueue>();
  /** Room for so many bytes and no more; null: as the world has it. */
  #limitBytes: number | null = null;
  #usedBytes = 0;
  /** The log answers from then on; a restart of the bus takes a while to read it. */
  readyAtUs = 0;

  constructor(world: SimWorld) {
    this.#world = world;
  }

  get ready(): boolean {
    return this.#world.network.state === 'up' && this.#world.nowUs >= this.readyAtUs;
  }

  get lastSeq(): number {
    return this.#commits.length;
  }

  get usage(): { usedBytes: number; maxBytes: number } {
    return { usedBytes: this.#usedBytes, maxBytes: this.#maxBytes };
  }

  /** Leaves so much room; null gives back all there was. */
  limit(roomBytes: number | null): void {
    this.#limitBytes = roomBytes === null ? null : this.#usedBytes + roomBytes;
  }

  get limited(): boolean {
    return this.#limitBytes !== null;
  }

  get #maxBytes(): number {
    return this.#limitBytes ?? this.#world.options.logMaxBytes;
  }

  lines(): string[] {
    return this.#commits.map((c) => decoder.decode(c.bytes));
  }

  /** When each line was stored, ms since the epoch by the world's own clock. */
  get storedAtMs(): readonly number[] {
    return this.#storedAtMs;
  }

  head(stream: string): Readonly<Head> {
    return this.#heads.get(stream) ?? { seq: 0, version: 0, hash: '' };
  }

  /** The last commit of each stream, by the streams' names. */
  heads(): { readonly stream: string; readonly version: number; readonly hash: string }[] {
    const heads = [...this.#heads].map(([stream, { version, hash }]) => ({ stream, version, hash }));
    return heads.sort((a, b) => (a.stream < b.stream ? -1 : 1));
  }

  append(request: AppendRequest): AppendOutcome {
    const first = this.#messageIds.get(request.msgId);
    const head = this.head(request.stream);
    const conflict = head.seq !== request.expectLastSeq;
    const sequenceFirst = this.#world.options.appendChecksFirst === 'sequence';
    if (sequenceFirst && conflict) return { kind: 'conflict' };
    if (first !== undefined) return { kind: 'duplicate', seq: first };
    if (conflict) return { kind: 'conflict' };
    if (this.#usedBytes + request.bytes.length > this.#maxBytes) {
      return { kind: 'full', reason: `maximum bytes exceeded (${this.#maxBytes})` };
    }
    return { kind: 'ok', seq: this.store(request) };
  }

  /** Stores what is known to come next. */
  store(request: AppendRequest): number {
    const seq = this.#commits.length + 1;
    const head = this.head(request.stream);
    const bytes = request.bytes.slice();
    const checked = this.#world.options.checkCommits ? this.#checkChain(request.stream, bytes, head, seq) : {};
    this.#heads.set(request.stream, { seq, version: head.version + 1, hash: sha256Hex(bytes) });
    this.#commits.push({ seq, stream: request.stream, bytes, ...checked });
    this.#storedAtMs.push(this.#world.nowMs);
    this.#messageIds.set(request.msgId, seq);
    this.#usedBytes += bytes.length;
    this.#world.fork?.onStored(seq, request.stream, bytes);
    for (const follower of this.#followers) this.#planFollower(follower);
    const queue = this.#queues.get(kindOf(request.stream));
    if (queue !== undefined) this.#handOut(kindOf(request.stream), queue);
    return seq;
  }

  /** What the bytes say: read once, for all who follow. */
  #checkChain(stream: string, bytes: Uint8Array, head: Head, seq: number): { readonly commit: Commit } {
    const commit = frozen(parseCommit(decoder.decode(bytes)));
    const { version, prev, stream: named } = commit;
    if (named !== stream || version !== head.version + 1 || prev !== head.hash) {
      this.#world.fail(
        `log sequence ${seq}: ${stream}:${head.version + 1} after ${head.hash || 'nothing'} was expected, and ${named}:${version} after ${prev || 'nothing'} was stored`,
      );
    }
    return { commit };
  }

  readNext(stream: string, afterSeq: number): ReadOutcome {
    for (let seq = afterSeq + 1; seq <= this.#commits.length; seq++) {
      const commit = this.#commits[seq - 1]!;
      if (commit.stream === stream) return { kind: 'found', commit };
    }
    return { kind: 'none' };
  }

  follow(follower: Follower): void {
    this.#followers.add(follower);
    this.#planFollower(follower);
  }

  unfollow(follower: Follower): void {
    follower.cancelled = true;
    this.#followers.delete(follower);
  }

  #planFollower(follower: Follower): void {
    if (follower.planned || follower.cancelled) return;
    follower.planned = true;
    const { options, faultRng } = this.#world;
    let delayUs = this.#world.delayUs();
    if (options.followLagPerMillion > 0 && faultRng.int(1_000_000) < options.followLagPerMillion) {
      delayUs += faultRng.int(options.followLagMaxMs * 1000 + 1);
    }
    this.#world.later(this.#world.nowUs + delayUs, () => this.#feed(follower));
  }

  #feed(follower: Follower): void {
    const { process, incarnation } = follower;
    if (follower.cancelled || process.incarnation !== incarnation || !process.alive) {
      this.unfollow(follower);
      return;
    }
    const { network } = this.#world;
    const end = this.#commits.length;
    const from = follower.next;
    const down = network.passageOfLog(process.index, this.#bytesOf(from, end));
    if (!this.ready || !process.connected || down === undefined) {
      this.#world.later(this.#world.nowUs + RETRY_US, () => this.#feed(follower));
      return;
    }
    follower.planned = false;
    follower.next = end + 1;
    if (from > end && follower.onCaughtUp === undefined) return;
    const delayUs = Math.max((follower.told?.timeUs ?? 0) - this.#world.nowUs, down.extraUs);
    follower.told = this.#world.post(process, () => this.#tell(follower, from, end), delayUs, down);
  }

  #bytesOf(from: number, end: number): number {
    let bytes = 0;
    for (let seq = from; seq <= end; seq++) bytes += this.#commits[seq - 1]!.bytes.length;
    return bytes;
  }

  #tell(follower: Follower, from: number, end: number): void {
    for (let seq = from; seq <= end; seq++) {
      if (seq > follower.endAtStart) sayCaughtUp(follower);
      if (follower.cancelled) return;
      const commit = this.#commits[seq - 1]!;
      if (commit.stream.startsWith(follower.prefix)) follower.on(commit);
    }
    if (end >= follower.endAtStart) sayCaughtUp(follower);
  }

  work(kind: string, consumer: Consumer): void {
    const queue = this.#queues.get(kind) ?? { next: 1, consumers: [], handedOut: 0, handing: 0 };
    this.#queues.set(kind, queue);
    queue.consumers.push(consumer);
    this.#handOut(kind, queue);
  }

  /** Hands the next commit of a kind to one consumer, one at a time, as live queues do. */
  #handOut(kind: string, queue: WorkQueue): void {
    if (queue.handedOut !== 0) return;
    while (queue.next <= this.#commits.length && kindOf(this.#commits[queue.next - 1]!.stream) !== kind) queue.next++;
    if (queue.next > this.#commits.length) return;
    queue.handedOut = queue.next;
    this.#deliver(kind, queue);
  }

  #deliver(kind: string, queue: WorkQueue): void {
    const { faultRng, network, busIndex, options } = this.#world;
    const seq = queue.handedOut;
    const handing = ++queue.handing;
    const again = (afterUs: number): void =>
      this.#world.later(this.#world.nowUs + afterUs, () => {
        if (queue.handing === handing && queue.handedOut === seq) this.#deliver(kind, queue);
      });
    queue.consumers = queue.consumers.filter(
      (c) => !c.cancelled && c.process.incarnation === c.incarnation && c.process.alive,
    );
    const within = queue.consumers.filter((c) => c.process.connected && !network.isCut(busIndex, c.process.index));
    if (within.length === 0 || !this.ready) return again(RETRY_US);
    const consumer = within[faultRng.int(within.length)]!;
    again(options.redeliverMs * 1000);
    const down = network.passageOfLog(consumer.process.index, this.#commits[seq - 1]!.bytes.length);
    if (down === undefined) return;
    this.#world.post(
      consumer.process,
      () => {
        if (!consumer.cancelled)
          consumer.on(this.#commits[seq - 1]!, () => this.#acknowledge(kind, queue, seq, consumer));
      },
      this.#world.delayUs() + down.extraUs,
      down,
    );
  }

  #acknowledge(kind: string, queue: WorkQueue, seq: number, consumer: Consumer): void {
    const { faultRng, network, busIndex, options } = this.#world;
    if (options.redeliverPerMillion > 0 && faultRng.int(1_000_000) < options.redeliverPerMillion) return;
    const { process } = consumer;
    const up = network.passage(process.index, busIndex, 0);
    if (!process.connected || up === undefined) return;
    const arrived = (): void => {
      if (queue.handedOut !== seq || !this.ready) return;
      queue.handedOut = 0;
      queue.next = seq + 1;
      this.#handOut(kind, queue);
    };
    this.#world.later(process.nowUs() + this.#world.delayUs() + up.extraUs, arrived, up);
  }
}

function sayCaughtUp(follower: Follower): void {
  const run = follower.onCaughtUp;
  follower.onCaughtUp = undefined;
  if (!follower.cancelled) run?.();
}

/** The same, all the way down: whoever changes what all processes read is found out. */
function frozen<T extends object>(value: T): T {
  for (const inner of Object.values(value)) if (typeof inner === 'object' && inner !== null) frozen(inner as object);
  return Object.freeze(value);
}

function kindOf(stream: string): string {
  return stream.slice(0, stream.indexOf('.'));
}
