import { describe, expect, it } from '@jest/globals';
import { FLOW, FLOW_HEAD_WORDS, FLOW_MAGIC, FLOW_RECORD_WORDS, PROTO_TCP, type FlowKind } from '@rehearsal/dataplane';
import { FlowBook } from '@rehearsal/flows';
import { heldFlows } from './held-flows.js';

const CLIENT = (10 << 24) | 1;
const SERVER = (10 << 24) | 2;
/** Connection `id` is from this port on. */
const PORT = 1000;
const ROWS = [0, 1, 2, 3].map((id) => ({ id, tuple: `10.0.0.1:${PORT + id}>10.0.0.2:443/tcp` }));

type Said = readonly [kind: FlowKind, id: number, atMs: number, slot?: number];

/** What one member reported. */
function saidBy(member: number, said: readonly Said[]): Uint8Array {
  const words = new Int32Array(FLOW_HEAD_WORDS + said.length * FLOW_RECORD_WORDS);
  words.set([FLOW_MAGIC, said.length, member, 100]);
  said.forEach(([kind, id, atMs, slot = 7], i) => {
    const ports = (PORT + id) | (443 << 16);
    const first = FLOW[kind] | (PROTO_TCP << 8);
    words.set([first, CLIENT, SERVER, ports, slot, atMs, 1, 0], FLOW_HEAD_WORDS + i * FLOW_RECORD_WORDS);
  });
  return new Uint8Array(words.buffer);
}

const book = (...batches: readonly Uint8Array[]): FlowBook => new FlowBook(Buffer.concat(batches));

describe('connections of a fork beside those of the record', () => {
  const record = book(
    saidBy(1, [
      ['opened', 0, 10],
      ['in_step', 0, 12],
      ['opened', 1, 11],
      ['opened', 2, 20],
      ['closed', 2, 90],
    ]),
  );

  it('are alike where the record is the fork', () => {
    expect(heldFlows(record, record, ROWS, 50)).toEqual({
      open: 3,
      alike: 3,
      elsewhere: 0,
      missing: 0,
      more: 0,
      inStep: 1,
      inStepHere: 1,
    });
  });

  it('count as they were at the fork, whatever came of them later', () => {
    const { open } = heldFlows(record, record, ROWS, 15);
    expect(open).toBe(2);
    expect(heldFlows(record, record, ROWS, 9)).toMatchObject({ open: 0, alike: 0, more: 0 });
    expect(heldFlows(record, record, ROWS, 95)).toMatchObject({ open: 2, alike: 2 });
  });

  it('are told apart by member and by slot, and by those that one of them has alone', () => {
    const forked = book(
      saidBy(1, [['opened', 1, 11, 8]]),
      saidBy(2, [
        ['opened', 0, 10],
        ['in_step', 0, 12],
        ['opened', 3, 13],
        ['in_step', 3, 14],
      ]),
    );
    expect(heldFlows(record, forked, ROWS, 50)).toEqual({
      open: 3,
      alike: 0,
      elsewhere: 2,
      missing: 1,
      more: 1,
      inStep: 1,
      inStepHere: 2,
    });
  });
});
