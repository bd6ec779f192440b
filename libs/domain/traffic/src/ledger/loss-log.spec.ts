import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { lossPage } from './loss-report.js';
import { Ledger } from './ledger.js';

const PACKET = Int32Array.of(0x1c000045, 2, 3, 4, 5, 6, 7);
const NAMES = { tuple: (c: number) => `tuple ${c}`, service: () => 'https', follows: () => -1, via: () => '1_1' };
const REASONS = [1, 2, 65, 66];

function ledgerOf(lossesListed: number, capacity = 64): Ledger {
  return new Ledger({
    connections: 4,
    capacity,
    startMs: 0,
    reasonName: (code) => `code_${code}`,
    isLoss: (code) => code >= 64,
    lossesListed,
  });
}

describe('the list of packets that did not come out', () => {
  it('keeps its sums whatever happens, and lists no packet that came out after all', () => {
    const step = fc.tuple(fc.nat(3), fc.constantFrom(0, 1, 2, 3, 4, 5), fc.nat(40));
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.constantFrom(8, 1024), (steps, lossesListed) => {
        const ledger = ledgerOf(lossesListed);
        let nowMs = 0;
        const tags: number[] = [];
        for (const [connection, what, which] of steps) {
          nowMs++;
          const tag = tags[tags.length - 1 - (which % Math.max(1, tags.length))] ?? 0;
          if (what === 0 || tags.length === 0)
            tags.push(ledger.send(connection, 0, 0, which % 2, PACKET, 0, 28, nowMs));
          else if (what === 1) ledger.deliver(tag, PACKET, 0, 28, nowMs);
          else if (what === 5) ledger.presumeLost(which % 2, 67, nowMs);
          else ledger.judge(tag, REASONS[what - 1] as number, nowMs, which);
        }
        const { totals, rows, next } = lossPage(ledger, NAMES, String, { from: 0, count: 1e6 });
        expect(next).toBe(null);
        const sum = (kind: string): number => totals.filter((t) => t.kind === kind).reduce((n, t) => n + t.packets, 0);
        expect([sum('dropped'), sum('lost'), sum('unexplained')]).toEqual([
          ledger.dropped,
          ledger.lost,
          ledger.outstanding + ledger.expired,
        ]);
        for (const { kind, reason, listed, packets } of totals) {
          expect(rows.filter((r) => r.kind === kind && r.reason === reason).length).toBe(listed);
          expect(listed).toBeLessThanOrEqual(packets);
          if (lossesListed === 1024) expect(listed).toBe(packets);
        }
        expect(rows.length).toBe(totals.reduce((n, t) => n + t.listed, 0));
      }),
    );
  });

  it('lists the first of each reason when there are more than it has room for', () => {
    const ledger = ledgerOf(16);
    for (let i = 0; i < 20; i++) ledger.judge(ledger.send(0, 0, 0, 0, PACKET, 0, 28, i), 1, i, 3);
    ledger.judge(ledger.send(1, 1, 0, 1, PACKET, 0, 28, 30), 65, 42, 9);
    const { totals, rows } = lossPage(ledger, NAMES, (way) => `way ${way}`, { from: 0, count: 100 });
    expect(totals).toEqual([
      { kind: 'dropped', reason: 'code_1', packets: 20, listed: 2 },
      { kind: 'lost', reason: 'code_65', packets: 1, listed: 1 },
    ]);
    expect(rows.map((r) => [r.sentMs, r.slot])).toEqual([
      [0, 3],
      [1, 3],
      [30, 9],
    ]);
    expect(rows[2]).toEqual({
      kind: 'lost',
      reason: 'code_65',
      connection: 1,
      tuple: 'tuple 1',
      service: 'https',
      side: 'outside',
      via: 'way 1',
      slot: 9,
      sentMs: 30,
      judgedMs: 42,
    });
  });
});
