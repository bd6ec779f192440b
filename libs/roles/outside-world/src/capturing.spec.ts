import { describe, expect, it } from '@jest/globals';
import { isLoss, reasonName, REASONS } from '@rehearsal/protocol';
import type { CaptureSink, LedgerSummary, ReadPacketCapture } from '@rehearsal/traffic';
import { HOW, readPacketCapture } from '@rehearsal/traffic';
import { EchoFabric } from './testing/echo-fabric.js';

const PLAN = { connections: 40, packetsPerSec: 2000, durationMs: 2000, mix: { https: 3, dns: 1 } };

/** A file in memory; `room` in bytes. */
class Memory implements CaptureSink {
  room = Number.POSITIVE_INFINITY;
  heldBytes = 0;
  ends = 0;
  private file = new Uint8Array(1 << 22);

  write(words: Int32Array): boolean {
    if (this.heldBytes + words.byteLength > this.room) return false;
    this.file.set(new Uint8Array(words.buffer, words.byteOffset, words.byteLength), this.heldBytes);
    this.heldBytes += words.byteLength;
    return true;
  }

  end(words: Int32Array, done: () => void): void {
    this.room = Number.POSITIVE_INFINITY;
    this.write(words);
    this.ends++;
    done();
  }

  get bytes(): Uint8Array {
    return this.file.subarray(0, this.heldBytes);
  }
}

type Options = NonNullable<ConstructorParameters<typeof EchoFabric>[0]>;

function begun(limits: { maxPackets?: number; maxBytes?: number } = {}, options: Options = {}, plan: object = PLAN) {
  const sink = new Memory();
  const packetCapture = { limits: { maxPackets: 1e6, maxBytes: 1e9, ...limits }, sink };
  const fabric = new EchoFabric({ ...options, packetCapture });
  fabric.run(20);
  fabric.tell('start', { plan });
  return { fabric, sink };
}

const ledgerOf = (fabric: EchoFabric) => fabric.tell('ledger') as unknown as LedgerSummary;

function captured(fabric: EchoFabric, sink: Memory): ReadPacketCapture {
  fabric.role.stop(1000, () => {});
  expect(sink.ends).toBe(1);
  return readPacketCapture(sink.bytes);
}

/** What the capture adds up to, in the words of the ledger. */
function sums({ packets }: ReadPacketCapture): object {
  const sum = { sent: 0, delivered: 0, unexplained: 0, duplicated: 0, corrupted: 0 };
  const dropped: Record<string, number> = {};
  const lost: Record<string, number> = {};
  for (const { fate, later } of packets) {
    sum.sent++;
    sum.duplicated += later?.filter((l) => l.how === HOW.copy).length ?? 0;
    if (fate === undefined) sum.unexplained++;
    else if (fate.how === HOW.delivered) sum.delivered++;
    else if (fate.how === HOW.corrupted) {
      sum.delivered++;
      sum.corrupted++;
    } else {
      const by = isLoss(fate.code) ? lost : dropped;
      by[reasonName(fate.code)] = (by[reasonName(fate.code)] ?? 0) + 1;
    }
  }
  return { ...sum, dropped, lost };
}

function ledgersWords({ sent, delivered, unexplained, duplicated, corrupted, dropped, lost }: LedgerSummary): object {
  return { sent, delivered, unexplained, duplicated, corrupted, dropped, lost };
}

describe('what the outside world captures', () => {
  it('adds up to the ledger: drops, losses, changed packets, and those nobody speaks of', () => {
    const { fabric, sink } = begun();
    fabric.fate = (tag) => {
      if (tag % 50 === 7) return REASONS.policy_drop;
      if (tag % 90 === 11) return REASONS.lost_in_member;
      return tag % 200 === 13 ? -1 : 0;
    };
    fabric.tamper = (tag, words) => {
      if (tag % 70 === 5) words[words.length - 1]! ^= 1;
    };
    fabric.run(1500);
    const ledger = ledgerOf(fabric);
    expect(ledger.unexplained).toBeGreaterThan(0);
    expect(ledger.corrupted).toBeGreaterThan(0);
    expect(sums(captured(fabric, sink))).toEqual(ledgersWords(ledger));
  });

  it('adds up to the ledger where an orchestrator dies, comes back, and speaks late of what it held', () => {
    const { fabric, sink } = begun();
    fabric.run(700);
    fabric.orchestrator('1_1').process.hang();
    fabric.run(800);
    fabric.orchestrator('1_1').process.resume();
    fabric.run(300);
    fabric.kill('1_2');
    fabric.run(500);
    fabric.restart('1_2');
    fabric.tell('finish', { deadlineMs: 60_000 }, 60_000);
    const ledger = ledgerOf(fabric);
    expect(ledger.lost['orchestrator_lost']).toBeGreaterThan(0);
    expect(ledger.revised).toBeGreaterThan(0);
    expect(sums(captured(fabric, sink))).toEqual(ledgersWords(ledger));
  });

  it('adds up to the ledger where no orchestrator is left', () => {
    const { fabric, sink } = begun({}, { orchestrators: ['1_1'] });
    fabric.run(500);
    fabric.kill('1_1');
    fabric.run(1000);
    fabric.restart('1_1');
    fabric.tell('finish', { deadlineMs: 60_000 }, 60_000);
    const ledger = ledgerOf(fabric);
    expect(ledger.lost['orchestrator_lost']).toBeGreaterThan(0);
    expect(sums(captured(fabric, sink))).toEqual(ledgersWords(ledger));
  });

  it('has copies beside the packet that came out first', () => {
    const { fabric, sink } = begun();
    fabric.run(300);
    const tag = fabric.orchestrator('1_1').taken.at(-20)!;
    for (let n = 0; n < 2; n++) fabric.orchestrator('1_1').say(tag, 0);
    // A word that the ledger does not believe is none.
    fabric.orchestrator('1_1').say(tag, REASONS.policy_drop);
    fabric.tell('finish', { deadlineMs: 60_000 }, 60_000);
    const ledger = ledgerOf(fabric);
    expect(ledger.duplicated).toBe(2);
    const read = captured(fabric, sink);
    expect(sums(read)).toEqual(ledgersWords(ledger));
    expect(read.packets.filter((p) => p.later !== undefined)).toMatchObject([
      { tag, fate: { how: HOW.delivered }, later: [{ how: HOW.copy }, { how: HOW.copy }] },
    ]);
  });

  it('changes nothing of what happens', () => {
    const { fabric, sink } = begun();
    const other = new EchoFabric();
    other.run(20);
    other.tell('start', { plan: PLAN });
    for (const f of [fabric, other]) {
      f.fate = (tag) => (tag % 50 === 7 ? REASONS.policy_drop : 0);
      f.tell('finish', { deadlineMs: 10_000 }, 10_000);
    }
    expect(ledgerOf(fabric)).toEqual(ledgerOf(other));
    expect([...fabric.counts]).toEqual([...other.counts]);
    expect(captured(fabric, sink).packets.length).toBe(ledgerOf(other).sent);
  });

  it('is in its file soon, for one whose process ends without a word', () => {
    const { fabric, sink } = begun({}, {}, { ...PLAN, packetsPerSec: 100 });
    // Less than what is handed on because it is so much.
    fabric.run(500);
    const sentThen = ledgerOf(fabric).sent;
    fabric.run(200);
    expect(sentThen).toBeGreaterThan(20);
    const read = readPacketCapture(sink.bytes);
    expect(read.missed).toBeUndefined();
    expect(read.packets.length).toBeGreaterThanOrEqual(sentThen);
  });

  it('stops at its limit, and notes it once', () => {
    const { fabric, sink } = begun({ maxPackets: 100 });
    fabric.tell('finish', { deadlineMs: 10_000 }, 10_000);
    fabric.run(1000);
    expect(fabric.notes.filter((n) => n.startsWith('packet_capture'))).toEqual(['packet_capture_full']);
    const { sent } = ledgerOf(fabric);
    const read = captured(fabric, sink);
    expect(read).toMatchObject({ full: { limit: 'packets' }, missed: sent - 100 });
    expect(read.packets.map((p) => p.fate?.how)).toEqual(Array(100).fill(HOW.delivered));
  });

  it('goes on without what its file has no room for, and notes it once', () => {
    const { fabric, sink } = begun();
    fabric.run(500);
    sink.room = 0;
    fabric.run(500);
    sink.room = Number.POSITIVE_INFINITY;
    fabric.tell('finish', { deadlineMs: 10_000 }, 10_000);
    expect(fabric.notes.filter((n) => n.startsWith('packet_capture'))).toEqual(['packet_capture_too_slow']);
    const { sent } = ledgerOf(fabric);
    const read = captured(fabric, sink);
    expect(read.lostPackets).toBeGreaterThan(0);
    expect(read.packets.length + read.lostPackets).toBe(sent);
    expect(read.packets.filter((p) => p.fate === undefined).length).toBeLessThanOrEqual(read.lostFates);
  });
});
