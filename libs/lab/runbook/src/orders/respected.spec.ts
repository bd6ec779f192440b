import { describe, expect, it } from '@jest/globals';
import { readRunbook } from '../runbook.js';
import { notExecuted } from './not-executed.js';
import { ordersOf } from './orders.js';
import { leastShareOf, type Respect } from './respected.js';

const HALF: Respect = { leastShare: 50, members: 4, isAllUp: true };
const open = (text: string, by: Respect): number => notExecuted(ordersOf(readRunbook(text, 'r.md')), [], by).length;

describe('limits to how many are away', () => {
  it.each([
    ['Never install on all Security Group Members at the same time.', HALF, { ...HALF, leastShare: 0 }],
    ['Do not update both MHOs at the same time.', HALF, { ...HALF, leastShare: 0 }],
    ['Never take down both groups at once.', HALF, { ...HALF, leastShare: 0 }],
    ['Never reboot two members at the same time.', { ...HALF, leastShare: 75 }, HALF],
    ['Reboot the members one at a time.', { ...HALF, leastShare: 75 }, HALF],
    ['Update one group at a time.', HALF, { ...HALF, leastShare: 0 }],
    ['Keep at least half of the members in service.', HALF, { ...HALF, leastShare: 49 }],
    ['Never less than half of the group serves.', HALF, { ...HALF, leastShare: 25 }],
    ['No member may be left in standby.', HALF, { ...HALF, isAllUp: false }],
  ])('%s', (text, kept, broken) => {
    expect([open(text, kept), open(text, broken)]).toEqual([0, 1]);
  });

  it.each([
    'Never install on all members at once without a backup.',
    'Do not change the policy on all members at the same time.',
    'Never reboot the SMO.',
  ])('are all that is told by it: %s', (text) => {
    expect(open(text, { ...HALF, leastShare: 100 })).toBe(1);
  });

  it('are held against what lasted, not against members that hand over to one another', () => {
    const capacity = [
      { from: 0, to: 5000, share: 100 },
      { from: 5000, to: 5400, share: 37 },
      { from: 5400, to: 9000, share: 50 },
    ];
    expect([leastShareOf(capacity), leastShareOf([])]).toEqual([50, 100]);
  });
});
