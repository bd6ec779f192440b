import { describe, expect, it } from '@jest/globals';
import { configured, Group, seen, settled, silent } from '../testing/group.js';

describe('memberSeen', () => {
  it('gives all slots to the first member, which leads and has no backup', () => {
    const group = configured(3, 6);
    expect(group.decides(seen('1_02', 4, { evidence: { heardMs: 12 } }))).toEqual([
      { type: 'MemberJoined', version: 2, member: '1_02', incarnation: 4, evidence: { heardMs: 12 } },
      { type: 'SlotsAssigned', version: 2, to: [[2, 0, 1, 2, 3, 4, 5]] },
      { type: 'CopiesChosen', version: 2, reason: 'joined', member: '1_02', copies: [], exposed: [0, 1, 2, 3, 4, 5] },
      { type: 'SmoChanged', version: 2, smo: '1_02' },
      { type: 'GroupBalanced', version: 2 },
    ]);
    expect(group.state.epoch).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('copies everything to the second member, and moves nothing before it is in step', () => {
    const group = configured(3, 6);
    group.tell(seen('1_02'));
    expect(group.decides(seen('1_01'))).toEqual([
      { type: 'MemberJoined', version: 3, member: '1_01', incarnation: 1, evidence: {} },
      {
        type: 'CopiesChosen',
        version: 3,
        reason: 'joined',
        member: '1_01',
        copies: [[1, 0, 1, 2, 3, 4, 5]],
        exposed: [0, 1, 2, 3, 4, 5],
      },
      { type: 'SmoChanged', version: 3, smo: '1_01' },
    ]);
    expect(group.state.active).toEqual([2, 2, 2, 2, 2, 2]);
  });

  it('chooses nothing for a member that joins while every slot is being copied to another', () => {
    const group = configured(3, 6);
    group.tell(seen('1_01'));
    group.tell(seen('1_02'));
    expect(group.decides(seen('1_03'))).toEqual([
      { type: 'MemberJoined', version: 4, member: '1_03', incarnation: 1, evidence: {} },
    ]);
    group.copyAll();
    expect(group.state.rebalancing).toBe(false);
    expect([1, 2, 3].map((m) => group.state.active.filter((a) => a === m).length)).toEqual([2, 2, 2]);
  });

  it('swaps at once where a member with too little holds a copy in step', () => {
    const group = settled(4, 8, { placement: 'pairs' });
    group.tell(silent('1_02'));
    group.tell(silent('1_04'));
    group.copyAll();
    expect(group.state.active).toEqual([3, 3, 1, 1, 3, 3, 1, 1]);
    group.tell(silent('1_03'));
    expect(group.state.active).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
    group.tell(seen('1_03', 2));
    group.copyAll();
    group.tell(silent('1_01'));
    group.tell(seen('1_02', 2));
    group.copyAll();
    expect(group.state.active.map((a, slot) => [a, group.state.backup[slot]])).toEqual([
      ...Array.from({ length: 4 }, () => [2, 3]),
      ...Array.from({ length: 4 }, () => [3, 2]),
    ]);
  });

  it('says lost and joined in one commit when an active member shows up restarted', () => {
    const group = settled(3, 6);
    expect(group.state.active).toEqual([3, 2, 2, 3, 1, 1]);
    expect(group.state.backup).toEqual([2, 3, 1, 1, 3, 2]);
    expect(group.decides(seen('1_01', 2))).toEqual([
      { type: 'MemberLost', version: 8, member: '1_01', incarnation: 1, reason: 'replaced', evidence: {} },
      {
        type: 'SlotsTakenOver',
        version: 8,
        by: [
          [2, 5],
          [3, 4],
        ],
      },
      { type: 'MemberJoined', version: 8, member: '1_01', incarnation: 2, evidence: {} },
      {
        type: 'CopiesChosen',
        version: 8,
        reason: 'joined',
        member: '1_01',
        copies: [
          [1, 0, 1, 3, 5],
          [2, 4],
          [3, 2],
        ],
        exposed: [2, 3, 4, 5],
      },
    ]);
  });

  it('begins the copies to a restarted member again', () => {
    const group = configured(2, 2);
    group.tell(seen('1_01'));
    group.tell(seen('1_02'));
    const under = group.state.version;
    expect(group.decides(seen('1_02', 2))).toEqual([
      { type: 'MemberLost', version: 4, member: '1_02', incarnation: 1, reason: 'replaced', evidence: {} },
      { type: 'MemberJoined', version: 4, member: '1_02', incarnation: 2, evidence: {} },
      { type: 'CopiesChosen', version: 4, reason: 'joined', member: '1_02', copies: [[2, 0, 1]], exposed: [0, 1] },
    ]);
    expect(group.state.joiningSince).toEqual([4, 4]);
    expect(group.decides(group.copied(1, 2, [0], under))[0]?.['type']).toBe('InStepRefused');
  });

  it('goes down and up again in one commit when the only member shows up restarted', () => {
    const group = configured(2, 2);
    group.tell(seen('1_02'));
    expect(group.decides(seen('1_02', 2, { evidence: { connections: 9 } }))).toEqual([
      {
        type: 'MemberLost',
        version: 3,
        member: '1_02',
        incarnation: 1,
        reason: 'replaced',
        evidence: { connections: 9 },
      },
      { type: 'SlotsOrphaned', version: 3, was: '1_02', to: [[0, 0, 1]], connections: 9 },
      { type: 'MemberJoined', version: 3, member: '1_02', incarnation: 2, evidence: { connections: 9 } },
      { type: 'SlotsAssigned', version: 3, to: [[2, 0, 1]] },
      { type: 'GroupBalanced', version: 3 },
    ]);
  });

  it('takes a member back after the group was down', () => {
    const group = configured(2, 2);
    group.tell(seen('1_02'));
    group.tell(silent('1_02'));
    expect(group.decides(seen('1_02', 2))).toEqual([
      { type: 'MemberJoined', version: 4, member: '1_02', incarnation: 2, evidence: {} },
      { type: 'SlotsAssigned', version: 4, to: [[2, 0, 1]] },
      { type: 'CopiesChosen', version: 4, reason: 'joined', member: '1_02', copies: [], exposed: [0, 1] },
      { type: 'SmoChanged', version: 4, smo: '1_02' },
      { type: 'GroupBalanced', version: 4 },
    ]);
  });

  it('takes a lost incarnation back only once it has read its loss', () => {
    const group = settled(2, 4);
    group.tell(silent('1_02'));
    const lostAt = group.state.version;
    expect(group.tell(seen('1_02', 1))).toEqual([]);
    expect(group.tell(seen('1_02', 1, { version: lostAt - 1 }))).toEqual([]);
    expect(group.decides(seen('1_02', 1, { version: lostAt }))[0]).toEqual({
      type: 'MemberJoined',
      version: lostAt + 1,
      member: '1_02',
      incarnation: 1,
      evidence: {},
    });
  });

  it.each([
    ['before the group is configured', new Group(), seen('1_01')],
    ['about a member of another group', settled(2, 4), seen('1_09')],
    ['about an active member', settled(2, 4), seen('1_01', 1)],
    ['about an active member that has folded a later table', settled(2, 4), seen('1_01', 1, { version: 9 })],
    ['about an incarnation from before', configuredWithIncarnation(5), seen('1_01', 4)],
  ])('leads to nothing %s', (_when, group, told) => {
    expect(group.tell(told)).toEqual([]);
  });

  it('gives a member without weight copies only where there is nobody else', () => {
    const group = configured(2, 4, {
      members: [
        { id: '1_01', weight: 1 },
        { id: '1_02', weight: 0 },
      ],
    });
    group.tell(seen('1_01'));
    group.tell(seen('1_02'));
    group.copyAll();
    expect(group.state).toMatchObject({ active: [1, 1, 1, 1], backup: [2, 2, 2, 2], rebalancing: false });
  });
});

function configuredWithIncarnation(incarnation: number): Group {
  const group = configured(2, 4);
  group.tell(seen('1_01', incarnation));
  return group;
}
