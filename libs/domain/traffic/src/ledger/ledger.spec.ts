import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CONNECTION_KIND } from './connection-book.js';
import { DELIVERY, Ledger } from './ledger.js';
import { connectionRows, summarize } from './ledger-report.js';

const POLICY_DROP = 1;
const OUT_OF_STATE = 2;
const LOST_ON_LINK = 66;
const ORCHESTRATOR_LOST = 67;
const NAMES: Record<number, string> = {
  1: 'policy_drop',
  2: 'out_of_state',
  66: 'lost_on_link',
  67: 'orchestrator_lost',
};

const PACKET = Int32Array.of(0x1c000045, 2, 3, 4, 5, 6, 0x7f);
const LEN = 25;

function ledgerOf(connections: number, capacity = 64): Ledger {
  return new Ledger({
    connections,
    capacity,
    startMs: 1000,
    reasonName: (code) => NAMES[code] ?? `code_${code}`,
    isLoss: (code) => code >= 64,
  });
}

function send(ledger: Ledger, connection: number, nowMs: number, side: 0 | 1 = 0, way = 0): number {
  return ledger.send(connection, side, 0, way, PACKET, 0, LEN, nowMs);
}

function deliver(ledger: Ledger, tag: number, nowMs: number): number {
  return ledger.deliver(tag, PACKET, 0, LEN, nowMs);
}

const names = { tuple: (c: number) => `tuple ${c}`, follows: () => -1, service: () => 'https', via: () => '1_1' };
const rowOf = (ledger: Ledger, c: number, nowMs: number) =>
  connectionRows(ledger, names, nowMs, { from: c, count: 1 })[0];

describe('the ledger', () => {
  it('accounts for a packet that is delivered, one that is dropped, one that is lost, and one under way', () => {
    const ledger = ledgerOf(2);
    const tags = [0, 0, 1, 1].map((c) => send(ledger, c, 1000));
    expect(tags).toEqual([1, 2, 3, 4]);
    expect(deliver(ledger, 1, 1002.5)).toBe(DELIVERY.first);
    expect(ledger.judge(2, POLICY_DROP, 1003)).toBe(true);
    expect(ledger.judge(3, LOST_ON_LINK, 1003)).toBe(true);
    expect(ledger.totals()).toEqual({ sent: 4, delivered: 1, dropped: 1, lost: 1, outstanding: 1, expired: 0 });
    expect(rowOf(ledger, 0, 1010)).toMatchObject({
      sent: 2,
      delivered: 1,
      dropped: { policy_drop: 1 },
      lost: {},
      unexplained: 0,
    });
    expect(rowOf(ledger, 1, 1010)).toMatchObject({
      sent: 2,
      delivered: 0,
      dropped: {},
      lost: { lost_on_link: 1 },
      unexplained: 1,
    });
    expect(summarize(ledger, 1010)).toMatchObject({
      dropped: { policy_drop: 1 },
      lost: { lost_on_link: 1 },
      unexplained: 1,
      balanced: true,
      latency: { count: 1, p50Us: 2500, maxUs: 2500 },
    });
  });

  it('counts a second delivery of one packet as duplicated and nothing else', () => {
    const ledger = ledgerOf(1);
    const tag = send(ledger, 0, 1000);
    deliver(ledger, tag, 1001);
    expect(deliver(ledger, tag, 1002)).toBe(DELIVERY.duplicate);
    expect(ledger.totals()).toMatchObject({ delivered: 1, outstanding: 0 });
    expect(ledger.duplicated).toBe(1);
    expect(ledger.latency.count).toBe(1);
  });

  it('counts an overtaken packet as reordered, each direction of a connection by itself', () => {
    const ledger = ledgerOf(2);
    const first = send(ledger, 0, 1000);
    const second = send(ledger, 0, 1000);
    const back = send(ledger, 0, 1000, 1);
    const other = send(ledger, 1, 1000);
    deliver(ledger, other, 1001);
    deliver(ledger, back, 1001);
    deliver(ledger, second, 1001);
    deliver(ledger, first, 1001);
    expect([rowOf(ledger, 0, 1001)?.reordered, rowOf(ledger, 1, 1001)?.reordered]).toEqual([1, 0]);
  });

  it('does not count it against the fabric that pieces of a datagram come behind their first one', () => {
    const ledger = ledgerOf(1);
    const offset = 0x01000000;
    const piece = PACKET.map((w, i) => (i === 1 ? w | offset : w));
    const before = ledger.send(0, 0, 0, 0, piece, 0, LEN, 1000);
    const first = send(ledger, 0, 1000);
    const late = send(ledger, 0, 1000);
    deliver(ledger, first, 1001);
    ledger.deliver(before, piece, 0, LEN, 1001);
    expect(ledger.reordered).toBe(0);
    const next = send(ledger, 0, 1002);
    deliver(ledger, next, 1003);
    deliver(ledger, late, 1003);
    expect(ledger.reordered).toBe(1);
  });

  it.each([
    ['a changed bit', () => PACKET.map((w, i) => (i === 3 ? w ^ 1 : w)), LEN],
    ['a changed last byte', () => PACKET.map((w, i) => (i === 6 ? 0x7e : w)), LEN],
    ['a lost byte', () => PACKET, LEN - 1],
  ])('names %s in a delivered packet corrupted', (_what, words, len) => {
    const ledger = ledgerOf(1);
    expect(ledger.deliver(send(ledger, 0, 1000), words(), 0, len, 1001)).toBe(DELIVERY.corrupted);
    expect(ledger.corrupted).toBe(1);
    expect(ledger.delivered).toBe(1);
  });

  it('does not look at what pads the last word', () => {
    const ledger = ledgerOf(1);
    const padded = PACKET.map((w, i) => (i === 6 ? w | 0x55555500 : w));
    expect(ledger.deliver(send(ledger, 0, 1000), padded, 0, LEN, 1001)).toBe(DELIVERY.first);
  });

  it('counts a word about a packet it never sent as stray', () => {
    const ledger = ledgerOf(1);
    expect(deliver(ledger, 9, 1000)).toBe(DELIVERY.unknown);
    expect(ledger.judge(9, POLICY_DROP, 1000)).toBe(false);
    expect(ledger.strays).toBe(2);
  });

  it('keeps a packet it had to forget on the account as unexplained', () => {
    const ledger = ledgerOf(1, 4);
    const tags = [1, 2, 3, 4, 5, 6].map(() => send(ledger, 0, 1000));
    expect(ledger.totals()).toEqual({ sent: 6, delivered: 0, dropped: 0, lost: 0, outstanding: 4, expired: 2 });
    expect(deliver(ledger, tags[0] as number, 1001)).toBe(DELIVERY.unknown);
    expect(summarize(ledger, 1001)).toMatchObject({ unexplained: 6, strays: 1, balanced: true });
  });

  it('lets the fabric correct a loss it was presumed to have caused', () => {
    const ledger = ledgerOf(1);
    const [a, b, c] = [send(ledger, 0, 1000), send(ledger, 0, 1000), send(ledger, 0, 1000)];
    const elsewhere = send(ledger, 0, 1000, 0, 1);
    expect(ledger.presumeLost(0, ORCHESTRATOR_LOST, 1100)).toBe(3);
    expect(ledger.totals()).toMatchObject({ lost: 3, outstanding: 1 });
    deliver(ledger, a, 1200);
    ledger.judge(b, OUT_OF_STATE, 1200);
    expect(summarize(ledger, 1200)).toMatchObject({
      delivered: 1,
      dropped: { out_of_state: 1 },
      lost: { orchestrator_lost: 1 },
      revised: 2,
      contradicted: 0,
      balanced: true,
    });
    expect([ledger.connectionOf(c), ledger.wayOf(elsewhere)]).toEqual([0, 1]);
  });

  it('tells drops that came before what was to begin their connection, which was given up with its way', () => {
    const ledger = ledgerOf(2);
    const dropped = (connection: number, atMs: number): void => {
      ledger.judge(send(ledger, connection, atMs, 0, 1), OUT_OF_STATE, atMs + 1);
    };
    const first = send(ledger, 0, 1000);
    deliver(ledger, send(ledger, 1, 1000), 1001);
    send(ledger, 1, 1010);
    ledger.presumeLost(0, ORCHESTRATOR_LOST, 1100);
    dropped(0, 1150);
    const under = send(ledger, 0, 1160, 0, 1);
    deliver(ledger, first, 1200);
    ledger.judge(under, OUT_OF_STATE, 1210);
    for (const connection of [0, 1]) dropped(connection, 1250);
    expect(rowOf(ledger, 0, 1300)).toMatchObject({ dropped: { out_of_state: 3 }, droppedTooEarly: 2 });
    expect(rowOf(ledger, 1, 1300)).toMatchObject({ dropped: { out_of_state: 1 }, droppedTooEarly: 0 });
  });

  it('takes nothing more of a way it gave up that newer packets have overtaken on another', () => {
    const ledger = ledgerOf(1);
    const [early, late] = [send(ledger, 0, 1000), send(ledger, 0, 1000)];
    ledger.presumeLost(0, ORCHESTRATOR_LOST, 1100);
    deliver(ledger, early, 1150);
    deliver(ledger, send(ledger, 0, 1200, 0, 1), 1201);
    deliver(ledger, late, 1300);
    expect(summarize(ledger, 1300)).toMatchObject({
      delivered: 2,
      lost: { orchestrator_lost: 1 },
      reordered: 0,
      duplicated: 0,
      balanced: true,
    });
  });

  it('believes a delivery against an earlier drop, and says that the fabric contradicted itself', () => {
    const ledger = ledgerOf(1);
    const tag = send(ledger, 0, 1000);
    ledger.judge(tag, POLICY_DROP, 1001);
    ledger.judge(tag, POLICY_DROP, 1001);
    expect(ledger.contradicted).toBe(0);
    deliver(ledger, tag, 1002);
    expect(summarize(ledger, 1002)).toMatchObject({ delivered: 1, dropped: {}, contradicted: 1, balanced: true });
  });
});

describe('silence', () => {
  it('lasts from the first packet under way to the next delivery, not while nothing is under way', () => {
    const ledger = ledgerOf(1);
    deliver(ledger, send(ledger, 0, 1000), 1003);
    const tag = send(ledger, 0, 5000);
    expect(rowOf(ledger, 0, 5020)).toMatchObject({ longestSilenceMs: 20, silenceMs: 20 });
    deliver(ledger, tag, 5040);
    expect(rowOf(ledger, 0, 9000)).toMatchObject({ longestSilenceMs: 40, lastDeliveredMs: 5040 });
  });

  it('goes on after a loss, and ends with a drop unless an endpoint waits for an answer', () => {
    const ledger = ledgerOf(3);
    for (const c of [0, 1, 2]) ledger.open(c, CONNECTION_KIND.generated, 1000);
    ledger.expect(2, true, 1000);
    ledger.judge(send(ledger, 0, 1000), LOST_ON_LINK, 1010);
    ledger.judge(send(ledger, 1, 1000), POLICY_DROP, 1010);
    ledger.judge(send(ledger, 2, 1000), POLICY_DROP, 1010);
    expect([0, 1, 2].map((c) => rowOf(ledger, c, 1100)?.silenceMs)).toEqual([100, 10, 100]);
    ledger.close(0, 'gave_up', 1200);
    ledger.close(2, 'gave_up', 1200);
    expect([0, 1, 2].map((c) => rowOf(ledger, c, 2000)?.silenceMs)).toEqual([200, 10, 200]);
  });

  it('is cut at a mark, which also notes what is open and what is heard first', () => {
    const ledger = ledgerOf(3);
    ledger.open(0, CONNECTION_KIND.generated, 1000);
    ledger.open(1, CONNECTION_KIND.generated, 1000);
    ledger.close(1, 'done', 1050);
    const tag = send(ledger, 0, 1000);
    const mark = ledger.mark('kill 1_03', 1100);
    deliver(ledger, tag, 1130);
    deliver(ledger, send(ledger, 0, 1140), 1141);
    expect(rowOf(ledger, 0, 2000)).toMatchObject({
      openAtMark: true,
      silenceMs: 30,
      longestSilenceMs: 130,
      firstAfterMarkMs: 30,
      worstLatencyAfterMarkUs: 130_000,
    });
    expect(rowOf(ledger, 1, 2000)).toMatchObject({ openAtMark: false, firstAfterMarkMs: null });
    ledger.mark('restart', 3000);
    expect(connectionRows(ledger, names, 4000, { from: 0, count: 1, mark })[0]).toMatchObject({ silenceMs: 30 });
    expect(summarize(ledger, 4000).marks).toMatchObject([
      { name: 'start', atMs: 1000, open: 0, longestSilenceOf: -1 },
      { name: 'kill 1_03', atMs: 1100, open: 1, longestSilenceMs: 30, longestSilenceOf: 0, latency: { count: 2 } },
      { name: 'restart', atMs: 3000, open: 1, longestSilenceMs: 0, longestSilenceOf: 0, latency: { count: 0 } },
    ]);
  });
});

describe('whatever is sent and whatever the fabric says', () => {
  const word = fc.oneof(
    fc.record({
      do: fc.constant('send' as const),
      connection: fc.nat(4),
      way: fc.nat(1),
      side: fc.constantFrom(0 as const, 1 as const),
    }),
    fc.record({ do: fc.constant('deliver' as const), back: fc.nat(40), bit: fc.nat(3) }),
    fc.record({ do: fc.constant('judge' as const), back: fc.nat(40), code: fc.constantFrom(1, 2, 66, 67) }),
    fc.record({ do: fc.constant('presume' as const), way: fc.nat(1) }),
    fc.record({ do: fc.constant('mark' as const) }),
  );

  it('the account closes, in all and for each connection', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 300 }), (words) => {
        const ledger = ledgerOf(5, 16);
        let last = 0;
        let nowMs = 1000;
        let marks = 0;
        for (const w of words) {
          nowMs += 0.7;
          if (w.do === 'send') last = ledger.send(w.connection, w.side, 0, w.way, PACKET, 0, LEN, nowMs);
          else if (w.do === 'deliver')
            ledger.deliver(
              last - w.back,
              PACKET.map((x, i) => (i === 2 && w.bit === 0 ? x ^ 4 : x)),
              0,
              LEN,
              nowMs,
            );
          else if (w.do === 'judge') ledger.judge(last - w.back, w.code, nowMs);
          else if (w.do === 'presume') ledger.presumeLost(w.way, ORCHESTRATOR_LOST, nowMs);
          else if (++marks < 60) ledger.mark('m', nowMs);
          const t = ledger.totals();
          expect(t.sent).toBe(t.delivered + t.dropped + t.lost + t.outstanding + t.expired);
        }
        const summary = summarize(ledger, nowMs);
        expect(summary.balanced).toBe(true);
        const rows = connectionRows(ledger, names, nowMs, { from: 0, count: 5 });
        const total = (pick: (r: (typeof rows)[number]) => number) => rows.reduce((n, r) => n + pick(r), 0);
        const counts = (r: Readonly<Record<string, number>>) => Object.values(r).reduce((n, x) => n + x, 0);
        expect(rows.map((r) => r.delivered + counts(r.dropped) + counts(r.lost) + r.unexplained)).toEqual(
          rows.map((r) => r.sent),
        );
        expect(total((r) => r.sent)).toBe(summary.sent);
        expect(total((r) => counts(r.lost))).toBe(counts(summary.lost));
        expect(total((r) => counts(r.dropped))).toBe(counts(summary.dropped));
        for (const r of rows) expect(r.silenceMs).toBeLessThanOrEqual(r.longestSilenceMs);
      }),
      { numRuns: 300 },
    );
  });
});
