import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compilePolicy } from '@rehearsal/policy';
import { ENTRY_WORDS, META, SYNC, SYNC_SHIFT, SYNC_MASK } from './connection-entry.js';
import { ConnectionTable } from './connection-table.js';
import { Expectations } from './expectations.js';
import { Expiry } from './expiry.js';
import { FORWARDING_WORDS, ForwardingEntries } from './forwarding-entries.js';
import { CORRECT, Pipeline } from './pipeline.js';
import type { Mode } from './steering.js';
import { MODES, Steering } from './steering.js';
import type { End, Packet } from './testing/packets.js';
import { echo, tcp, udp } from './testing/packets.js';

const SLOTS = 256;
const [INSIDE, OUTSIDE] = [0, 1];
const [SYN, SYNACK, ACK] = [2, 18, 16];
type Modes = readonly [Mode, Mode];

/** A whole group in one table: what any member holds is found here. */
class Fabric {
  readonly table = new ConnectionTable({ capacity: 256, slots: SLOTS, baseMs: 0 });
  readonly steering: Steering;
  readonly entries: ForwardingEntries;
  readonly serves = new Uint8Array(SLOTS);
  readonly pipeline: Pipeline;
  private number = 0;

  constructor(modes: Modes, translated: boolean, sync: 'strict' | 'delayed' = 'strict') {
    this.steering = new Steering({ slots: SLOTS, l4: true, modes, gtp: 'outer' });
    this.table.marks.setIncarnation(0, 1);
    const expiry = new Expiry(this.table, { tcpStartSec: 25, tcpSessionSec: 3600, tcpEndSec: 20, udpSec: 40 });
    const nat = translated ? { nat: { hide: [{ source: '10.0.0.0/8', behind: '203.0.113.1' }] } } : {};
    const policy = compilePolicy({ rules: [{ name: 'all', action: 'accept' }], ...nat });
    this.pipeline = new Pipeline(this.table, expiry, policy, this.steering, this.serves, new Expectations(), {
      slots: SLOTS,
      sync,
      syncNever: [],
      syncDelayMs: 3000,
      asymmetricAtOnce: true,
      tcpOutOfState: 'drop',
      other: 'drop',
      natPorts: [10_000, 60_000],
    });
    this.entries = new ForwardingEntries(this.table, this.steering, { syncDelayMs: 3000 });
  }

  /** What the role does: entries that the connection needed go, those that it will need come. */
  change(index: number, next: Modes): void {
    if (this.entries.spreadAnew(index, true, 0)) this.tell(index, true);
    this.steering.setModes(...next);
    if (this.entries.spreadAnew(index, true, 0)) this.tell(index, false);
  }

  tell(index: number, forget: boolean): void {
    for (const own of [false, true]) {
      if (own && this.entries.cameInBy(index) === this.table.slotOf(index)) continue;
      const words = new Int32Array(FORWARDING_WORDS);
      this.entries.describe(index, own, forget, words);
      expect(this.entries.apply(words, 0)).toBe(true);
    }
  }

  /** The home that a packet is judged at, and the verdict there. */
  take(packet: Packet, side: number): readonly [home: number, verdict: number] {
    const slot = this.pipeline.read(packet.words, 0, packet.lenBytes, side, 0);
    this.number++;
    const verdict = this.pipeline.judge(slot, side, 0, this.number, 0);
    if (verdict !== CORRECT) return [this.table.slotOf(this.pipeline.index), verdict];
    const { homeSlot, homeA, homeB, homePorts } = this.pipeline;
    return [homeSlot, this.pipeline.judgeCorrected(homeA, homeB, homePorts, side, 0, this.number, 0)];
  }

  get isForgotten(): boolean {
    return this.table.forwards === 0;
  }
}

const port = fc.integer({ min: 1024, max: 65_535 });
const client = fc.record({ address: fc.integer({ min: 0x0a000001, max: 0x0affffff }), port });
const server = fc.record({ address: fc.integer({ min: 0x08000001, max: 0x08ffffff }), port });
const modes: fc.Arbitrary<Modes> = fc.tuple(fc.constantFrom(...MODES), fc.constantFrom(...MODES));

describe('a connection whose packets are spread otherwise', () => {
  it('is found at its home from both sides after every change, there and back', () => {
    const kinds = fc.constantFrom('tcp', 'udp', 'echo');
    fc.assert(
      fc.property(
        client,
        server,
        kinds,
        fc.boolean(),
        modes,
        fc.array(modes, { maxLength: 4 }),
        (c, s, kind, nat, first, changes) => {
          const fabric = new Fabric(first, nat);
          const build = (from: End, to: End, flags: number): Packet =>
            kind === 'tcp' ? tcp(from, to, flags) : kind === 'udp' ? udp(from, to) : echo(from, to);
          const from = kind === 'echo' ? { ...c, port: 1 } : c;
          const to = kind === 'echo' ? { ...s, port: 1 } : s;
          const [home, verdict] = fabric.take(build(from, to, SYN), INSIDE);
          expect(verdict).toBe(0);
          const { index } = fabric.pipeline;
          const { translated, newSrc, newSrcPort } = fabric.pipeline;
          const seen = translated ? { address: newSrc, port: kind === 'echo' ? 1 : newSrcPort } : from;
          if (fabric.pipeline.beganTwoLegs) fabric.tell(index, false);
          const isAnswerable = kind !== 'echo' || !translated;
          for (const next of [...changes, first]) {
            fabric.change(index, next);
            if (isAnswerable) expect(fabric.take(build(to, seen, SYNACK), OUTSIDE)).toEqual([home, 0]);
            expect(fabric.take(build(from, to, kind === 'tcp' ? ACK : 0), INSIDE)).toEqual([home, 0]);
            expect(fabric.table.size - fabric.table.forwards).toBe(1);
          }
        },
      ),
    );
  });

  it('leaves no entry behind where both its legs come home again', () => {
    fc.assert(
      fc.property(client, server, modes, (c, s, next) => {
        const fabric = new Fabric(['general', 'general'], false);
        fabric.take(tcp(c, s, SYN), INSIDE);
        const { index } = fabric.pipeline;
        fabric.change(index, next);
        fabric.change(index, ['general', 'general']);
        expect([fabric.isForgotten, fabric.table.hasTwoLegs(index)]).toEqual([true, false]);
      }),
    );
  });

  it('is copied at once from then on, where it waited for its age until it got a second leg', () => {
    const fabric = new Fabric(['general', 'general'], false, 'delayed');
    fabric.take(tcp({ address: 0x0a010101, port: 4000 }, { address: 0x08080808, port: 443 }, SYN), INSIDE);
    const { index } = fabric.pipeline;
    const sync = (): number => ((fabric.table.words[index * ENTRY_WORDS + META] as number) & SYNC_MASK) >>> SYNC_SHIFT;
    expect([sync(), fabric.table.toSend.waiting]).toEqual([SYNC.delayed, 0]);
    fabric.change(index, ['user', 'user']);
    expect([fabric.table.hasTwoLegs(index), sync(), fabric.table.toSend.waiting > 0]).toEqual([
      true,
      SYNC.immediate,
      true,
    ]);
  });
});
