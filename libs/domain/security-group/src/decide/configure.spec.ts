import { describe, expect, it } from '@jest/globals';
import { securityGroupInput } from '../inputs.js';
import { configOf, configured, Group } from '../testing/group.js';

describe('configure', () => {
  it('is the first commit and leaves every slot without an owner', () => {
    const group = new Group();
    const config = configOf(2, 3);
    expect(group.decides({ type: 'configure', config })).toEqual([{ type: 'Configured', version: 1, config }]);
    expect(group.state).toMatchObject({
      version: 1,
      smo: 0,
      rebalancing: false,
      active: [0, 0, 0],
      backup: [0, 0, 0],
      joining: [0, 0, 0],
      epoch: [0, 0, 0],
    });
    expect(group.state.members.map((m) => [m.id, m.status])).toEqual([
      ['1_01', 'out'],
      ['1_02', 'out'],
    ]);
  });

  it('is ignored when it says the same again', () => {
    const group = configured(2, 3);
    expect(group.decides({ type: 'configure', config: configOf(2, 3) })).toEqual([
      { type: 'ConfigureIgnored', version: 2, reason: 'the group is configured like this already' },
    ]);
  });

  it.each([
    ['another number of slots', configOf(2, 4)],
    ['another member', configOf(3, 3)],
    [
      'another weight',
      {
        ...configOf(2, 3),
        members: [
          { id: '1_01', weight: 1 },
          { id: '1_02', weight: 2 },
        ],
      },
    ],
    ['another orchestrator', { ...configOf(2, 3), orchestrators: ['1_1'] }],
    ['another placement', configOf(2, 3, { placement: 'pairs' })],
    ['another rule for copies', configOf(2, 3, { requireInStep: false })],
  ])('is refused with %s', (_what, config) => {
    const group = configured(2, 3);
    const before = group.state;
    expect(group.decides({ type: 'configure', config })).toEqual([
      {
        type: 'ConfigureRefused',
        version: 2,
        reason: 'the group is configured already, and differently: start a new fabric to change it',
      },
    ]);
    expect(group.state).toEqual({ ...before, version: 2 });
  });

  it.each([
    [
      'a member named twice',
      {
        members: [
          { id: '1_01', weight: 1 },
          { id: '1_01', weight: 1 },
        ],
      },
    ],
    ['an id that is not a member', { members: [{ id: '1_1', weight: 1 }] }],
    ['no slot', { slots: 0 }],
    ['a weight below zero', { members: [{ id: '1_01', weight: -1 }] }],
    ['a key nobody knows', { slot: 5 }],
  ])('is not accepted with %s', (_what, change) => {
    const input = { type: 'configure', id: 'a', at: 1, from: 'command', config: { ...configOf(2, 3), ...change } };
    expect(securityGroupInput.safeParse(input).success).toBe(false);
  });
});
