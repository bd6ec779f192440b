import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { FRAGMENT, FragmentTracker, fragmentOf } from './fragment-tracker.js';
import { fragment, icmp, ipv4, raw, tcp, udp } from './testing/packets.js';
import type { Packet } from './testing/packets.js';

const client = { address: 0x0a000001, port: 4000 };
const server = { address: 0x0a000002, port: 53 };
const [FIRST, LATER] = [0x2000, 0x2010];

/** A fragment of the client's datagram `id`. */
function piece(id: number, field: number, payloadBytes = 8): Packet {
  const packet = fragment(udp(client, server, payloadBytes), field);
  new DataView(packet.words.buffer).setUint16(4, id);
  return packet;
}

class World {
  readonly said: string[] = [];
  readonly tracker: FragmentTracker;

  constructor(maxHeld = 4, timeoutMs = 1000) {
    const drop = (tag: number, side: number, why: string) => this.said.push(`${tag}/${side} ${why}`);
    this.tracker = new FragmentTracker({ maxHeld, timeoutMs, drop });
  }

  first(id: number, nowMs = 0, verdict = 0): void {
    this.tracker.remember(piece(id, FIRST).words, 0, verdict, nowMs);
  }

  /** `held`, `overflow` or the ports of a later fragment. */
  later(tag: number, id: number, nowMs = 0, payloadBytes = 8): string {
    const { words, lenBytes } = piece(id, LATER, payloadBytes);
    const d = this.tracker.datagramOf(words, 0, nowMs);
    if (d >= 0) return this.tracker.verdictOf(d) === 0 ? portsText(this.tracker.portsOf(d)) : 'refused';
    return this.tracker.hold(tag, tag & 1, lenBytes, words, 0, nowMs) ? 'held' : 'overflow';
  }

  release(): void {
    this.tracker.release((tag, side, lenBytes, words, at, ports, verdict) => {
      const id = ((words[at + 1] as number) >>> 8) & 0xff;
      this.said.push(`${tag}/${side} ${id} ${lenBytes} ${verdict === 0 ? portsText(ports) : 'refused'}`);
    });
  }
}

function portsText(ports: number): string {
  return [ports & 0xff, (ports >>> 8) & 0xff, (ports >>> 16) & 0xff, ports >>> 24].join('.');
}
const PORTS = '15.160.0.53';

describe('fragments', () => {
  it('are told from whole packets, where ports matter', () => {
    const kinds = [
      udp(client, server),
      fragment(udp(client, server), 0x4000),
      fragment(udp(client, server), FIRST),
      fragment(tcp(client, server, 2), LATER),
      fragment(tcp(client, server, 2), 1),
      fragment(icmp(client, server, 8, 1), 7),
      fragment(ipv4(client, server, 50, [1, 2, 3, 4]), 7),
      raw([0x60, 0, 0, 0, 0, 0, 0x20, ...Array(13).fill(0)]),
      raw([0x45, 0, 0, 0, 0, 0, 0x20]),
    ].map((p) => fragmentOf(p.words, 0, p.lenBytes));
    const { none, first, later } = FRAGMENT;
    expect(kinds).toEqual([none, none, first, later, later, later, none, none, none]);
  });

  it('of a datagram that is sent again have the whole time for themselves, however old the first one is', () => {
    for (const again of [999, 1000, 5000]) {
      const w = new World();
      w.first(7, 0);
      expect(w.later(1, 7, 0)).toBe(PORTS);
      w.first(7, again);
      expect([w.later(2, 7, again), w.later(3, 7, again + 999), w.later(4, 7, again + 1000)]).toEqual([
        PORTS,
        PORTS,
        'held',
      ]);
    }
  });

  it('learn their ports from the first one', () => {
    const w = new World();
    w.first(7);
    expect([w.later(1, 7), w.later(2, 7), w.later(3, 8)]).toEqual([PORTS, PORTS, 'held']);
    w.release();
    expect([w.said, w.tracker.held]).toEqual([[], 1]);
  });

  it('of an echo have its identifier for ports', () => {
    const w = new World();
    const request = fragment(icmp(client, server, 8, 0x1234), FIRST);
    w.tracker.remember(request.words, 0, 0, 0);
    const d = w.tracker.datagramOf(fragment(request, 9).words, 0, 0);
    expect(portsText(w.tracker.portsOf(d))).toBe('18.52.18.52');
  });

  it('are one datagram only with the same addresses, identification and protocol', () => {
    const w = new World();
    w.first(7);
    const others = [
      { ...piece(8, LATER) },
      { ...fragment(udp({ ...client, address: 9 }, server), LATER) },
      { ...fragment(udp(client, { ...server, address: 9 }), LATER) },
      { ...fragment(tcp(client, server, 2), LATER) },
    ];
    for (const p of others.slice(1)) new DataView(p.words.buffer).setUint16(4, 7);
    expect(others.map((p) => w.tracker.datagramOf(p.words, 0, 0))).toEqual([-1, -1, -1, -1]);
  });

  it('that come early wait for the first one, in order', () => {
    const w = new World();
    expect([w.later(1, 7), w.later(2, 9), w.later(3, 7, 0, 20)]).toEqual(['held', 'held', 'held']);
    w.release();
    expect(w.said).toEqual([]);
    w.first(7);
    w.release();
    w.release();
    expect(w.said).toEqual([`1/1 7 36 ${PORTS}`, `3/1 7 48 ${PORTS}`]);
    expect([w.tracker.held, w.later(4, 7)]).toEqual([1, PORTS]);
  });

  it('of a first one that was refused are refused, early or late', () => {
    const w = new World();
    w.later(1, 7);
    w.first(7, 0, 10);
    w.release();
    expect([w.said, w.later(2, 7)]).toEqual([['1/1 7 36 refused'], 'refused']);
    w.first(7);
    expect(w.later(3, 7)).toBe(PORTS);
  });

  it('wait no longer than they may, counted from the first packet of the datagram', () => {
    const w = new World(4, 1000);
    w.later(1, 7, 0);
    w.later(2, 8, 500);
    w.later(3, 7, 900);
    w.tracker.expire(999);
    expect(w.said).toEqual([]);
    w.tracker.expire(1000);
    expect(w.said).toEqual(['1/1 timeout', '3/1 timeout']);
    w.first(8, 1400);
    w.tracker.expire(1500);
    expect(w.said).toEqual(['1/1 timeout', '3/1 timeout', '2/0 timeout']);
    expect(w.tracker.held).toBe(0);
  });

  it('of a datagram that was forgotten wait again', () => {
    const w = new World(4, 1000);
    w.first(7, 0);
    expect([w.later(1, 7, 999), w.later(2, 7, 1000)]).toEqual([PORTS, 'held']);
  });

  it('beyond the number that may wait are refused, until there is room', () => {
    const w = new World(2);
    expect([w.later(1, 1), w.later(2, 2), w.later(3, 3)]).toEqual(['held', 'held', 'overflow']);
    w.first(1);
    w.release();
    expect([w.later(4, 4), w.later(5, 5)]).toEqual(['held', 'overflow']);
    expect(new World(0).later(1, 1)).toBe('overflow');
  });

  it('beyond the room for their bytes are refused', () => {
    const w = new World(2);
    expect([w.later(1, 1, 0, 68), w.later(2, 2, 0, 68)]).toEqual(['held', 'held']);
    const long = { ...piece(3, LATER), lenBytes: 4000 };
    const words = new Int32Array(1000);
    words.set(long.words);
    const small = new FragmentTracker({ maxHeld: 2, timeoutMs: 1, drop: () => {} });
    expect(small.hold(1, 0, 3076, words, 0, 0)).toBe(false);
    expect(small.hold(1, 0, 3072, words, 0, 0)).toBe(true);
  });

  it('make room for newer datagrams when too many are remembered', () => {
    const w = new World(4, 1e9);
    w.later(1, 0);
    const many = 1 << 14;
    for (let n = 1; n <= many; n++) w.first(n, 0);
    expect(w.said).toEqual(['1/1 overflow']);
    expect([w.later(2, 1), w.later(3, 0)]).toEqual([PORTS, 'held']);
  });

  it('are forgotten all at once', () => {
    const w = new World(2);
    w.first(1);
    w.later(1, 2);
    w.tracker.clear();
    w.tracker.expire(1e9);
    w.release();
    expect([w.said, w.tracker.held, w.later(2, 1), w.later(3, 2)]).toEqual([[], 0, 'held', 'held']);
  });

  it('come out once each, whatever comes in which order', () => {
    const step = fc.record({
      isFirst: fc.boolean(),
      id: fc.nat(6),
      afterMs: fc.constantFrom(0, 0, 1, 300),
      bytes: fc.nat(60),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const w = new World(5, 500);
        const out = new Map<number, number>();
        const ids = new Map<number, number>();
        let nowMs = 0;
        let tag = 0;
        for (const { isFirst, id, afterMs, bytes } of steps) {
          nowMs += afterMs;
          if (isFirst) w.first(id, nowMs);
          else {
            tag++;
            ids.set(tag, id);
            if (w.later(tag, id, nowMs, bytes) !== 'held') out.set(tag, 1);
          }
          w.release();
        }
        w.tracker.expire(nowMs + 500);
        for (const line of w.said) {
          const said = Number.parseInt(line, 10);
          out.set(said, (out.get(said) ?? 0) + 1);
          // What is released has the bytes that were held.
          if (line.includes('.')) expect(line).toContain(` ${ids.get(said)} `);
        }
        expect([...out.keys()].toSorted((a, b) => a - b)).toEqual(Array.from({ length: tag }, (_, i) => i + 1));
        expect(new Set(out.values()).size).toBeLessThanOrEqual(1);
        expect([...out.values()].every((n) => n === 1)).toBe(true);
        expect(w.tracker.held).toBe(0);
      }),
    );
  });
});
