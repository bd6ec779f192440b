/**
 * Ports that hidden connections leave from. Each slot owns a block of every hide address and protocol, so the
 * member that serves the slot gives them out by itself, and whoever holds a copy of the slot's connections knows
 * which are taken (fidelity: F-NAT-PORT-BLOCKS).
 */
export class PortBlocks {
  private readonly from: number;
  private readonly perSlot: number;
  /** By hide address and protocol: one byte a port, 1 where it is taken. */
  private readonly taken = new Map<number, Map<number, Uint8Array>>();

  /** Ports `from` to `to` are divided among `slots` slots. */
  constructor(slots: number, from: number, to: number) {
    this.from = from;
    this.perSlot = Math.floor((to - from + 1) / slots);
    if (this.perSlot < 1) {
      throw new RangeError(
        `expected a port for each of ${slots} slots, saw ports ${from} to ${to}; widen nat.portsFrom and nat.portsTo or lower dist.slots`,
      );
    }
  }

  /** A free port of the slot's block, searched from a place that `hash` chooses; 0 when all are taken. Takes it. */
  take(address: number, proto: number, slot: number, hash: number): number {
    const taken = this.portsOf(address, proto);
    const base = this.from + slot * this.perSlot;
    const start = (hash >>> 0) % this.perSlot;
    for (let i = 0; i < this.perSlot; i++) {
      const port = base + ((start + i) % this.perSlot);
      if (taken[port] === 1) continue;
      taken[port] = 1;
      return port;
    }
    return 0;
  }

  /** A port that was given out here or elsewhere is taken, or free again. */
  mark(address: number, proto: number, port: number, taken: boolean): void {
    this.portsOf(address, proto)[port] = taken ? 1 : 0;
  }

  private portsOf(address: number, proto: number): Uint8Array {
    let byProto = this.taken.get(address);
    if (byProto === undefined) {
      byProto = new Map();
      this.taken.set(address, byProto);
    }
    let ports = byProto.get(proto);
    if (ports === undefined) {
      ports = new Uint8Array(65_536);
      byProto.set(proto, ports);
    }
    return ports;
  }
}
