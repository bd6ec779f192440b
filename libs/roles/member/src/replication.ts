import type { ConnectionTable, DeltaReader, FlowRecorder, PipelineSettings } from '@rehearsal/dataplane';
import {
  DELTA_ENTRY_MAX_WORDS,
  DELTA_HEAD_WORDS,
  isWaitingToSend,
  NONE,
  SYNC,
  endOfEntry,
  queueSlot,
  sent,
  slotOfEntry,
  syncDue,
  takeToSend,
  wasSent,
  writeDeltaHead,
  writeEntry,
} from '@rehearsal/dataplane';
import type { Runtime } from '@rehearsal/kernel';
import { FRAME, HEADER_WORDS } from '@rehearsal/protocol';
import type { DataplaneTable } from '@rehearsal/security-group';
import { FirstCopies } from './first-copies.js';
import type { Awaited, PeerWay } from './peer-way.js';

/** Words of one delta frame at most: some 60 KB, well under the bus's message limit. */
const FRAME_WORDS = 15_000;
/** Connections queued for copying in one round, so that packets waiting behind them leave soon. */
const COPY_ROUND_CONNECTIONS = 16_384;

/** Slots copied in full to one joining member. */
export interface CopyDone {
  readonly member: number;
  readonly version: number;
  readonly slots: number[];
  connections: number;
  /** Connections of slots still to be copied to the same member. */
  left: number;
}

/** Entries on their way to one member, in one frame under construction. */
class DeltaFrame {
  readonly words = new Int32Array(HEADER_WORDS + FRAME_WORDS);
  at = 0;
  entries = 0;
  resets = 0;
  /** An entry in it is one that packets wait for. */
  isAwaited = false;
  /** Connections in it that the receiver, their backup, is sent for the first time. */
  firsts: number[] = [];

  begin(table: ConnectionTable, resetSlots: readonly number[]): void {
    this.words[HEADER_WORDS] = resetSlots.length;
    let at = HEADER_WORDS + 1;
    for (const slot of resetSlots) this.words[at++] = slot;
    writeDeltaHead(table, this.words, at);
    this.at = at + DELTA_HEAD_WORDS;
    this.entries = 0;
    this.isAwaited = false;
    this.resets = resetSlots.length;
  }

  get full(): boolean {
    return this.at + DELTA_ENTRY_MAX_WORDS > this.words.length;
  }
}

/**
 * Keeps the copies of the slots served here: changes as deltas in absolute state, whole slots for
 * members that join, both on one ordered way, so that a later word always replaces an earlier one.
 */
export class Replication {
  private readonly frames = new Map<number, DeltaFrame>();
  /** Slots to be copied to the member that joins them, in order. */
  private copyQueue: number[] = [];
  /** Per slot: member number the copy has begun to; its deltas go there too. */
  private readonly copyingTo: Uint16Array;
  private table_: DataplaneTable | undefined;
  private readonly rt: Runtime;
  private readonly connections: ConnectionTable;
  private readonly timing: Pick<PipelineSettings, 'syncDelayMs'>;
  private readonly firstCopies: FirstCopies;
  private readonly wayTo: (member: number) => PeerWay | undefined;

  constructor(
    rt: Runtime,
    connections: ConnectionTable,
    timing: Pick<PipelineSettings, 'syncDelayMs'>,
    flows: FlowRecorder,
    wayTo: (member: number) => PeerWay | undefined,
  ) {
    this.rt = rt;
    this.connections = connections;
    this.timing = timing;
    this.firstCopies = new FirstCopies(connections, flows);
    this.wayTo = wayTo;
    this.copyingTo = new Uint16Array(connections.slots);
  }

  setTable(table: DataplaneTable): void {
    this.table_ = table;
    for (let slot = 0; slot < this.copyingTo.length; slot++) {
      // Promoted to backup, replaced or gone: the copy is over; a new one begins from the queue.
      if (this.copyingTo[slot] !== 0 && table.joining[slot] !== this.copyingTo[slot]) this.copyingTo[slot] = 0;
    }
  }

  clear(): void {
    this.copyQueue = [];
    this.copyingTo.fill(0);
    this.frames.clear();
    this.firstCopies.clear();
    this.table_ = undefined;
  }

  /** What peers have acknowledged since is told of. */
  settle(): void {
    this.firstCopies.settle(this.connections.relative(this.rt.nowMs()));
  }

  /** The member joining this slot is to get a copy of it, from the beginning. */
  queueCopy(slot: number): void {
    this.copyingTo[slot] = 0;
    if (!this.copyQueue.includes(slot)) this.copyQueue.push(slot);
  }

  get copiesQueued(): number {
    return this.copyQueue.length;
  }

  /**
   * Sends everything that is due, and begins some copies. Appends to `awaited` what must be acknowledged
   * before packets answered so far may leave. `serving(slot)` says whether this member serves it.
   */
  flush(now: number, serving: (slot: number) => boolean, awaited: Awaited[]): void {
    const begun = this.beginCopies(now, serving);
    const { connections } = this;
    for (let index = takeToSend(connections, now, this.timing.syncDelayMs); index !== NONE;) {
      const slot = connections.slotOf(index);
      // What began here and was young when its slot went is its next member's to send.
      sent(connections, index, serving(slot) && this.writeToHolders(index, slot, awaited));
      index = takeToSend(connections, now, this.timing.syncDelayMs);
    }
    this.flushFrames(awaited);
    for (const copy of begun) this.sendCopied(copy);
  }

  /**
   * Hands slots over: with `rest`, sends what their new active does not have yet (connections too young
   * to be copied, or never copied), then the release, in order behind everything else. Call `flush` first.
   */
  handOver(to: number, version: number, slots: readonly number[], rest: boolean): void {
    const way = this.wayTo(to);
    if (way === undefined) return;
    const { connections } = this;
    const now = connections.relative(this.rt.nowMs());
    if (rest) {
      for (const slot of slots) {
        for (let index = connections.firstOf(slot); index !== NONE; index = connections.nextOf(index)) {
          // One that is due may still stand behind younger ones: connections that were taken over are not in order.
          if (!syncDue(connections, index, now, this.timing.syncDelayMs) || isWaitingToSend(connections, index)) {
            this.writeTo(to, index, undefined);
          }
        }
      }
    }
    this.flushFrames(undefined);
    const words = new Int32Array(HEADER_WORDS + 1 + slots.length);
    words[HEADER_WORDS] = version;
    words.set(slots, HEADER_WORDS + 1);
    way.send(FRAME.released, words, words.length, undefined);
  }

  private beginCopies(now: number, serving: (slot: number) => boolean): CopyDone[] {
    const table = this.table_;
    if (table === undefined || this.copyQueue.length === 0) return [];
    const byMember = new Map<number, CopyDone>();
    let budget = COPY_ROUND_CONNECTIONS;
    let taken = 0;
    while (taken < this.copyQueue.length && budget > 0) {
      const slot = this.copyQueue[taken++] as number;
      const to = table.joining[slot] as number;
      if (to === 0 || !serving(slot) || this.wayTo(to) === undefined) continue;
      this.copyingTo[slot] = to;
      budget -= this.connections.sizeOfSlot[slot] as number;
      const queued = queueSlot(this.connections, slot, now, this.timing.syncDelayMs);
      let copy = byMember.get(to);
      if (copy === undefined) {
        copy = { member: to, version: table.version, slots: [], connections: 0, left: 0 };
        byMember.set(to, copy);
      }
      copy.slots.push(slot);
      copy.connections += queued;
    }
    this.copyQueue.splice(0, taken);
    for (const slot of this.copyQueue) {
      const copy = byMember.get(table.joining[slot] as number);
      if (copy !== undefined) copy.left += this.connections.sizeOfSlot[slot] as number;
    }
    for (const copy of byMember.values()) this.reset(copy.member, copy.slots);
    return [...byMember.values()];
  }

  /** The receiver forgets what it held of these slots before the entries that follow. */
  private reset(member: number, slots: readonly number[]): void {
    const frame = this.frameTo(member);
    if (frame.entries > 0) this.sendFrame(member, frame, undefined);
    frame.begin(this.connections, slots);
  }

  private writeToHolders(index: number, slot: number, awaited: Awaited[]): boolean {
    const table = this.table_;
    if (table === undefined) return false;
    const backup = table.backup[slot] as number;
    const copying = this.copyingTo[slot] as number;
    let written = false;
    if (backup !== 0) {
      written = this.writeTo(backup, index, awaited);
      if (this.firstCopies.isOn && !wasSent(this.connections, index)) this.frameTo(backup).firsts.push(index);
    }
    if (copying !== 0 && this.writeTo(copying, index, awaited)) written = true;
    return written;
  }

  private writeTo(member: number, index: number, awaited: Awaited[] | undefined): boolean {
    const frame = this.frameTo(member);
    if (frame.at === 0) frame.begin(this.connections, []);
    else if (frame.full) {
      this.sendFrame(member, frame, awaited);
      frame.begin(this.connections, []);
    }
    frame.at = writeEntry(this.connections, index, frame.words, frame.at);
    if (this.connections.syncOf(index) === SYNC.strict) frame.isAwaited = true;
    frame.entries++;
    return true;
  }

  private flushFrames(awaited: Awaited[] | undefined): void {
    for (const [member, frame] of this.frames) {
      if (frame.entries > 0 || frame.resets > 0) this.sendFrame(member, frame, awaited);
    }
  }

  private sendFrame(member: number, frame: DeltaFrame, awaited: Awaited[] | undefined): void {
    let wait: Awaited | undefined;
    if (awaited !== undefined && frame.isAwaited) {
      wait = { member, linkSeq: 0, done: false };
      awaited.push(wait);
    }
    if (frame.firsts.length > 0) {
      wait ??= { member, linkSeq: 0, done: false };
      this.firstCopies.sentWith(wait, frame.firsts);
      frame.firsts = [];
    }
    // Without a way the member's loss is about to be declared: packets wait for the new table.
    this.wayTo(member)?.send(FRAME.delta, frame.words, frame.at, wait);
    this.rt.count('sync_entries_sent', frame.entries);
    frame.at = 0;
    frame.entries = 0;
    frame.resets = 0;
  }

  private sendCopied(copy: CopyDone): void {
    const words = new Int32Array(HEADER_WORDS + 3 + copy.slots.length);
    words[HEADER_WORDS] = copy.version;
    words[HEADER_WORDS + 1] = copy.connections;
    words[HEADER_WORDS + 2] = copy.left;
    words.set(copy.slots, HEADER_WORDS + 3);
    this.wayTo(copy.member)?.send(FRAME.copied, words, words.length, undefined);
  }

  private frameTo(member: number): DeltaFrame {
    let frame = this.frames.get(member);
    if (frame === undefined) {
      frame = new DeltaFrame();
      this.frames.set(member, frame);
    }
    return frame;
  }
}

/** Takes delta frames into the table. `accepts(slot)` says whether the sender may still speak of the slot. */
export function applyDelta(
  words: Int32Array,
  connections: ConnectionTable,
  reader: DeltaReader,
  accepts: (slot: number) => boolean,
  count: (id: string, n: number) => void,
): void {
  const end = words.length;
  const resets = words[HEADER_WORDS] as number;
  const head = HEADER_WORDS + 1 + resets;
  if (end <= HEADER_WORDS || resets < 0 || head > end) {
    count('frames_malformed', 1);
    return;
  }
  for (let at = HEADER_WORDS + 1; at < head; at++) {
    const slot = words[at] as number;
    if (slot >= 0 && slot < connections.slots && accepts(slot)) connections.dropSlot(slot);
  }
  const entries = reader.open(words, head, end);
  if (entries < 0) {
    count('frames_malformed', 1);
    return;
  }
  let refused = 0;
  for (let i = 0, at = head + DELTA_HEAD_WORDS; i < entries; i++, at = endOfEntry(words, at)) {
    if (!accepts(slotOfEntry(words, at)) || reader.apply(words, at) < 0) refused++;
  }
  if (refused > 0) count('sync_entries_refused', refused);
}
