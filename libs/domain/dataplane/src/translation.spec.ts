import { describe, expect, it } from '@jest/globals';
import { compilePolicy } from '@rehearsal/policy';
import { FORWARD } from './connection-entry.js';
import { ConnectionTable, NONE } from './connection-table.js';
import { Expectations } from './expectations.js';
import { Expiry } from './expiry.js';
import { CORRECT, NOT_HERE, Pipeline } from './pipeline.js';
import { Steering } from './steering.js';
import { tcp, udp } from './testing/packets.js';
import type { End, Packet } from './testing/packets.js';

const [SYN, SYNACK, ACK, RST] = [2, 18, 16, 4];
const [INSIDE, OUTSIDE] = [0, 1];
const ip = (text: string) => text.split('.').reduce((word, part) => (word << 8) | Number(part), 0);
const client: End = { address: ip('10.1.0.7'), port: 40_000 };
const server: End = { address: ip('198.51.100.9'), port: 443 };
const published: End = { address: ip('203.0.113.80'), port: 443 };
const shop: End = { address: ip('10.1.0.80'), port: 443 };
const HIDE = ip('203.0.113.1');
const policy = compilePolicy({
  rules: [{ name: 'all', action: 'accept' }],
  nat: {
    hide: [{ source: '10.1.0.0/16', behind: '203.0.113.1' }],
    static: [{ inside: '10.1.0.80', outside: '203.0.113.80' }],
  },
});

class Member {
  readonly table: ConnectionTable;
  readonly serves = new Uint8Array(512).fill(1);
  readonly pipeline: Pipeline;
  slot = 0;
  number = 0;

  constructor(natPorts: readonly [number, number] = [10_000, 60_000]) {
    this.table = new ConnectionTable({ capacity: 1024, slots: 512, baseMs: 0 });
    this.table.marks.setIncarnation(0, 1);
    const expiry = new Expiry(this.table, { tcpStartSec: 25, tcpSessionSec: 3600, tcpEndSec: 20, udpSec: 40 });
    const steering = new Steering({ slots: 512, l4: true, modes: ['general', 'general'], gtp: 'outer' });
    this.pipeline = new Pipeline(this.table, expiry, policy, steering, this.serves, new Expectations(), {
      slots: 512,
      sync: 'delayed',
      syncNever: [],
      syncDelayMs: 3000,
      asymmetricAtOnce: true,
      tcpOutOfState: 'drop',
      other: 'drop',
      natPorts,
    });
  }

  take(packet: Packet, side: number, now = 0): number {
    this.slot = this.pipeline.read(packet.words, 0, packet.lenBytes, side, 0);
    return this.pipeline.judge(this.slot, side, 0, ++this.number, now);
  }

  /** Where the packet taken last leaves from and to. */
  get leaves(): [End, End] {
    const { newSrc, newDst, newSrcPort, newDstPort } = this.pipeline;
    return [
      { address: newSrc, port: newSrcPort },
      { address: newDst, port: newDstPort },
    ];
  }

  /** The forwarding entry that the role would have put where the answers of the connection begun last come in. */
  forwardTo(home: number): number {
    const { table } = this;
    const { legs, words } = table;
    const otherSlot = legs[home * 8 + 3] as number;
    const [from, to] = [this.leaves[1], this.leaves[0]];
    const steering = new Steering({ slots: 512, l4: true, modes: ['general', 'general'], gtp: 'outer' });
    const answer = tcp(from, to, SYNACK);
    expect(steering.steer(answer.words, 0, answer.lenBytes, OUTSIDE)).toBe(otherSlot);
    const { key, hash } = steering;
    const index = table.insert(
      hash,
      key.a,
      key.b,
      key.ports,
      key.proto,
      FORWARD | (3 << 8) | (2 << 16),
      otherSlot,
      0,
      0,
    );
    legs.set([words[home * 16]!, words[home * 16 + 1]!, words[home * 16 + 2]!, table.slotOf(home)], index * 8);
    return index;
  }
}

describe('address translation', () => {
  it('hides connections behind a port of the home slot, and answers find their way back', () => {
    const m = new Member();
    expect([m.take(tcp(client, server, SYN), INSIDE), m.pipeline.beganTwoLegs]).toEqual([0, true]);
    const home = m.pipeline.index;
    const homeSlot = m.slot;
    const [hidden, to] = m.leaves;
    expect([hidden.address, to]).toEqual([HIDE, server]);
    const perSlot = Math.floor(50_001 / 512);
    expect(Math.floor((hidden.port - 10_000) / perSlot)).toBe(homeSlot);
    m.forwardTo(home);
    expect(m.take(tcp(server, hidden, SYNACK), OUTSIDE)).toBe(0);
    expect([m.pipeline.index, m.leaves]).toEqual([home, [server, client]]);
    expect(m.take(tcp(client, server, ACK), INSIDE)).toBe(0);
    expect([m.pipeline.index, m.leaves]).toEqual([home, [hidden, server]]);
  });

  it('hands an answer on when its home is served elsewhere', () => {
    const m = new Member();
    m.take(tcp(client, server, SYN), INSIDE);
    const home = m.pipeline.index;
    const homeSlot = m.slot;
    const [hidden] = m.leaves;
    m.forwardTo(home);
    m.serves[homeSlot] = 0;
    expect([m.take(tcp(server, hidden, SYNACK), OUTSIDE), m.pipeline.homeSlot]).toEqual([CORRECT, homeSlot]);
    const { homeA, homeB, homePorts } = m.pipeline;
    expect(m.pipeline.judgeCorrected(homeA, homeB, homePorts, OUTSIDE, 0, 9, 0)).toBe(0);
    expect(m.leaves).toEqual([server, client]);
    m.table.dropSlot(homeSlot);
    expect(m.pipeline.judgeCorrected(homeA, homeB, homePorts, OUTSIDE, 0, 10, 0)).toBe(NOT_HERE);
  });

  it('hands an answer on behind those that were, though its home is served here by now', () => {
    const m = new Member();
    m.take(tcp(client, server, SYN), INSIDE);
    const home = m.pipeline.index;
    const homeSlot = m.slot;
    const [hidden] = m.leaves;
    m.forwardTo(home);
    m.pipeline.isQueued = (slot) => slot === homeSlot;
    expect([m.take(tcp(server, hidden, SYNACK), OUTSIDE), m.pipeline.homeSlot]).toEqual([CORRECT, homeSlot]);
    expect(m.take(tcp(client, server, SYN), INSIDE)).toBe(0);
    m.pipeline.isQueued = () => false;
    expect(m.take(tcp(server, hidden, SYNACK), OUTSIDE)).toBe(0);
  });

  it('keeps marks by leg: an answer that took the longer way is no replay of what overtook it', () => {
    const m = new Member();
    m.take(tcp(client, server, SYN), INSIDE);
    const home = m.pipeline.index;
    const [hidden] = m.leaves;
    m.forwardTo(home);
    m.take(tcp(server, hidden, SYNACK), OUTSIDE);
    m.number = 10;
    m.take(tcp(client, server, ACK), INSIDE);
    m.number = 5;
    expect([m.take(tcp(server, hidden, ACK), OUTSIDE), m.pipeline.replayed]).toEqual([0, false]);
    m.number = 5;
    expect([m.take(tcp(server, hidden, ACK), OUTSIDE), m.pipeline.replayed]).toEqual([0, true]);
  });

  it('gives a server inside its address outside, in both directions', () => {
    const m = new Member();
    expect(m.take(tcp(server, published, SYN), OUTSIDE)).toBe(0);
    expect(m.leaves).toEqual([server, shop]);
    const m2 = new Member();
    expect(m2.take(udp(shop, server), INSIDE)).toBe(0);
    expect(m2.leaves).toEqual([published, server]);
  });

  it('names it when a slot has no port left, and gives ports back with their connections', () => {
    // One port a slot.
    const m = new Member([10_000, 10_511]);
    expect(m.take(tcp(client, server, SYN), INSIDE)).toBe(0);
    const homeSlot = m.slot;
    const first = m.pipeline.index;
    let other = client;
    do other = { ...other, port: other.port + 1 };
    while (m.pipeline.read(tcp(other, server, SYN).words, 0, 40, INSIDE, 0) !== homeSlot);
    const exhausted = 11;
    expect(m.take(tcp(other, server, SYN), INSIDE)).toBe(exhausted);
    m.table.remove(first, false);
    expect(m.take(tcp(other, server, SYN), INSIDE)).toBe(0);
  });

  it('tells where a connection of two legs ends that is its own to end', () => {
    const m = new Member();
    const ended: number[] = [];
    m.table.onTwoLegsEnd = (index) => ended.push(m.table.legSlotOf(index));
    m.take(tcp(client, server, SYN), INSIDE);
    const index = m.pipeline.index;
    const otherSlot = m.table.legSlotOf(index);
    m.take(tcp(client, server, RST), INSIDE);
    expect(m.take(tcp(client, server, SYN), INSIDE, 50)).toBe(0);
    expect([ended, m.pipeline.beganTwoLegs]).toEqual([[otherSlot], true]);
    m.table.dropSlot(m.slot);
    expect([ended.length, m.table.size]).toEqual([1, 0]);
  });

  it('has nothing to do with answers of connections it does not know', () => {
    const m = new Member();
    const outOfState = 2;
    expect(m.take(tcp(server, { address: HIDE, port: 12_345 }, ACK), OUTSIDE)).toBe(outOfState);
    expect([m.pipeline.index, m.table.size]).toEqual([NONE, 0]);
  });
});
