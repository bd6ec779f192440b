import { PacketKey, TRACK } from './packet-key.js';

export const MIN_SLOTS = 256;
export const MAX_SLOTS = 65537;

/**
 * 32 bits out of a connection's canonical key, evenly spread: the high bits choose the slot, the low
 * bits the bucket of the connection table, so that members' tables fill evenly whatever slots they hold.
 * Each word is spread by itself, for neighbouring hosts differ only in the top byte of theirs; then all are
 * summed by odd multipliers and finished as MurmurHash3 does (public domain: aappleby/smhasher, fmix32).
 */
export function connectionHash(a: number, b: number, ports: number, proto: number): number {
  const x = Math.imul(a, 0x9e3779b1);
  const y = Math.imul(b, 0x85ebca77);
  const z = Math.imul(ports, 0xc2b2ae3d);
  let h = Math.imul(x ^ (x >>> 15), 0x27d4eb2f) + Math.imul(y ^ (y >>> 16), 0x165667b1);
  h = (h + Math.imul(z ^ (z >>> 14), 0x9e3779b1) + proto) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The slot of a hash among `slots`: its share of the 32-bit range, exact for any number of slots. */
export function slotOfHash(hash: number, slots: number): number {
  return ((hash >>> 0) * slots * 2.3283064365386963e-10) | 0;
}

export interface SteeringOptions {
  /** Slots of the table, 256 to 65537. */
  readonly slots: number;
  /** Whether ports take part (distribution mode General with L4 on). */
  readonly l4: boolean;
}

/**
 * Distribution mode General (fidelity: F-DIST-MODE, F-DIST-L4): the key is both addresses, and with L4 both
 * ports and the protocol; it is the same for both directions. Fragments and protocols without ports are keyed
 * on addresses and protocol. One instance serves one packet at a time; `key` describes the last one.
 */
export class Steering {
  readonly key = new PacketKey();
  readonly slots: number;
  /** `connectionHash` of the last packet when it belongs to a connection. */
  hash = 0;
  private readonly l4: boolean;

  constructor(options: SteeringOptions) {
    const { slots } = options;
    if (!Number.isInteger(slots) || slots < MIN_SLOTS || slots > MAX_SLOTS) {
      throw new RangeError(`expected ${MIN_SLOTS} to ${MAX_SLOTS} slots, saw ${slots}; set dist.slots`);
    }
    this.slots = slots;
    this.l4 = options.l4;
  }

  /**
   * The slot of the packet of `lenBytes` at word `at`, or minus the verdict that refuses it
   * (malformed, unsupported_ipv6, unsupported_non_ip).
   */
  steer(words: Int32Array, at: number, lenBytes: number): number {
    const key = this.key;
    const refused = key.read(words, at, lenBytes);
    if (refused !== 0) return -refused;
    if (this.l4) {
      this.hash = connectionHash(key.a, key.b, key.ports, key.proto);
      return slotOfHash(this.hash, this.slots);
    }
    if (key.track === TRACK.connection) this.hash = connectionHash(key.a, key.b, key.ports, key.proto);
    return slotOfHash(connectionHash(key.a, key.b, 0, 0), this.slots);
  }
}
