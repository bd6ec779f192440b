import { describe, expect, it } from '@jest/globals';
import { applicationsOf } from './applications.js';
import { CONNECTION_KIND } from './connection-book.js';
import { Ledger } from './ledger.js';
import { connectionRows, summarize } from './ledger-report.js';

const POLICY_DROP = 1;
const DEFERRED = 21;
const PACKET = Int32Array.of(0x1c000045, 2, 3, 4, 5, 6, 0x7f);
const LEN = 25;
const names = { tuple: (c: number) => `${c}/tcp`, follows: () => -1, service: () => 'smtp', via: () => '1_1' };

function ledgerOf(connections: number, deferralCode: number | undefined = DEFERRED): Ledger {
  return new Ledger({
    connections,
    capacity: 64,
    startMs: 0,
    reasonName: (code) => (code === DEFERRED ? 'deferred' : 'policy_drop'),
    isLoss: (code) => code >= 64,
    ...(deferralCode !== undefined && { deferralCode }),
  });
}

const send = (ledger: Ledger, c: number, nowMs: number) => ledger.send(c, 0, 0, 0, PACKET, 0, LEN, nowMs);
const rows = (ledger: Ledger, nowMs: number) =>
  connectionRows(ledger, names, nowMs, { from: 0, count: ledger.book.size });

describe('a connection that the fabric puts off', () => {
  it('is put off from its first packet until something of it comes out', () => {
    const ledger = ledgerOf(2);
    for (const atMs of [1000, 2000]) ledger.judge(send(ledger, 0, atMs), DEFERRED, atMs + 1);
    expect(rows(ledger, 2500)[0]).toMatchObject({
      dropped: { deferred: 2 },
      deferral: { sinceMs: 1000, throughMs: null },
    });
    ledger.deliver(send(ledger, 0, 4000), PACKET, 0, LEN, 4001);
    ledger.deliver(send(ledger, 0, 5000), PACKET, 0, LEN, 5001);
    expect(rows(ledger, 6000)[0]?.deferral).toEqual({ sinceMs: 1000, throughMs: 4001 });
    expect(rows(ledger, 6000)[1]).not.toHaveProperty('deferral');
  });

  it('may be put off again', () => {
    const ledger = ledgerOf(1);
    ledger.judge(send(ledger, 0, 1000), DEFERRED, 1001);
    ledger.deliver(send(ledger, 0, 2000), PACKET, 0, LEN, 2001);
    ledger.judge(send(ledger, 0, 3000), DEFERRED, 3001);
    expect(rows(ledger, 4000)[0]?.deferral).toEqual({ sinceMs: 3000, throughMs: null });
    expect(ledger.deferrals.connections).toBe(1);
  });

  it('is not lost where its client gives up, as one that was refused is', () => {
    const ledger = ledgerOf(2);
    for (const c of [0, 1]) {
      ledger.open(c, CONNECTION_KIND.generated, 1000);
      ledger.judge(send(ledger, c, 1000), c === 0 ? DEFERRED : POLICY_DROP, 1001);
      ledger.close(c, 'gave_up', 9000);
    }
    expect(summarize(ledger, 9000).connections).toMatchObject({ gave_up: 2, lost: 1 });
  });

  it('does not count among those that applications wait for', () => {
    const ledger = ledgerOf(1);
    ledger.open(0, CONNECTION_KIND.generated, 1000);
    ledger.expect(0, true, 1000);
    ledger.judge(send(ledger, 0, 1000), DEFERRED, 1001);
    expect(applicationsOf(ledger, names, 9000, 5000).services).toEqual([]);
    ledger.deliver(send(ledger, 0, 9000), PACKET, 0, LEN, 9001);
    expect(applicationsOf(ledger, names, 9500, 5000).services).toMatchObject([{ open: 1, answered: 1, stuck: 0 }]);
  });

  it('is none where no drop stands for that', () => {
    const ledger = new Ledger({ connections: 1, capacity: 64, startMs: 0, reasonName: String, isLoss: () => false });
    ledger.judge(send(ledger, 0, 1000), DEFERRED, 1001);
    expect(rows(ledger, 2000)[0]).not.toHaveProperty('deferral');
  });
});
