import type { FaultMark, PacketCapture, ResolvedPlan } from '@rehearsal/traffic';
import {
  applicationsOf,
  connectionRows,
  DELIVERY,
  HOW,
  Layout,
  Ledger,
  lossPage,
  summarize,
  TrafficSource,
} from '@rehearsal/traffic';
import type {
  Applications,
  ConnectionNames,
  ConnectionRow,
  LedgerSummary,
  LossPage,
  Recording,
} from '@rehearsal/traffic';
import {
  DELIVERED,
  FRAME,
  isLoss,
  MAX_PACKET_BYTES,
  reasonName,
  REASONS,
  RECORD_FLAG,
  slotOfAux,
  type PacketFrameReader,
} from '@rehearsal/protocol';
import { Router } from './router.js';
import type { Way } from './way.js';

/** The schedule catches up after a stall, at most four times as fast as time and 20 ms at a time. */
const CATCH_UP = 4;
const MAX_STEP_MS = 20;
/** With so many packets in line the source pauses: the fabric takes no more. */
const MAX_QUEUED = 65_536;
const SECONDS_REMEMBERED = 8;
const LEAST_REMEMBERED = 2 ** 16;
const LEAST_PROBES_REMEMBERED = 2 ** 12;

export interface RunLimits {
  readonly maxPackets: number;
  readonly windowFrames: number;
}

/** The tag of the first packet, and how many of its low bits count. */
export interface RunTags {
  readonly firstTag: number;
  readonly tagBits: number;
}

/** What a delivery is to a packet capture, by what it was to the ledger. */
const HOW_OF = {
  [DELIVERY.first]: HOW.delivered,
  [DELIVERY.duplicate]: HOW.copy,
  [DELIVERY.corrupted]: HOW.corrupted,
  [DELIVERY.overtaken]: HOW.overtaken,
} as const;

/** One plan being carried out: what sends, what is in line, and the account. */
export class Run {
  readonly layout: Layout;
  readonly ledger: Ledger;
  readonly source: TrafficSource;
  readonly router: Router;
  /** How long the source has stood still because the fabric took no more. */
  pausedMs = 0;
  private readonly ways: readonly Way[];
  private readonly limits: RunLimits;
  private readonly capture: PacketCapture | undefined;
  private readonly words = new Int32Array((MAX_PACKET_BYTES + 4) >> 2);
  private readonly bytes = new Uint8Array(this.words.buffer);
  private lastTickMs: number;
  private lagMs_ = 0;
  private pace_ = 1;

  /** Throws RangeError when the plan's addresses have no room for it. */
  constructor(
    plan: ResolvedPlan,
    recordings: readonly Recording[],
    ways: readonly Way[],
    limits: RunLimits,
    { firstTag, tagBits }: RunTags,
    nowMs: number,
    capture?: PacketCapture,
  ) {
    this.capture = capture;
    this.layout = new Layout(plan, recordings);
    this.ledger = new Ledger({
      connections: this.layout.connections,
      builtRight: this.layout.workload.size,
      capacity: capacityFor(plan),
      startMs: nowMs,
      firstTag,
      tagBits,
      reasonName,
      isLoss,
      deferralCode: REASONS.deferred,
    });
    this.ways = ways;
    this.limits = limits;
    this.lastTickMs = nowMs;
    this.router = new Router(ways, this.layout.connections, this.ledger.book.underWay, plan.asymmetricPercent);
    this.source = new TrafficSource(this.layout, this.ledger, (connection, step) => this.enqueue(connection, step));
  }

  /** How far the schedule is behind the clock. */
  get lagMs(): number {
    return Math.floor(this.lagMs_);
  }

  /** How fast the plan is carried out: 1 is at its own rate. */
  get pace(): number {
    return this.pace_;
  }

  set pace(pace: number) {
    this.pace_ = pace;
    this.source.pace = pace;
  }

  get queued(): number {
    return this.router.inLine;
  }

  /** Nothing more will be sent, and every packet has been accounted for. */
  get settled(): boolean {
    return this.source.finished && this.queued === 0 && this.ledger.outstanding === 0;
  }

  /** Moves the schedule on, and sends. */
  tick(nowMs: number): void {
    const elapsedMs = nowMs - this.lastTickMs;
    this.lastTickMs = nowMs;
    const stepMs = elapsedMs * this.pace_;
    this.lagMs_ += stepMs;
    const waits = this.ways.every((w) => !w.everReady);
    if (waits) this.lagMs_ = 0;
    else if (this.queued >= MAX_QUEUED) this.pausedMs += elapsedMs;
    else {
      const maxStepMs = MAX_STEP_MS * Math.max(1, this.pace_);
      const byMs = Math.floor(Math.min(this.lagMs_, maxStepMs, Math.max(1, Math.ceil(stepMs * CATCH_UP))));
      this.lagMs_ -= byMs;
      this.source.advance(byMs, nowMs);
    }
    for (const way of this.ways) this.flush(way, nowMs);
  }

  /** Takes what the fabric says of one packet, the record that `reader` is at: out, dropped or lost. */
  hear(reader: PacketFrameReader, words: Int32Array, nowMs: number): void {
    const { ledger, capture } = this;
    const { id, code, packetAt, lenBytes } = reader;
    if (code !== DELIVERED) {
      const isNew = ledger.judge(id, code, nowMs, slotOfAux(reader.aux));
      if (isNew && capture !== undefined) capture.fate(id, HOW.judged, code, reader.flags, reader.aux, nowMs);
      return;
    }
    const corrected = (reader.flags & RECORD_FLAG.corrected) !== 0;
    const delivery = ledger.deliver(id, words, packetAt, lenBytes, nowMs, corrected);
    if (capture !== undefined && delivery !== DELIVERY.unknown) {
      capture.fate(id, HOW_OF[delivery], code, reader.flags, reader.aux, nowMs);
    }
    if (delivery === DELIVERY.first) {
      this.source.arrived(ledger.connectionOf(id), ledger.stepOf(id), nowMs);
    }
  }

  /** A way is dead: what it held is presumed lost, what was in line for it takes another. Returns how many were lost. */
  wayDied(way: Way, nowMs: number): number {
    this.router.refresh();
    if (this.capture !== undefined) this.capturePresumed(this.capture, way, nowMs);
    const lost = this.ledger.presumeLost(way.index, REASONS.orchestrator_lost, nowMs);
    this.router.moveQueue(way, this.source);
    return lost;
  }

  summary(nowMs: number): LedgerSummary {
    return summarize(this.ledger, nowMs);
  }

  rows(from: number, count: number, mark: FaultMark | undefined, nowMs: number): ConnectionRow[] {
    return connectionRows(this.ledger, this.names, nowMs, { from, count, mark });
  }

  /** Packets that did not come out, from entry `from`. */
  losses(from: number, count: number): LossPage {
    return lossPage(this.ledger, this.names, (way) => this.ways[way]?.id ?? '', { from, count });
  }

  /** How applications have fared for the last `forMs`. */
  applications(nowMs: number, forMs: number): Applications {
    return applicationsOf(this.ledger, this.names, nowMs, forMs);
  }

  private get names(): ConnectionNames {
    const { layout, router } = this;
    return {
      tuple: (c: number) => layout.tuple(c),
      follows: (c: number) => layout.follows(c),
      service: (c: number) => layout.service(c),
      via: (c: number) => router.wayId(c),
    };
  }

  private enqueue(connection: number, step: number): void {
    const { source } = this;
    const side = source.side(connection, step);
    const along = source.along(connection, step);
    this.router.enqueue(connection, step, side, along, source.isPiece(connection, step));
  }

  private flush(way: Way, nowMs: number): void {
    const line = this.router.lineOf(way);
    if (way.state === 'unknown' || !way.everReady) return;
    while (line.length > 0) {
      if (!way.usable) this.sendIntoTheVoid(way, nowMs);
      else if (!this.sendFrame(way, nowMs)) return;
    }
  }

  private sendFrame(way: Way, nowMs: number): boolean {
    const { channel, writer } = way;
    const line = this.router.lineOf(way);
    if (channel === undefined || channel.inFlight >= this.limits.windowFrames) return false;
    writer.reset();
    while (line.length > 0 && writer.count < this.limits.maxPackets && !writer.full) {
      const { connection, step } = line;
      line.shift();
      const side = this.source.side(connection, step);
      this.router.dequeued(connection, side);
      const lenBytes = this.source.build(connection, step, this.words, this.bytes);
      const tag = this.ledger.send(connection, side, step, way.index, this.words, 0, lenBytes, nowMs);
      this.capture?.sent(tag, connection, side, way.index, this.words, 0, lenBytes, nowMs);
      writer.add(tag, lenBytes, side, 0, 0, this.words, 0);
    }
    writer.finish();
    return channel.send(FRAME.packets, writer.words, writer.at) !== 0;
  }

  /** No orchestrator is left: hosts go on sending, and nobody is there to take it. */
  private sendIntoTheVoid(way: Way, nowMs: number): void {
    const line = this.router.lineOf(way);
    const { connection, step } = line;
    line.shift();
    const side = this.source.side(connection, step);
    this.router.dequeued(connection, side);
    const lenBytes = this.source.build(connection, step, this.words, this.bytes);
    const tag = this.ledger.send(connection, side, step, way.index, this.words, 0, lenBytes, nowMs);
    this.ledger.judge(tag, REASONS.orchestrator_lost, nowMs);
    const { capture } = this;
    if (capture === undefined) return;
    capture.sent(tag, connection, side, way.index, this.words, 0, lenBytes, nowMs);
    capture.fate(tag, HOW.judged, REASONS.orchestrator_lost, 0, 0, nowMs);
  }

  private capturePresumed(capture: PacketCapture, way: Way, nowMs: number): void {
    this.ledger.eachUnderWay(way.index, (tag) =>
      capture.fate(tag, HOW.presumed, REASONS.orchestrator_lost, 0, 0, nowMs),
    );
  }
}

/** Packets the ledger must remember: those of some seconds, since a late word may come that late. */
function capacityFor(plan: ResolvedPlan): number {
  const recordedAtLeast = 20_000;
  let perSec = plan.total > 0 ? plan.packetsPerSec : 0;
  for (const capture of plan.captures) perSec += Math.max(capture.packetsPerSec, recordedAtLeast);
  let capacity = plan.ends === undefined ? LEAST_REMEMBERED : LEAST_PROBES_REMEMBERED;
  while (capacity < perSec * SECONDS_REMEMBERED && capacity < 2 ** 22) capacity *= 2;
  return capacity;
}
