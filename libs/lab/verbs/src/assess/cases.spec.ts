import { describe, expect, it } from '@jest/globals';
import type { FabricPlan } from '@rehearsal/lab-port';
import { casesOf, faultWords } from './cases.js';

const PLAN = {
  roles: [
    { role: 'member', id: '1_01' },
    { role: 'member', id: '1_02' },
    { role: 'outside', id: 'outside' },
  ],
} as unknown as FabricPlan;
const PLACES = [
  { atMs: 10, text: 'a step begins', installs: [] },
  { atMs: 20, text: 'an installation begins', installs: ['1_01', '1_02'] },
];

describe('the ways of a procedure', () => {
  it('are each fault at each place once, and each who is installed as the last to come back', () => {
    expect(casesOf(PLAN, PLACES, 1, 5000).map(({ faults }) => faults.map(faultWords).join())).toEqual([
      '',
      'hang member 1_01@20+5000',
      'hang member 1_02@20+5000',
      'panic member 1_01@10',
      'panic member 1_02@10',
      'panic member 1_01@20',
      'panic member 1_02@20',
    ]);
  });

  it('are those orders alone where there is no fault', () => {
    expect(casesOf(PLAN, PLACES, 0, 5000)).toHaveLength(3);
  });
});
