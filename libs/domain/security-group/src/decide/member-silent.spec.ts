import { describe, expect, it } from '@jest/globals';
import { configured, Group, seen, settled, silent } from '../testing/group.js';

describe('memberSilent', () => {
  it('hands each slot to its backup, moves nothing else, and chooses new copies at once', () => {
    const group = settled(3, 6);
    expect(group.state.active).toEqual([3, 2, 2, 3, 1, 1]);
    expect(group.state.backup).toEqual([2, 3, 1, 1, 3, 2]);
    expect(group.decides(silent('1_01', 1, { missed: 3, connections: 40 }))).toEqual([
      {
        type: 'MemberLost',
        version: 8,
        member: '1_01',
        incarnation: 1,
        reason: 'silence',
        evidence: { missed: 3, connections: 40 },
      },
      {
        type: 'SlotsTakenOver',
        version: 8,
        by: [
          [2, 5],
          [3, 4],
        ],
      },
      {
        type: 'CopiesChosen',
        version: 8,
        reason: 'lost',
        member: '1_01',
        copies: [
          [2, 3, 4],
          [3, 2, 5],
        ],
        exposed: [2, 3, 4, 5],
      },
      { type: 'SmoChanged', version: 8, smo: '1_02' },
    ]);
    expect(group.state.active).toEqual([3, 2, 2, 3, 3, 2]);
    expect(group.state.epoch).toEqual([6, 4, 4, 7, 8, 8]);
    expect(group.state.rebalancing).toBe(false);
  });

  it('names the slots nobody held a copy of, and the connections they may have held', () => {
    const group = settled(3, 6);
    group.tell(silent('1_01'));
    expect(group.decides(silent('1_02', 1, { connections: 60 }))).toEqual([
      {
        type: 'MemberLost',
        version: 9,
        member: '1_02',
        incarnation: 1,
        reason: 'silence',
        evidence: { connections: 60 },
      },
      { type: 'SlotsTakenOver', version: 9, by: [[3, 1]] },
      { type: 'SlotsOrphaned', version: 9, was: '1_02', to: [[3, 2, 5]], connections: 60 },
      { type: 'CopiesChosen', version: 9, reason: 'lost', member: '1_02', copies: [], exposed: [0, 1, 2, 3, 4, 5] },
      { type: 'SmoChanged', version: 9, smo: '1_03' },
    ]);
  });

  it('does not make up a number of connections it was not told', () => {
    const group = settled(2, 2);
    group.tell(silent('1_01'));
    const orphaned = group.tell(silent('1_02')).find((event) => event.type === 'SlotsOrphaned');
    expect(orphaned).toEqual({ type: 'SlotsOrphaned', version: 6, was: '1_02', to: [[0, 0, 1]] });
  });

  it('gives orphans to the least loaded by weight, lowest number first', () => {
    const weights = [1, 1, 2];
    const group = configured(3, 8, { members: weights.map((weight, i) => ({ id: `1_0${i + 1}`, weight })) });
    group.tell(seen('1_01'));
    group.tell(seen('1_02'));
    group.tell(seen('1_03'));
    expect(group.decides(silent('1_01'))[1]).toEqual({
      type: 'SlotsOrphaned',
      version: 5,
      was: '1_01',
      to: [
        [2, 1, 4, 7],
        [3, 0, 2, 3, 5, 6],
      ],
    });
  });

  it('counts what survivors just took over before it gives them orphans', () => {
    const group = settled(3, 6);
    const { state } = group;
    group.state = { ...state, active: [1, 1, 1, 1, 2, 3], backup: [2, 2, 0, 0, 3, 2] };
    expect(group.decides(silent('1_01', 1, {})).slice(1, 3)).toEqual([
      { type: 'SlotsTakenOver', version: 8, by: [[2, 0, 1]] },
      { type: 'SlotsOrphaned', version: 8, was: '1_01', to: [[3, 2, 3]] },
    ]);
  });

  it('gives no orphans to a member without weight while there is another', () => {
    const weights = [1, 0, 1];
    const group = configured(3, 4, { members: weights.map((weight, i) => ({ id: `1_0${i + 1}`, weight })) });
    group.tell(seen('1_01'));
    group.tell(seen('1_02'));
    group.tell(seen('1_03'));
    group.tell(silent('1_01'));
    expect(group.state.active).toEqual([3, 3, 3, 3]);
    expect(group.state.joining).toEqual([2, 2, 2, 2]);
    group.tell(silent('1_03'));
    expect(group.state.active).toEqual([2, 2, 2, 2]);
  });

  it('takes a number of connections below zero for not known', () => {
    const group = configured(2, 1);
    group.tell(seen('1_02'));
    const orphaned = group.decides(silent('1_02', 1, { connections: -1 }))[1];
    expect(orphaned).toEqual({ type: 'SlotsOrphaned', version: 3, was: '1_02', to: [[0, 0]] });
  });

  it('drops the copy to a member that gets the slot itself', () => {
    const group = configured(2, 2);
    group.tell(seen('1_01'));
    group.tell(seen('1_02'));
    expect(group.state.joining).toEqual([2, 2]);
    group.tell(silent('1_01'));
    expect(group.state).toMatchObject({ active: [2, 2], joining: [0, 0], joiningSince: [0, 0] });
  });

  it('says that nothing is copied any more when the member that was copied to is lost', () => {
    const group = configured(2, 2);
    group.tell(seen('1_01'));
    group.tell(seen('1_02'));
    expect(group.decides(silent('1_02', 1, {}))).toEqual([
      { type: 'MemberLost', version: 4, member: '1_02', incarnation: 1, reason: 'silence', evidence: {} },
      { type: 'CopiesChosen', version: 4, reason: 'lost', member: '1_02', copies: [], exposed: [0, 1] },
      { type: 'GroupBalanced', version: 4 },
    ]);
  });

  it('moves no copy that is where it was, though the placement would have it elsewhere', () => {
    const group = settled(4, 8, { placement: 'pairs' });
    const { backup } = group.state;
    group.tell(silent('1_02'));
    group.state.joining.forEach((to, slot) => {
      if (backup[slot] !== 2 && group.state.epoch[slot] !== group.state.version) expect(to).toBe(0);
    });
    expect(group.state.joining.filter((to) => to !== 0)).toHaveLength(4);
  });

  it('ends with nobody when the last member goes', () => {
    const group = configured(2, 2);
    group.tell(seen('1_02'));
    expect(group.decides(silent('1_02', 1, {}))).toEqual([
      { type: 'MemberLost', version: 3, member: '1_02', incarnation: 1, reason: 'silence', evidence: {} },
      { type: 'SlotsOrphaned', version: 3, was: '1_02', to: [[0, 0, 1]] },
      { type: 'CopiesChosen', version: 3, reason: 'lost', member: '1_02', copies: [], exposed: [] },
      { type: 'GroupDown', version: 3 },
      { type: 'SmoChanged', version: 3, smo: '' },
    ]);
    expect(group.state).toMatchObject({ active: [0, 0], epoch: [3, 3], smo: 0 });
  });

  it('replaces a lost backup and a lost joining member without moving a slot', () => {
    const group = settled(3, 6);
    group.tell(silent('1_03'));
    const { active } = group.state;
    expect(group.state.joining).toContain(1);
    group.tell(seen('1_03', 2));
    group.copyAll();
    group.tell(silent('1_03', 2));
    expect(group.state.joining.includes(3)).toBe(false);
    expect(group.state.backup.includes(3)).toBe(false);
    expect(group.state.active.every((a) => a !== 3)).toBe(true);
    expect(active).toHaveLength(6);
  });

  it('lets a copy to a third member go on when the active member is lost, from the backup', () => {
    const group = settled(3, 6);
    group.tell(silent('1_01'));
    group.tell(seen('1_01', 2));
    const slot = group.state.joining.findIndex((to, s) => to === 1 && group.state.backup[s] !== 0);
    const backup = group.state.backup[slot] as number;
    const before = group.copied(group.state.active[slot] as number, 1, [slot]);
    group.tell(silent(`1_0${group.state.active[slot]}`));
    expect(group.state.active[slot]).toBe(backup);
    expect(group.state.joining[slot]).toBe(1);
    expect(group.decides(before)[0]).toMatchObject({ type: 'InStepRefused', slots: [slot] });
  });

  it('goes on levelling out when a member is lost meanwhile', () => {
    const group = settled(3, 12);
    group.tell(silent('1_03'));
    group.copyAll();
    group.tell(seen('1_03', 2));
    group.copyOne(group.state.joining.findIndex((to) => to !== 0));
    group.tell(silent('1_01'));
    expect(group.state.rebalancing).toBe(true);
    group.copyAll();
    expect(group.state.rebalancing).toBe(false);
    expect([2, 3].map((m) => group.state.active.filter((a) => a === m).length)).toEqual([6, 6]);
    expect(group.state.backup).toEqual(group.state.active.map((a) => 5 - a));
  });

  it('hears the second of two orchestrators without doing it twice', () => {
    const group = settled(3, 6);
    group.tell(silent('1_01'));
    expect(group.tell(silent('1_01'))).toEqual([]);
  });

  it('does not take evidence from before a join for news', () => {
    const group = settled(2, 4);
    group.tell(silent('1_02'));
    const folded = group.state.version;
    group.tell(seen('1_02', 1, { version: folded }));
    expect(group.tell({ ...silent('1_02'), version: folded })).toEqual([]);
    expect(group.tell({ ...silent('1_02'), version: folded + 1 })[0]?.type).toBe('MemberLost');
  });

  it.each([
    ['before the group is configured', new Group(), silent('1_01')],
    ['about a member of another group', settled(2, 4), silent('1_09')],
    ['about an older incarnation', restarted(), silent('1_01', 1)],
    ['about an incarnation that has not joined', settled(2, 4), silent('1_01', 2)],
    ['about a member that never joined', configured(2, 4), silent('1_01', 1)],
  ])('leads to nothing %s', (_when, group, told) => {
    expect(group.tell(told)).toEqual([]);
  });
});

function restarted(): Group {
  const group = settled(2, 4);
  group.tell(seen('1_01', 2));
  return group;
}
