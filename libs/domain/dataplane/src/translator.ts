import {
  BLOCK_PORT,
  ENTRY_WORDS,
  LEG_A,
  LEG_B,
  LEG_FLAGS,
  LEG_PORTS,
  LEG_SLOT,
  LEG_WORDS,
  META,
  PROTO_MASK,
  TRANSLATED,
  TWO_LEGS,
} from './connection-entry.js';
import type { ConnectionTable } from './connection-table.js';
import { PROTO_ICMP, PROTO_TCP, PROTO_UDP } from './packet-key.js';
import type { PacketKey } from './packet-key.js';
import { PortBlocks } from './port-blocks.js';

/** Which addresses the policy translates; host order, 0 or -1 for none. */
export interface NatLookup {
  readonly isEmpty: boolean;
  hideAddress(index: number): number;
  hideOf(src: number): number;
  staticOutside(src: number): number;
  staticInside(dst: number): number;
}

/** Chooses the ends a new connection leaves with, and keeps count of the ports given to hidden ones. */
export class Translator {
  /** Of the connection chosen for last, host order. */
  src = 0;
  dst = 0;
  srcPort = 0;
  dstPort = 0;
  translated = false;
  private fromBlock = false;
  private readonly table: ConnectionTable;
  private readonly blocks: PortBlocks;

  constructor(table: ConnectionTable, slots: number, ports: readonly [from: number, to: number]) {
    this.table = table;
    this.blocks = new PortBlocks(slots, ports[0], ports[1]);
    table.onLegsSet = (index) => this.mark(index, true);
    table.onPortFree = (index) => this.mark(index, false);
  }

  /** False when the connection must be hidden and its slot's block has no port left. */
  choose(nat: NatLookup, key: PacketKey, side: number, slot: number, hash: number): boolean {
    this.src = key.src;
    this.dst = key.dst;
    this.srcPort = key.srcPort;
    this.dstPort = key.dstPort;
    this.translated = false;
    this.fromBlock = false;
    if (nat.isEmpty || key.gtpInner) return true;
    if (side === 1) {
      const inside = nat.staticInside(key.dst);
      if (inside === 0) return true;
      this.dst = inside;
      this.translated = true;
      return true;
    }
    const outside = nat.staticOutside(key.src);
    if (outside !== 0) {
      this.src = outside;
      this.translated = true;
      return true;
    }
    const hide = nat.hideOf(key.src);
    return hide < 0 || this.hide(nat.hideAddress(hide), key.proto, slot, hash);
  }

  /** The connection chosen for last does not come to be. */
  giveBack(proto: number): void {
    if (this.fromBlock) this.blocks.mark(this.src, proto, this.srcPort, false);
  }

  /** Writes what was chosen into the entry's second words. */
  write(index: number, otherSlot: number): void {
    const { legs } = this.table;
    const at = index * LEG_WORDS;
    legs[at + LEG_A] = this.src;
    legs[at + LEG_B] = this.dst;
    legs[at + LEG_PORTS] = this.srcPort | (this.dstPort << 16);
    legs[at + LEG_SLOT] = otherSlot;
    legs[at + LEG_FLAGS] = (this.translated ? TRANSLATED : 0) | (this.fromBlock ? BLOCK_PORT : 0);
  }

  private hide(address: number, proto: number, slot: number, hash: number): boolean {
    this.src = address;
    this.translated = true;
    if (proto !== PROTO_TCP && proto !== PROTO_UDP && proto !== PROTO_ICMP) return true;
    // The low bits chose the slot's neighbours in the table; the port is chosen by others.
    const port = this.blocks.take(address, proto, slot, hash >>> 7);
    if (port === 0) return false;
    this.srcPort = port;
    // An identifier stands for both ports of an ICMP connection.
    if (proto === PROTO_ICMP) this.dstPort = port;
    this.fromBlock = true;
    return true;
  }

  /** Notes of an entry's port that it is taken, or free again. */
  private mark(index: number, taken: boolean): void {
    if (!this.hasBlockPort(index)) return;
    const { legs } = this.table;
    const at = index * LEG_WORDS;
    this.blocks.mark(legs[at + LEG_A] as number, this.protoOf(index), (legs[at + LEG_PORTS] as number) & 0xffff, taken);
  }

  private hasBlockPort(index: number): boolean {
    const { legs, words } = this.table;
    return (
      ((words[index * ENTRY_WORDS + META] as number) & TWO_LEGS) !== 0 &&
      ((legs[index * LEG_WORDS + LEG_FLAGS] as number) & BLOCK_PORT) !== 0
    );
  }

  private protoOf(index: number): number {
    return (this.table.words[index * ENTRY_WORDS + META] as number) & PROTO_MASK;
  }
}
