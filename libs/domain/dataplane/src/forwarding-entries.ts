import {
  A,
  B,
  ENTRY_WORDS,
  FORWARD,
  FROM_OUTSIDE,
  LEG_A,
  LEG_B,
  LEG_FLAGS,
  LEG_PORTS,
  LEG_SLOT,
  LEG_WORDS,
  META,
  PORTS,
  PROTO_MASK,
  STATE_SHIFT,
  SYNC,
  SYNC_MASK,
  SYNC_SHIFT,
  TRANSLATED,
  TWO_LEGS,
} from './connection-entry.js';
import { ConnectionEnds } from './connection-ends.js';
import { NONE, TABLE_FULL } from './connection-table.js';
import type { ConnectionTable } from './connection-table.js';
import { PacketKey, swapAddress, swapPort } from './packet-key.js';
import type { PipelineSettings } from './pipeline.js';
import type { Steering } from './steering.js';
import { connectionHash } from './steering.js';
import { noteChange } from './sync-decision.js';
import { STATE } from './tcp.js';

/**
 * What one member tells another of a connection whose answers come in by the other's slot.
 *
 * | word | holds |
 * |---|---|
 * | 0 | protocol (bits 0–7), bit 16: it is to be forgotten |
 * | 1–3 | key of the answers |
 * | 4 | slot they come in by |
 * | 5 | home slot |
 * | 6–8 | key of the connection |
 */
export const FORWARDING_WORDS = 9;
const FORGET = 1 << 16;

/** Describes, and keeps, forwarding entries (fidelity: F-CORRECTION). */
export class ForwardingEntries {
  private readonly table: ConnectionTable;
  private readonly timing: Pick<PipelineSettings, 'syncDelayMs'>;
  private readonly steering: Steering;
  private readonly key = new PacketKey();
  private readonly ends = new ConnectionEnds();

  constructor(table: ConnectionTable, steering: Steering, timing: Pick<PipelineSettings, 'syncDelayMs'>) {
    this.table = table;
    this.steering = steering;
    this.timing = timing;
  }

  /** The slot the initiator's packets come in by: the home slot, but for connections that were expected. */
  cameInBy(index: number): number {
    const { words } = this.table;
    const meta = words[index * ENTRY_WORDS + META] as number;
    const { src, dst, srcPort, dstPort } = this.endsOf(index);
    const side = (meta & FROM_OUTSIDE) === 0 ? 0 : 1;
    return this.steering.slotOf(side, src, dst, srcPort, dstPort, meta & PROTO_MASK);
  }

  /**
   * Writes the forwarding entry that the connection of two legs needs where its answers come in, or, `own`, where its
   * initiator's packets do: `FORWARDING_WORDS` words.
   */
  describe(index: number, own: boolean, forget: boolean, out: Int32Array): void {
    const { words, legs } = this.table;
    const from = index * ENTRY_WORDS;
    const leg = index * LEG_WORDS;
    const meta = words[from + META] as number;
    const proto = meta & PROTO_MASK;
    const key = this.key;
    if (own || ((legs[leg + LEG_FLAGS] as number) & TRANSLATED) === 0) {
      key.a = words[from + A] as number;
      key.b = words[from + B] as number;
      key.ports = words[from + PORTS] as number;
    } else {
      const ports = legs[leg + LEG_PORTS] as number;
      // The answer's source is where the connection goes to.
      const answerPorts = swapPort(ports >>> 16) | (swapPort(ports & 0xffff) << 16);
      key.take(swapAddress(legs[leg + LEG_B] as number), swapAddress(legs[leg + LEG_A] as number), answerPorts, proto);
    }
    out[0] = proto | (forget ? FORGET : 0);
    out[1] = key.a;
    out[2] = key.b;
    out[3] = key.ports;
    out[4] = own ? this.cameInBy(index) : (legs[leg + LEG_SLOT] as number);
    out[5] = this.table.slotOf(index);
    out[6] = words[from + A] as number;
    out[7] = words[from + B] as number;
    out[8] = words[from + PORTS] as number;
  }

  /**
   * Works out anew by which slots the packets of a connection at home here come in, since they are spread otherwise:
   * it may get a second leg, or lose it. True where it has two legs now. `immediate`: as F-SYNC-ASYMMETRIC.
   */
  spreadAnew(index: number, immediate: boolean, now: number): boolean {
    const { words, legs } = this.table;
    const from = index * ENTRY_WORDS;
    const leg = index * LEG_WORDS;
    const meta = words[from + META] as number;
    const had = (meta & TWO_LEGS) !== 0;
    const translated = had && ((legs[leg + LEG_FLAGS] as number) & TRANSLATED) !== 0;
    const home = this.table.slotOf(index);
    const other = this.answersComeInBy(index, translated);
    const has = translated || other !== home || this.cameInBy(index) !== home;
    if (has) {
      if (!had) legs.fill(0, leg, leg + LEG_WORDS);
      let bits = meta | TWO_LEGS;
      if (immediate && (meta & SYNC_MASK) >>> SYNC_SHIFT === SYNC.delayed) {
        bits = (bits & ~SYNC_MASK) | (SYNC.immediate << SYNC_SHIFT);
      }
      words[from + META] = bits;
      legs[leg + LEG_SLOT] = other;
    } else if (had) words[from + META] = meta & ~TWO_LEGS;
    if (has || had) noteChange(this.table, index, now, this.timing.syncDelayMs);
    return has;
  }

  private answersComeInBy(index: number, translated: boolean): number {
    const { words, legs } = this.table;
    const meta = words[index * ENTRY_WORDS + META] as number;
    const side = (meta & FROM_OUTSIDE) === 0 ? 1 : 0;
    const proto = meta & PROTO_MASK;
    if (translated) {
      const leg = index * LEG_WORDS;
      const [src, dst] = [legs[leg + LEG_A] as number, legs[leg + LEG_B] as number];
      const ports = legs[leg + LEG_PORTS] as number;
      return this.steering.slotOf(side, dst, src, ports >>> 16, ports & 0xffff, proto);
    }
    const { src, dst, srcPort, dstPort } = this.endsOf(index);
    return this.steering.slotOf(side, dst, src, dstPort, srcPort, proto);
  }

  /** The slot whose holders the words are for; may be beyond the table. */
  slotOf(words: Int32Array): number {
    return words[4] as number;
  }

  isForget(words: Int32Array): boolean {
    return ((words[0] as number) & FORGET) !== 0;
  }

  /** Keeps, replaces or forgets the entry that the words describe; false where there is no room or the words make no sense. */
  apply(words: Int32Array, now: number): boolean {
    const { table } = this;
    const proto = (words[0] as number) & PROTO_MASK;
    const [a, b, ports] = [words[1] as number, words[2] as number, words[3] as number];
    const slot = words[4] as number;
    const home = words[5] as number;
    if (slot < 0 || slot >= table.slots || home < 0 || home >= table.slots) return false;
    const hash = connectionHash(a, b, ports, proto);
    let index = table.findForward(hash, a, b, ports, proto, slot);
    if (this.isForget(words)) {
      // A newer connection may have taken the place of the one that ended.
      if (index !== NONE && table.legSlotOf(index) === home) table.remove(index, true);
      return true;
    }
    if (index === NONE) {
      // Strictly, also where the connection is never copied: its home may live on when this member dies.
      const bits = FORWARD | (STATE.established << STATE_SHIFT) | (SYNC.strict << SYNC_SHIFT);
      index = table.insert(hash, a, b, ports, proto, bits, slot, 0, now);
      if (index === TABLE_FULL) return false;
    }
    const leg = index * LEG_WORDS;
    table.legs[leg + LEG_A] = words[6] as number;
    table.legs[leg + LEG_B] = words[7] as number;
    table.legs[leg + LEG_PORTS] = words[8] as number;
    table.legs[leg + LEG_SLOT] = home;
    table.touch(index, now);
    noteChange(table, index, now, this.timing.syncDelayMs);
    return true;
  }

  private endsOf(index: number): ConnectionEnds {
    this.ends.read(this.table.words, index);
    return this.ends;
  }
}
