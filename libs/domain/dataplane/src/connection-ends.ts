import { A, B, ENTRY_WORDS, INITIATOR_B, META, PORTS } from './connection-entry.js';
import { swapAddress, swapPort } from './packet-key.js';

/** The ends of a connection as its initiator's packets come in, in host order; overwritten by each `read`. */
export class ConnectionEnds {
  src = 0;
  dst = 0;
  srcPort = 0;
  dstPort = 0;

  /** Reads the entry at `index` of a table's words. */
  read(words: Int32Array, index: number): void {
    const at = index * ENTRY_WORDS;
    const a = swapAddress(words[at + A] as number);
    const b = swapAddress(words[at + B] as number);
    const ports = words[at + PORTS] as number;
    const portA = swapPort(ports & 0xffff);
    const portB = swapPort(ports >>> 16);
    const initiatorB = ((words[at + META] as number) & INITIATOR_B) !== 0;
    this.src = initiatorB ? b : a;
    this.dst = initiatorB ? a : b;
    this.srcPort = initiatorB ? portB : portA;
    this.dstPort = initiatorB ? portA : portB;
  }
}
