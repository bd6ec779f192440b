import { describe, expect, it } from '@jest/globals';
import type { SecurityGroupState } from '@rehearsal/security-group';
import { LoadWatch } from './load-watch.js';

const FREE = { spare: 'free', status: 'out' };
const ACTIVE = { status: 'active' };

/** A group that asks for a spare above 60 % for five seconds. */
function groupWith(change: Readonly<Record<string, unknown>> = {}): SecurityGroupState {
  const rules = { autoscale: { cpuPercent: 60, forMs: 5000 } };
  return { members: [ACTIVE, ACTIVE, FREE], rebalancing: false, rules, ...change } as unknown as SecurityGroupState;
}

describe('the load of a group', () => {
  it('lasts when the mean stays above the threshold for long enough', () => {
    const watch = new LoadWatch();
    const seen = [0, 2000, 4999, 5000, 6000].map((ms) => watch.look(groupWith(), [90, 40], ms));
    expect(seen).toEqual([
      undefined,
      undefined,
      undefined,
      { percent: 65, lastedMs: 5000 },
      { percent: 65, lastedMs: 6000 },
    ]);
  });

  it('begins anew after a look at which it was not above', () => {
    const watch = new LoadWatch();
    watch.look(groupWith(), [90, 90], 0);
    watch.look(groupWith(), [60, 60], 3000);
    watch.look(groupWith(), [90, 90], 4000);
    expect(watch.look(groupWith(), [90, 90], 8999)).toBeUndefined();
    expect(watch.look(groupWith(), [90, 90], 9000)).toEqual({ percent: 90, lastedMs: 5000 });
  });

  it.each([
    ['a spare is on its way', { members: [ACTIVE, { spare: 'assigned', status: 'out' }, FREE] }],
    ['slots are on their way', { rebalancing: true }],
    ['no spare is left', { members: [ACTIVE, { spare: 'assigned', status: 'active' }] }],
    ['nobody asked for it', { rules: {} }],
  ])('is not looked at while %s, and begins anew after that', (_what, change) => {
    const watch = new LoadWatch();
    watch.look(groupWith(), [90, 90], 0);
    expect(watch.look(groupWith(change), [90, 90], 5000)).toBeUndefined();
    expect(watch.look(groupWith(), [90, 90], 6000)).toBeUndefined();
    expect(watch.look(groupWith(), [90, 90], 11_000)).toEqual({ percent: 90, lastedMs: 5000 });
  });

  it('is none where nobody has said anything', () => {
    const watch = new LoadWatch();
    watch.look(groupWith(), [90], 0);
    expect(watch.look(groupWith(), [], 5000)).toBeUndefined();
  });
});
