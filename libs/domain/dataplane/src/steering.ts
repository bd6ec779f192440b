import { PacketKey, swapAddress, swapPort } from './packet-key.js';

export const MIN_SLOTS = 256;
export const MAX_SLOTS = 65536;

/** Which addresses of a packet choose its slot (fidelity: F-DIST-MODE). */
export const MODES = ['general', 'user', 'network'] as const;
export type Mode = (typeof MODES)[number];

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

/** 32 bits out of one address and one port, for the modes that look at one end only. */
function endHash(address: number, port: number): number {
  const x = Math.imul(address, 0x9e3779b1);
  const z = Math.imul(port, 0xc2b2ae3d);
  let h = (Math.imul(x ^ (x >>> 15), 0x27d4eb2f) + (z ^ (z >>> 14))) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The slot of a hash among `slots`: its share of the 32-bit range, exact for up to 65536. */
export function slotOfHash(hash: number, slots: number): number {
  return (Math.imul(hash >>> 16, slots) + (Math.imul(hash & 0xffff, slots) >>> 16)) >>> 16;
}

export interface SteeringOptions {
  /** Slots of the table, 256 to 65536. */
  readonly slots: number;
  /** Whether ports take part (fidelity: F-DIST-L4). */
  readonly l4: boolean;
  /** How packets that come in inside, and outside, are spread. */
  readonly modes: readonly [inside: Mode, outside: Mode];
  /** Whether a packet in a GTP-U tunnel counts as itself or as its tunnel (fidelity: F-DIST-GTP). */
  readonly gtp: 'outer' | 'inner';
}

/**
 * Chooses the slot of each packet (fidelity: F-DIST-MODE, F-DIST-L4).
 *
 * | mode | key | with L4 |
 * |---|---|---|
 * | general | both addresses | and both ports and the protocol |
 * | user | destination address | and source port |
 * | network | source address | and destination port |
 *
 * User and network are one function of an address and a port, so that of a connection that is not translated
 * the leg steered by user and the leg steered by network meet. One instance serves one packet at a time; `key`
 * describes the last one.
 */
export class Steering {
  readonly key: PacketKey;
  private readonly other = new PacketKey();
  readonly slots: number;
  /** All bits with L4, else none. */
  private readonly ifL4: number;
  /** Per side: 0 general; else which end is looked at: 1 the destination, 2 the source. */
  private readonly ends: Uint8Array;

  constructor(options: SteeringOptions) {
    const { slots } = options;
    if (!Number.isInteger(slots) || slots < MIN_SLOTS || slots > MAX_SLOTS) {
      throw new RangeError(`expected ${MIN_SLOTS} to ${MAX_SLOTS} slots, saw ${slots}; set dist.slots`);
    }
    this.slots = slots;
    this.ifL4 = options.l4 ? -1 : 0;
    this.ends = Uint8Array.from(options.modes, (mode) => MODES.indexOf(mode));
    this.key = new PacketKey(options.gtp === 'inner');
  }

  /** Spreads by these modes from now on. */
  setModes(inside: Mode, outside: Mode): void {
    this.ends[0] = MODES.indexOf(inside);
    this.ends[1] = MODES.indexOf(outside);
  }

  /** `connectionHash` of the last packet. */
  get hash(): number {
    const key = this.key;
    return connectionHash(key.a, key.b, key.ports, key.proto);
  }

  /**
   * The slot of the packet of `lenBytes` at word `at` that came in at `side` (0 inside, 1 outside), or minus
   * the verdict that refuses it (malformed, unsupported_ipv6, unsupported_non_ip). `fragmentPorts` is the word
   * of ports of its first fragment, where it is a later one.
   */
  steer(words: Int32Array, at: number, lenBytes: number, side: number, fragmentPorts = 0): number {
    const key = this.key;
    const refused = key.read(words, at, lenBytes, fragmentPorts);
    if (refused !== 0) return -refused;
    return this.slotOfKey(key, side);
  }

  /**
   * The slot of a packet with these ends, in host order as `PacketKey` gives them, that comes in at `side`:
   * where the other leg of a translated connection goes.
   */
  slotOf(side: number, src: number, dst: number, srcPort: number, dstPort: number, proto: number): number {
    const { other } = this;
    other.take(swapAddress(src), swapAddress(dst), swapPort(srcPort) | (swapPort(dstPort) << 16), proto);
    return this.slotOfKey(other, side);
  }

  private slotOfKey(key: PacketKey, side: number): number {
    const end = this.ends[side] as number;
    let hash: number;
    if (end === 0) {
      hash = connectionHash(key.a, key.b, key.ports & this.ifL4, key.proto & this.ifL4);
    } else {
      // The packet came from `a` and the destination counts, or from `b` and the source does: then it is `b`.
      const mask = -((key.swapped ^ end) & 1);
      const address = key.a ^ ((key.a ^ key.b) & mask);
      const ports = key.ports;
      const half = ports >>> 16;
      hash = endHash(address, (half ^ ((half ^ ports) & mask)) & this.ifL4 & 0xffff);
    }
    return slotOfHash(hash, this.slots);
  }
}

/** What steering goes by, under the names that settings have. */
export interface SteeringSettings {
  readonly 'dist.slots': number;
  readonly 'dist.l4': boolean;
  readonly 'dist.gtp': SteeringOptions['gtp'];
}

/** The steering of a fabric: of its orchestrators, its members, and whoever asks afterwards where a packet went. */
export function steeringOf(
  settings: SteeringSettings,
  { inside, outside }: { readonly inside: Mode; readonly outside: Mode },
): Steering {
  const { 'dist.slots': slots, 'dist.l4': l4, 'dist.gtp': gtp } = settings;
  return new Steering({ slots, l4, modes: [inside, outside], gtp });
}
