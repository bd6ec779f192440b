import { describe, expect, it } from '@jest/globals';
import { configured, Group, seen, settled, silent } from '../testing/group.js';

const NOT_CHOSEN = 'the member is not being copied to in these slots (any more)';
const MOVED = 'the slots have another active member than the one the copy was made from';
const TOO_OLD = 'the copy began before the slot moved or the member was chosen: copy again';

describe('inStep', () => {
  it('makes the member the backup and ends the exposure', () => {
    const group = settled(3, 6);
    group.tell(silent('1_01'));
    expect(group.state.joining).toEqual([0, 0, 3, 2, 2, 3]);
    expect(group.decides(group.copied(2, 3, [2]))).toEqual([
      { type: 'BackupsInStep', version: 9, member: '1_03', incarnation: 1, slots: [2] },
      {
        type: 'CopiesChosen',
        version: 9,
        reason: 'inStep',
        member: '1_03',
        copies: [
          [2, 3, 4],
          [3, 5],
        ],
        exposed: [3, 4, 5],
      },
    ]);
    expect(group.state.backup).toEqual([2, 3, 3, 0, 0, 0]);
    expect(group.state.epoch).toEqual([6, 4, 4, 7, 8, 8]);
  });

  it('hands slots over by a swap until the table is level', () => {
    const group = configured(2, 4);
    group.tell(seen('1_01'));
    group.tell(seen('1_02'));
    expect(group.decides(group.copied(1, 2, [1, 3]))).toEqual([
      { type: 'BackupsInStep', version: 4, member: '1_02', incarnation: 1, slots: [1, 3] },
      { type: 'SlotsSwapped', version: 4, slots: [1, 3] },
      { type: 'CopiesChosen', version: 4, reason: 'inStep', member: '1_02', copies: [[2, 0, 2]], exposed: [0, 2] },
    ]);
    expect(group.state).toMatchObject({ active: [1, 2, 1, 2], backup: [0, 1, 0, 1], epoch: [2, 4, 2, 4] });
    expect(group.decides(group.copied(1, 2, [0, 2]))).toEqual([
      { type: 'BackupsInStep', version: 5, member: '1_02', incarnation: 1, slots: [0, 2] },
      { type: 'CopiesChosen', version: 5, reason: 'inStep', member: '1_02', copies: [], exposed: [] },
      { type: 'GroupBalanced', version: 5 },
    ]);
  });

  it('keeps the old backup until the new one is in step', () => {
    const group = settled(2, 4);
    group.tell(silent('1_02'));
    group.tell(seen('1_02', 2));
    group.copyAll();
    group.tell(seen('1_02', 3));
    expect(group.state.backup).toEqual([0, 0, 0, 0]);
    const three = settled(3, 6);
    three.tell(silent('1_03'));
    three.copyAll();
    const backups = three.state.backup;
    three.tell(seen('1_03', 2));
    expect(three.state.backup).toEqual(backups);
    expect(three.state.joining).toContain(3);
  });

  it('refuses slots one by one and accepts the rest', () => {
    const group = configured(3, 6);
    group.tell(seen('1_01'));
    group.tell(seen('1_02'));
    group.tell(group.copied(1, 2, [0, 1, 2]));
    group.tell(seen('1_03'));
    expect(group.state).toMatchObject({ active: [2, 2, 2, 1, 1, 1], joining: [3, 3, 0, 2, 2, 2] });
    expect(group.decides(group.copied(1, 2, [5, 3, 0, 5]))).toMatchObject([
      { type: 'BackupsInStep', member: '1_02', slots: [3, 5] },
      { type: 'InStepRefused', member: '1_02', incarnation: 1, slots: [0], reason: NOT_CHOSEN },
      { type: 'CopiesChosen' },
    ]);
  });

  it('refuses a copy made from a member that is not active there any more', () => {
    const group = settled(3, 6);
    group.tell(silent('1_01'));
    expect(group.state).toMatchObject({ active: [3, 2, 2, 3, 3, 2], joining: [0, 0, 3, 2, 2, 3] });
    expect(group.decides(group.copied(3, 2, [3]))[0]).toMatchObject({ type: 'BackupsInStep' });
    const { version } = group.state;
    group.tell(seen('1_01', 2));
    expect(group.decides(group.copied(1, 3, [5], version))).toEqual([
      { type: 'InStepRefused', version: version + 2, member: '1_03', incarnation: 1, slots: [5], reason: MOVED },
    ]);
    expect(group.state.joining[5]).toBe(3);
  });

  it('refuses a copy that began before the member was chosen', () => {
    const group = settled(3, 6);
    group.tell(silent('1_01'));
    expect(group.decides(group.copied(2, 3, [2], group.state.version - 1))).toEqual([
      { type: 'InStepRefused', version: 9, member: '1_03', incarnation: 1, slots: [2], reason: TOO_OLD },
    ]);
    expect(group.decides(group.copied(2, 3, [2], 8))[0]).toMatchObject({ type: 'BackupsInStep', slots: [2] });
  });

  it('refuses a copy from before the slot went away from its active member and came back', () => {
    const group = settled(3, 6);
    const { state } = group;
    const none = [0, 0, 0, 0, 0];
    group.state = { ...state, joining: [1, ...none], joiningSince: [5, ...none], epoch: [7, 4, 4, 7, 2, 2] };
    expect(group.state.active[0]).toBe(3);
    expect(group.decides(group.copied(3, 1, [0], 6))).toMatchObject([{ type: 'InStepRefused', reason: TOO_OLD }]);
    expect(group.decides(group.copied(3, 1, [0], 7))[0]).toMatchObject({ type: 'BackupsInStep', slots: [0] });
  });

  it('does not begin other copies again when one comes in step', () => {
    const group = settled(3, 6);
    group.tell(silent('1_01'));
    group.tell(group.copied(2, 3, [2]));
    expect(group.state.joiningSince).toEqual([0, 0, 0, 8, 8, 8]);
    expect(group.decides(group.copied(2, 3, [5], 8))[0]).toMatchObject({ type: 'BackupsInStep', slots: [5] });
  });

  it.each<[string, (group: Group) => Record<string, unknown>, string]>([
    ['a restarted member', () => ({ incarnation: 2 }), '1_03 has been restarted: expected incarnation 1, seen 2'],
    ['a restarted source', () => ({ activeIncarnation: 9 }), '1_02 has been restarted: expected incarnation 1, seen 9'],
    ['a member that is out', () => ({ member: '1_01' }), '1_01 is not active'],
    ['a stranger', () => ({ member: '1_07' }), '1_07 is not a member of this group'],
  ])('refuses all of it for %s', (_who, change, reason) => {
    const group = settled(3, 6);
    group.tell(silent('1_01'));
    const before = group.state;
    const events = group.decides({ ...group.copied(2, 3, [2, 5]), ...change(group) });
    expect(events).toMatchObject([{ type: 'InStepRefused', slots: [2, 5], reason }]);
    expect(group.state).toEqual({ ...before, version: before.version + 1 });
  });

  it('refuses before the group is configured', () => {
    expect(
      new Group().decides({
        type: 'inStep',
        member: '1_01',
        incarnation: 1,
        active: '1_02',
        activeIncarnation: 1,
        slots: [0],
        version: 0,
      }),
    ).toEqual([
      {
        type: 'InStepRefused',
        version: 1,
        member: '1_01',
        incarnation: 1,
        slots: [0],
        reason: '1_01 is not a member of this group',
      },
    ]);
  });
});

describe('without requireInStep (negative control)', () => {
  it('counts a copy as a backup the moment it is chosen', () => {
    const group = configured(2, 4, { requireInStep: false });
    group.tell(seen('1_01'));
    expect(group.decides(seen('1_02'))).toEqual([
      { type: 'MemberJoined', version: 3, member: '1_02', incarnation: 1, evidence: {} },
      { type: 'BackupsAssumed', version: 3, copies: [[2, 0, 1, 2, 3]] },
      { type: 'SlotsSwapped', version: 3, slots: [0, 1] },
      { type: 'CopiesChosen', version: 3, reason: 'joined', member: '1_02', copies: [], exposed: [] },
      { type: 'GroupBalanced', version: 3 },
    ]);
    expect(group.state).toMatchObject({ active: [2, 2, 1, 1], backup: [1, 1, 2, 2], joining: [0, 0, 0, 0] });
  });
});
