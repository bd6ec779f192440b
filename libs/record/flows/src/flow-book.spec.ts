import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  connectionHash,
  ConnectionTable,
  FLOW,
  FLOW_HEAD_WORDS,
  FLOW_RECORD_WORDS,
  FlowRecorder,
} from '@rehearsal/dataplane';
import { FlowBook } from './flow-book.js';

const SLOTS = 512;
const BASE_MS = 1_700_000_000_123;
const TCP = 6;
const ESTABLISHED = 3;
const WORD_BYTES = 4;

/** A member's table and what it records, with the batches that were taken. */
class Member {
  readonly table = new ConnectionTable({ capacity: 4096, slots: SLOTS, baseMs: BASE_MS });
  readonly flows: FlowRecorder;
  readonly batches: Uint8Array[] = [];

  constructor(member = 1, maxBatches = 4, isOn = true) {
    this.flows = new FlowRecorder(this.table, { isOn, maxBatches, member });
    this.flows.under(1, 100);
  }

  /** Adds a connection from address `n`; returns its entry. */
  begin(n: number, slot = 7, now = 0): number {
    const index = this.table.insert(connectionHash(n, n + 1, 0, TCP), n, n + 1, 0, TCP, ESTABLISHED << 8, slot, 3, now);
    this.flows.opened(index, now);
    return index;
  }

  take(): FlowBook {
    this.flows.take((batch) => this.batches.push(batch) > 0);
    return new FlowBook(Buffer.concat(this.batches));
  }
}

const told = (book: FlowBook): string[] =>
  [...book.all()].map(
    ({ kind, life, number, version, peer }) => `${life}/${number} v${version} ${kind} ${peer ?? '-'}`,
  );

describe('flow records', () => {
  it('say what happened to connections in the order it did, under which table and in which life', () => {
    const m = new Member(3);
    const one = m.begin(1);
    m.flows.passed(one, true, 100, false);
    m.flows.passed(one, false, 1400, true);
    m.flows.under(2, 100);
    m.flows.tell(FLOW.in_step, one, 5, 2);
    m.flows.tellSlot(FLOW.handed_over, 7, 9, 4);
    m.flows.under(3, 101);
    m.begin(5, 8, 20);
    const book = m.take();
    expect(told(book)).toEqual([
      '100/0 v1 opened -',
      '100/1 v2 in_step 2',
      '100/2 v2 handed_over 4',
      '101/0 v3 opened -',
    ]);
    const [, , handedOver] = [...book.all()];
    expect(handedOver).toMatchObject({
      member: 3,
      slot: 7,
      rule: 3,
      bytes: [100, 1400],
      corrected: 1,
      atMs: BASE_MS + 9,
    });
    expect(book.reported()).toEqual([
      { member: 3, life: 100, records: 3, leftOut: 0, gone: 0 },
      { member: 3, life: 101, records: 1, leftOut: 0, gone: 0 },
    ]);
  });

  it('of a slot that is taken over count the bytes anew', () => {
    const m = new Member();
    const one = m.begin(1);
    m.flows.passed(one, true, 100, true);
    m.flows.tellSlot(FLOW.taken_over, 7, 1, 0);
    m.flows.passed(one, true, 5, false);
    m.flows.tell(FLOW.idle, one, 2, 0);
    expect([...m.take().all()].map((r) => [r.kind, r.bytes, r.corrected])).toEqual([
      ['opened', [0, 0], 0],
      ['taken_over', [0, 0], 0],
      ['idle', [5, 0], 0],
    ]);
  });

  it('are left out and counted where nobody takes them, and go on when somebody does', () => {
    const m = new Member(1, 2);
    const one = m.begin(1);
    const wanted = 5000;
    for (let i = 0; i < wanted; i++) m.flows.tell(FLOW.in_step, one, i, 2);
    m.flows.take(() => false);
    expect(m.flows.written).toBe(3000);
    const kept = m.take();
    m.flows.tell(FLOW.idle, one, wanted, 0);
    const book = m.take();
    expect([kept.records, book.records]).toEqual([3000, 3001]);
    expect(book.reported()).toEqual([{ member: 1, life: 100, records: 3001, leftOut: wanted - 2999, gone: 0 }]);
    expect([...book.all()].at(-1)).toMatchObject({ kind: 'idle', number: 3000 });
  });

  it('say how many are gone where the first of them are not kept', () => {
    const m = new Member();
    const one = m.begin(1);
    m.take();
    m.flows.tell(FLOW.idle, one, 1, 0);
    m.take();
    const book = new FlowBook(m.batches[1]!);
    expect(book.reported()).toEqual([{ member: 1, life: 100, records: 1, leftOut: 0, gone: 1 }]);
  });

  it('are told once of a refusal, and of a later one again', () => {
    const m = new Member();
    const key = { src: 1, dst: 2, srcPort: 40000, dstPort: 23, proto: TCP } as Parameters<FlowRecorder['refused']>[0];
    for (const now of [0, 9_999, 10_000, 10_001]) m.flows.refused(key, 7, -1, true, now, 1);
    m.flows.refused(Object.assign(key, { srcPort: 40001 }), 7, 4, false, 10_001, 1);
    const records = [...m.take().all()];
    expect(records.map((r) => [r.atMs - BASE_MS, r.srcPort, r.reason, r.rule, r.fromOutside])).toEqual([
      [0, 40000, 'policy_drop', -1, true],
      [10_000, 40000, 'policy_drop', -1, true],
      [10_001, 40001, 'policy_drop', 4, false],
    ]);
  });

  it('are none where they are turned off', () => {
    const m = new Member(1, 4, false);
    m.flows.passed(m.begin(1), true, 100, false);
    m.flows.tellSlot(FLOW.abandoned, 7, 1, 0);
    expect([m.take().records, m.flows.written]).toEqual([0, 0]);
  });

  it('of one connection are found among others by its ends in either order, whoever reported them', () => {
    const [first, second] = [new Member(1), new Member(2)];
    const one = first.begin(1);
    first.begin(3);
    first.flows.under(5, 100);
    first.flows.tell(FLOW.handed_over, one, 50, 2);
    const there = second.table.insert(connectionHash(1, 2, 0, TCP), 1, 2, 0, TCP, ESTABLISHED << 8, 7, 3, 0);
    second.flows.under(5, 200);
    // Its clock is behind.
    second.flows.tell(FLOW.taken_over, there, 40, 1);
    second.flows.under(4, 200);
    const bytes = Buffer.concat([second, first].flatMap((m) => (m.take(), m.batches)));
    const [record] = [...new FlowBook(bytes).all()].filter((r) => r.kind === 'opened');
    const { src, dst, srcPort, dstPort, proto } = record!;
    const turned = { src: dst, dst: src, srcPort: dstPort, dstPort: srcPort, proto };
    const wanted = [record!, turned, { ...record!, proto: 17 }];
    expect(new FlowBook(bytes).of(wanted).map((found) => found.map((r) => `${r.member} ${r.kind}`))).toEqual([
      ['1 opened', '1 handed_over', '2 taken_over'],
      ['1 opened', '1 handed_over', '2 taken_over'],
      [],
    ]);
  });

  it('come back whole, whatever was written, and however the batches were taken', () => {
    const step = fc.record({
      n: fc.integer({ min: 1, max: 60 }),
      kind: fc.constantFrom(2, 3, 4, 6, 9),
      isTaken: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), fc.boolean(), (steps, isRefused) => {
        const m = new Member(9, 1000);
        const entries = new Map<number, number>();
        const expected: string[] = [];
        steps.forEach(({ n, kind, isTaken }, now) => {
          let index = entries.get(n);
          if (index === undefined) {
            entries.set(n, (index = m.begin(n * 2, n, now)));
            expected.push(`opened ${n} ${now}`);
          }
          m.flows.tell(kind, index, now, 1);
          const name = Object.entries(FLOW).find(([, number]) => number === kind)![0];
          expected.push(`${name} ${n} ${now}`);
          if (isTaken) m.flows.take((batch) => !isRefused && m.batches.push(batch) > 0);
        });
        const found = [...m.take().all()];
        expect(found.map((r) => `${r.kind} ${r.slot} ${r.atMs - BASE_MS}`)).toEqual(expected);
        expect(found.map((r) => r.number)).toEqual(found.map((_, i) => i));
      }),
    );
  });

  it.each([
    ['a byte is missing', (bytes: Uint8Array) => bytes.subarray(1), 0],
    [
      'the end is missing',
      (bytes: Uint8Array) => bytes.subarray(0, -WORD_BYTES),
      (FLOW_HEAD_WORDS + FLOW_RECORD_WORDS) * WORD_BYTES,
    ],
    ['something stands before them', (bytes: Uint8Array) => Buffer.concat([Buffer.alloc(8), bytes]), 0],
  ])('are refused where %s, with the place', (_what, damage, at) => {
    const m = new Member();
    m.begin(1);
    m.take();
    m.begin(3);
    const bytes = Buffer.concat((m.take(), m.batches));
    expect(new FlowBook(bytes).records).toBe(2);
    expect(() => new FlowBook(damage(bytes))).toThrow(`expected a batch of flow records at byte ${at}`);
  });
});
