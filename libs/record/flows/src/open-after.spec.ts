import { describe, expect, it } from '@jest/globals';
import type { FlowRecord } from './flow-record.js';
import { openAfter } from './open-after.js';

const said = (kind: FlowRecord['kind'], member: number, peer: number | null = null): FlowRecord =>
  ({ kind, member, peer, slot: 7 }) as FlowRecord;

describe('where a connection is after what members said of it', () => {
  it.each<[string, FlowRecord[], ReturnType<typeof openAfter>]>([
    ['nobody said anything', [], undefined],
    ['it was refused', [said('refused', 1)], undefined],
    ['it was opened', [said('opened', 1)], { member: 1, slot: 7, inStep: false }],
    ['its backup acknowledged it', [said('opened', 1), said('in_step', 1, 2)], { member: 1, slot: 7, inStep: true }],
    [
      'another took it over, whose backup has not acknowledged it',
      [said('opened', 1), said('in_step', 1, 2), said('taken_over', 2)],
      { member: 2, slot: 7, inStep: false },
    ],
    [
      'it was handed over, and the other has said so',
      [said('opened', 1), said('handed_over', 1, 3), said('taken_over', 3, 1), said('in_step', 3, 1)],
      { member: 3, slot: 7, inStep: true },
    ],
    ['it was handed to nobody', [said('opened', 1), said('handed_over', 1)], undefined],
    ['it closed', [said('opened', 1), said('in_step', 1, 2), said('closed', 1)], undefined],
    ['its last member dropped it', [said('opened', 1), said('lost', 1)], undefined],
    [
      'a life that did not serve it any more has ended',
      [said('opened', 1), said('taken_over', 2), said('abandoned', 1)],
      { member: 2, slot: 7, inStep: false },
    ],
    [
      'it began anew',
      [said('opened', 1), said('in_step', 1, 2), said('closed', 1), said('opened', 1)],
      { member: 1, slot: 7, inStep: false },
    ],
  ])('%s', (_what, records, open) => {
    expect(openAfter(records)).toEqual(open);
  });
});
