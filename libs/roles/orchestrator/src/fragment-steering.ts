import type { PendingPackets, Steering } from '@rehearsal/dataplane';
import { FRAGMENT, FragmentTracker, VERDICT } from '@rehearsal/dataplane';
import type { Runtime, Settings } from '@rehearsal/kernel';
import type { PacketFrameReader } from '@rehearsal/protocol';
import { MAX_PACKET_BYTES, REASONS, RECORD_FLAG } from '@rehearsal/protocol';
import type { Egress } from './egress.js';

/** In the word before a later fragment in the arena: the ports of its first one, which go to the member with it. */
const PORTS_BYTES = 4;
/** Instead of a slot: the packet waits for the first fragment of its datagram, or was named. */
export const KEPT = -256;

export interface FragmentSteeringParts {
  readonly rt: Runtime;
  readonly settings: Settings;
  readonly steering: Steering;
  readonly pending: PendingPackets;
  readonly egress: Egress;
  /** Takes a packet whose bytes are at word `at` of the arena; -1: there was no room for them. */
  take(tag: number, meta: number, slot: number, at: number): void;
  /** Does with a packet as the verdict on it says. */
  passBy(tag: number, side: number, lenBytes: number, words: Int32Array, at: number, verdict: number): void;
}

/** Length, side and flags of a later fragment as pending packets have it, with the word of its ports. */
export function laterFragmentMeta(lenBytes: number, side: number): number {
  return (lenBytes + PORTS_BYTES) | ((side | (RECORD_FLAG.laterFragment << 1)) << 16);
}

/** Steers the fragments of a datagram after its first one, and holds those that come before it. */
export class FragmentSteering {
  private readonly parts: FragmentSteeringParts;
  /** Made when the first fragment comes: it is large, and most traffic has none. */
  private tracker: FragmentTracker | undefined;

  constructor(parts: FragmentSteeringParts) {
    this.parts = parts;
  }

  /**
   * The slot of a fragment of the kind `FRAGMENT` that was steered to `slot` (minus a verdict: refused) by itself. Of a
   * later one it is that of the first, whose ports are written before it in the frame's copy at `base`; minus the
   * verdict on the first, if that was refused; or KEPT.
   */
  place(kind: number, slot: number, reader: PacketFrameReader, base: number, nowMs: number): number {
    const { words, packetAt } = reader;
    if (kind === FRAGMENT.first) this.memory().remember(words, packetAt, slot < 0 ? -slot : 0, nowMs);
    return kind === FRAGMENT.later && slot >= 0 ? this.placeLater(reader, base, nowMs) : slot;
  }

  /** Takes the fragments that were held and whose first one has come. No frame may be open in the arena. */
  release(): void {
    this.tracker?.release(this.takeHeld);
  }

  /** Names fragments whose first one did not come in time. */
  expire(nowMs: number): void {
    this.tracker?.expire(nowMs);
  }

  clear(): void {
    this.tracker?.clear();
  }

  private memory(): FragmentTracker {
    if (this.tracker !== undefined) return this.tracker;
    const { settings, egress } = this.parts;
    this.tracker = new FragmentTracker({
      maxHeld: settings['frag.maxHeld'],
      get timeoutMs() {
        return settings['frag.timeoutMs'];
      },
      drop: (tag, side, why) =>
        egress.name(tag, side, why === 'timeout' ? REASONS.fragment_timeout : REASONS.fragment_overflow, 0),
    });
    return this.tracker;
  }

  private placeLater(reader: PacketFrameReader, base: number, nowMs: number): number {
    const { rt, steering, pending, egress } = this.parts;
    const { id, side, words, packetAt, lenBytes } = reader;
    if (lenBytes + PORTS_BYTES > MAX_PACKET_BYTES) return -VERDICT.malformed;
    const tracker = this.memory();
    const datagram = tracker.datagramOf(words, packetAt, nowMs);
    if (datagram < 0) {
      rt.count('fragments_held', 1);
      if (!tracker.hold(id, side, lenBytes, words, packetAt, nowMs)) {
        egress.name(id, side, REASONS.fragment_overflow, 0);
      }
      return KEPT;
    }
    const verdict = tracker.verdictOf(datagram);
    if (verdict !== 0) return -verdict;
    const ports = tracker.portsOf(datagram);
    if (base >= 0) pending.arena[base + packetAt - 1] = ports;
    return steering.steer(words, packetAt, lenBytes, side, ports);
  }

  private readonly takeHeld = (
    tag: number,
    side: number,
    lenBytes: number,
    words: Int32Array,
    at: number,
    ports: number,
    verdict: number,
  ): void => {
    const { rt, steering, pending } = this.parts;
    if (verdict !== 0) {
      this.parts.passBy(tag, side, lenBytes, words, at, verdict);
      return;
    }
    const packetWords = (lenBytes + 3) >> 2;
    const to = pending.reserve(packetWords + 1, rt.nowMs());
    if (to >= 0) {
      const { arena } = pending;
      arena[to] = ports;
      for (let i = 0; i < packetWords; i++) arena[to + 1 + i] = words[at + i] as number;
    }
    const slot = steering.steer(words, at, lenBytes, side, ports);
    this.parts.take(tag, laterFragmentMeta(lenBytes, side), slot, to);
    if (to >= 0) pending.closeFrame();
  };
}
