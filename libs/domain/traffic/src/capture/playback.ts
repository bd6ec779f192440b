import { REWRITE, rewriteAddresses, rewritePacket } from '@rehearsal/packets';
import type { Enqueue } from '../endpoints/ends.js';
import { CONNECTION_KIND } from '../ledger/connection-book.js';
import type { Ledger } from '../ledger/ledger.js';
import { swapBytes } from '../ledger/packet-words.js';
import { TUPLE } from '../ledger/translations.js';
import type { ResolvedPlan } from '../workload/plan.js';
import type { TimerWheel } from '../workload/timer-wheel.js';
import type { PlannedRecording } from './playback-plan.js';
import { playedAddress, recordingOf, repeatOf } from './playback-plan.js';

/** An answer waits no longer for what was sent before it. */
const ANSWER_WAITS_MS = 2000;

/**
 * Plays recordings: every packet at its time, whatever became of the ones before (open loop); with
 * `answersWait`, a side of a flow speaks only when it is known what became of all the other said before. Each
 * flow of each repeat is a connection of the ledger; it is done when its last packet was sent.
 * One player a repeat; its timer is owner `firstTimer + player`.
 */
export class Playback {
  /** Repeats that have not come to their end. */
  playing: number;
  private readonly plan: ResolvedPlan;
  private readonly recordings: readonly PlannedRecording[];
  private readonly wheel: TimerWheel;
  private readonly firstTimer: number;
  private readonly ledger: Ledger;
  private readonly enqueue: Enqueue;
  /** By player: which recording, the packet that is next, and when the repeat begins. */
  private readonly recordingNumber: Uint16Array;
  private readonly next: Int32Array;
  private readonly startUs: Float64Array;
  /** By player: since when it waits; -1: it does not. */
  private readonly waitsSinceMs: Float64Array;
  /** By connection, where answers wait: packets put in line, and the side of the last. */
  private readonly put: Uint32Array;
  private readonly lastSide: Uint8Array;

  constructor(
    plan: ResolvedPlan,
    recordings: readonly PlannedRecording[],
    wheel: TimerWheel,
    firstTimer: number,
    ledger: Ledger,
    enqueue: Enqueue,
  ) {
    this.plan = plan;
    this.recordings = recordings;
    this.wheel = wheel;
    this.firstTimer = firstTimer;
    this.ledger = ledger;
    this.enqueue = enqueue;
    const players = recordings.reduce((n, r) => n + r.repeats, 0);
    this.playing = players;
    this.recordingNumber = new Uint16Array(players);
    this.next = new Int32Array(players);
    this.startUs = new Float64Array(players);
    this.waitsSinceMs = new Float64Array(players).fill(-1);
    const connections = plan.answersWait ? ledger.book.size : 0;
    this.put = new Uint32Array(connections);
    this.lastSide = new Uint8Array(connections);
    for (const [i, r] of recordings.entries()) {
      for (let repeat = 0; repeat < r.repeats; repeat++) {
        const player = r.firstPlayer + repeat;
        this.recordingNumber[player] = i;
        this.startUs[player] = r.startUs + repeat * r.everyUs;
        wheel.set(firstTimer + player, this.startUs[player]);
      }
    }
  }

  /** A player's timer has come: sends what is due. */
  fire(owner: number, nowMs: number, scheduleUs: number): void {
    const player = owner - this.firstTimer;
    const planned = this.recordings[this.recordingNumber[player]];
    const { recording, atUs } = planned;
    const firstFlow = planned.firstConnection + (player - planned.firstPlayer) * recording.flows.length;
    const elapsedUs = scheduleUs - this.startUs[player];
    let i = this.next[player];
    for (; i < recording.packets && atUs[i] <= elapsedUs; i++) {
      const flow = recording.flows[recording.flow[i]];
      const connection = firstFlow + recording.flow[i];
      if (flow.firstPacket === i) {
        this.ledger.translations.compared[connection] = TUPLE[flow.compared];
        this.ledger.open(connection, CONNECTION_KIND.capture, nowMs);
      } else if (this.plan.answersWait && this.mustWait(player, connection, recording.side[i], nowMs)) {
        // What is left keeps its distance.
        this.startUs[player] = scheduleUs + 1000 - atUs[i];
        break;
      }
      if (this.plan.answersWait) {
        this.put[connection]++;
        this.lastSide[connection] = recording.side[i];
      }
      this.enqueue(connection, i);
      if (flow.lastPacket === i) this.ledger.close(connection, 'done', nowMs);
    }
    this.next[player] = i;
    if (i < recording.packets) this.wheel.set(owner, this.startUs[player] + atUs[i]);
    else this.playing--;
  }

  private mustWait(player: number, c: number, side: number, nowMs: number): boolean {
    const { book } = this.ledger;
    const known = book.delivered[c] + book.dropped[c] + book.lost[c];
    if (side === this.lastSide[c] || known >= this.put[c]) {
      this.waitsSinceMs[player] = -1;
      return false;
    }
    if (this.waitsSinceMs[player] < 0) this.waitsSinceMs[player] = nowMs;
    return nowMs - this.waitsSinceMs[player] <= ANSWER_WAITS_MS;
  }

  /** No repeat begins from now on; those under way are played to their end. */
  drain(): void {
    for (let player = 0; player < this.next.length; player++) {
      if (this.next[player] > 0 || !this.wheel.isSet(this.firstTimer + player)) continue;
      this.wheel.cancel(this.firstTimer + player);
      this.playing--;
    }
  }

  /** Writes a packet of a connection with the addresses of its repeat; returns its length in bytes. */
  build(connection: number, packet: number, words: Int32Array, bytes: Uint8Array): number {
    const planned = recordingOf(this.recordings, connection);
    const { recording } = planned;
    const lenBytes = recording.lenBytes[packet];
    const from = recording.wordAt[packet];
    const count = (lenBytes + 3) >> 2;
    for (let i = 0; i < count; i++) words[i] = recording.words[from + i];
    const src = recording.src[packet];
    const dst = recording.dst[packet];
    if (src === -1 && dst === -1) return lenBytes;
    const repeat = repeatOf(planned, connection);
    const newSrc = src === -1 ? addressAt(bytes, 12) : playedAddress(this.plan, planned, repeat, src);
    const newDst = dst === -1 ? addressAt(bytes, 16) : playedAddress(this.plan, planned, repeat, dst);
    rewriteAddresses(bytes, 0, lenBytes, newSrc, newDst);
    const about = recording.about[packet];
    if (about >= 0) this.requote(planned, repeat, about, recording.side[packet], words, lenBytes);
    else if (recording.side[packet] === 1) this.answerAsSeen(connection, words, lenBytes);
    return lenBytes;
  }

  /** An answer goes to whom it was asked by, as the answering side sees it, from where it was asked. */
  private answerAsSeen(c: number, words: Int32Array, lenBytes: number): void {
    const { translations } = this.ledger;
    if (translations.isPlain(c)) return;
    const src = swapBytes(translations.seenDst[c]);
    const dst = swapBytes(translations.seenSrc[c]);
    const isLater = (words[1] & 0xff1f0000) !== 0;
    if (isLater || translations.compared[c] !== TUPLE.whole) {
      rewritePacket(words, 0, lenBytes, src, dst, 0, 0, REWRITE.laterFragment);
      return;
    }
    const ports = swapBytes(translations.seenPorts[c]);
    rewritePacket(words, 0, lenBytes, src, dst, ports & 0xffff, ports >>> 16, REWRITE.plain);
  }

  /** Gives the packet quoted within an ICMP error the ends that its flow has where the error comes from. */
  private requote(
    planned: PlannedRecording,
    repeat: number,
    about: number,
    side: number,
    words: Int32Array,
    lenBytes: number,
  ): void {
    const { recording } = planned;
    const { translations } = this.ledger;
    const flow = recording.flows[about];
    const c = planned.firstConnection + repeat * recording.flows.length + about;
    const first = flow.firstPacket;
    let asker =
      recording.src[first] === -1 ? flow.src : playedAddress(this.plan, planned, repeat, recording.src[first]);
    let asked =
      recording.dst[first] === -1 ? flow.dst : playedAddress(this.plan, planned, repeat, recording.dst[first]);
    let askerPort = flow.srcPort;
    let askedPort = flow.dstPort;
    if (side === 1 && !translations.isPlain(c) && translations.compared[c] === TUPLE.whole) {
      const ports = swapBytes(translations.seenPorts[c]);
      asker = swapBytes(translations.seenSrc[c]);
      asked = swapBytes(translations.seenDst[c]);
      askerPort = ports >>> 16;
      askedPort = ports & 0xffff;
    }
    if (side === 1) rewritePacket(words, 0, lenBytes, asked, asker, askedPort, askerPort, REWRITE.icmpError);
    else rewritePacket(words, 0, lenBytes, asker, asked, askerPort, askedPort, REWRITE.icmpError);
  }

  /** The connection whose way a packet goes: its own, or that of the datagram it is a piece of. */
  along(connection: number, packet: number): number {
    const planned = recordingOf(this.recordings, connection);
    const { flows, along } = planned.recording;
    return planned.firstConnection + repeatOf(planned, connection) * flows.length + along[packet];
  }

  /** Whether a packet is a fragment: more follow, or it has an offset. */
  isPiece(connection: number, packet: number): boolean {
    const { recording } = recordingOf(this.recordings, connection);
    const at = recording.wordAt[packet];
    if (recording.lenBytes[packet] < 20 || (recording.words[at] & 0xf0) !== 0x40) return false;
    return (recording.words[at + 1] & 0xff3f0000) !== 0;
  }

  side(connection: number, packet: number): 0 | 1 {
    return recordingOf(this.recordings, connection).recording.side[packet] === 0 ? 0 : 1;
  }
}

function addressAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
}
