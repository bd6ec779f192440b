import { describe, expect, it } from '@jest/globals';
import { adminOf, configured, drained, reported, RULES, seen, settled, silent } from '../testing/group.js';

describe('an operator takes a member down', () => {
  it('hands its slots to their backups at once, and keeps its copies until others hold them', () => {
    const group = settled(3, 6);
    expect(group.state.active).toEqual([3, 2, 2, 3, 1, 1]);
    expect(group.state.backup).toEqual([2, 3, 1, 1, 3, 2]);
    expect(group.decides(adminOf('1_01', 'down'))).toEqual([
      { type: 'AdminSet', version: 8, member: '1_01', state: 'down' },
      { type: 'SlotsSwapped', version: 8, slots: [4, 5] },
      {
        type: 'CopiesChosen',
        version: 8,
        reason: 'leaving',
        member: '1_01',
        copies: [
          [2, 3, 4],
          [3, 2, 5],
        ],
        exposed: [],
      },
      { type: 'SmoChanged', version: 8, smo: '1_02' },
    ]);
    expect(group.state).toMatchObject({ active: [3, 2, 2, 3, 3, 2], backup: [2, 3, 1, 1, 1, 1] });
  });

  it('lets it leave when it says it holds nothing and the table agrees, and not before', () => {
    const group = settled(3, 6);
    group.tell(adminOf('1_01', 'down'));
    expect(group.decides(drained(group, '1_01'))).toEqual([]);
    group.copyAll();
    expect(group.decides(drained(group, '1_01'))).toEqual([
      { type: 'MemberDrained', version: 11, member: '1_01', incarnation: 1, reason: 'admin' },
    ]);
    expect(group.state.members[0]).toMatchObject({ status: 'out', admin: 'down', drained: true, lostAt: 11 });
    expect(group.state).toMatchObject({ active: [3, 2, 2, 3, 3, 2], backup: [2, 3, 3, 2, 2, 3] });
  });

  it('waits for copies that are to be made before it goes, where it holds no slot but exposes some', () => {
    const group = settled(2, 4);
    group.tell(silent('1_02'));
    group.tell(seen('1_02', 2));
    expect(group.decides(adminOf('1_01', 'down'))).toEqual([
      { type: 'AdminSet', version: 7, member: '1_01', state: 'down' },
      { type: 'SmoChanged', version: 7, smo: '1_02' },
    ]);
    expect(group.state).toMatchObject({ active: [1, 1, 1, 1], joining: [2, 2, 2, 2] });
    expect(group.decides(group.copied(1, 2, [0, 1, 2, 3]))).toEqual([
      { type: 'BackupsInStep', version: 8, member: '1_02', incarnation: 2, slots: [0, 1, 2, 3] },
      { type: 'SlotsSwapped', version: 8, slots: [0, 1, 2, 3] },
      { type: 'CopiesChosen', version: 8, reason: 'inStep', member: '1_02', copies: [], exposed: [] },
      { type: 'GroupBalanced', version: 8 },
    ]);
  });

  it('does not believe a word from before the last slot went away', () => {
    const group = settled(2, 4);
    const before = group.state.version;
    expect(group.decides(adminOf('1_02', 'down'))).toEqual([
      { type: 'AdminSet', version: 5, member: '1_02', state: 'down' },
      { type: 'SlotsSwapped', version: 5, slots: [0, 1] },
    ]);
    expect(group.decides(drained(group, '1_02', before))).toEqual([]);
    expect(group.decides(drained(group, '1_02'))).toEqual([
      { type: 'MemberDrained', version: 6, member: '1_02', incarnation: 1, reason: 'admin' },
      { type: 'CopiesChosen', version: 6, reason: 'leaving', member: '1_02', copies: [], exposed: [0, 1, 2, 3] },
    ]);
  });

  it('believes nobody that was not told to leave', () => {
    const group = settled(3, 6);
    expect(group.decides(drained(group, '1_02'))).toEqual([]);
    const holdsNothingYet = configured(3, 6);
    for (const id of ['1_01', '1_02', '1_03']) holdsNothingYet.tell(seen(id));
    expect(holdsNothingYet.decides(drained(holdsNothingYet, '1_03'))).toEqual([]);
  });

  it('lets it take over as the last resort when those that stay die first', () => {
    const group = settled(2, 4);
    group.tell(adminOf('1_02', 'down'));
    expect(group.decides(silent('1_01'))).toEqual([
      { type: 'MemberLost', version: 6, member: '1_01', incarnation: 1, reason: 'silence', evidence: { missed: 3 } },
      { type: 'SlotsTakenOver', version: 6, by: [[2, 0, 1, 2, 3]] },
      { type: 'CopiesChosen', version: 6, reason: 'lost', member: '1_01', copies: [], exposed: [0, 1, 2, 3] },
      { type: 'SmoChanged', version: 6, smo: '1_02' },
    ]);
    expect(group.decides(drained(group, '1_02'))).toEqual([]);
  });

  it('keeps it out when it restarts', () => {
    const group = settled(3, 6);
    group.tell(adminOf('1_01', 'down'));
    expect(group.decides(seen('1_01', 2)).map((event) => event['type'])).toEqual(['MemberLost', 'CopiesChosen']);
    expect(group.decides(seen('1_01', 2, { version: 99 }))).toEqual([]);
  });

  it('refuses the last that can serve, unless it is forced: then the group is down', () => {
    const group = settled(2, 4);
    group.tell(reported('1_02', ['fwd']));
    const before = group.state;
    expect(group.decides(adminOf('1_01', 'down'))).toEqual([
      {
        type: 'AdminRefused',
        version: 6,
        member: '1_01',
        state: 'down',
        reason: '1_01 is the last member that can serve: bring another one up first, or force it and lose the service',
      },
    ]);
    expect(group.state).toEqual({ ...before, version: 6 });
    group.tell(drained(group, '1_02'));
    expect(group.decides(adminOf('1_01', 'down', true))).toEqual([
      { type: 'AdminSet', version: 8, member: '1_01', state: 'down' },
      { type: 'MemberLost', version: 8, member: '1_01', incarnation: 1, reason: 'admin', evidence: {} },
      { type: 'SlotsOrphaned', version: 8, was: '1_01', to: [[0, 0, 1, 2, 3]] },
      { type: 'CopiesChosen', version: 8, reason: 'lost', member: '1_01', copies: [], exposed: [] },
      { type: 'GroupDown', version: 8 },
      { type: 'SmoChanged', version: 8, smo: '' },
    ]);
  });

  it('is ignored the second time, and refused for a stranger', () => {
    const group = settled(3, 6);
    group.tell(adminOf('1_01', 'down'));
    expect(group.decides(adminOf('1_01', 'down'))).toEqual([
      {
        type: 'AdminIgnored',
        version: 9,
        member: '1_01',
        state: 'down',
        reason: '1_01 is administratively down already',
      },
    ]);
    expect(group.decides(adminOf('1_09', 'down'))).toEqual([
      {
        type: 'AdminRefused',
        version: 10,
        member: '1_09',
        state: 'down',
        reason: '1_09 is not a member of this group',
      },
    ]);
  });
});

describe('without a drain (negative control)', () => {
  it('is lost at once, with what it had not copied', () => {
    const group = settled(3, 6, { rules: { ...RULES, drain: false } });
    expect(group.decides(adminOf('1_01', 'down')).map((event) => event['type'])).toEqual([
      'AdminSet',
      'MemberLost',
      'SlotsTakenOver',
      'CopiesChosen',
      'SmoChanged',
    ]);
  });
});

describe('an operator lets a member in again', () => {
  it('lets it join as any other, with its incarnation of before', () => {
    const group = settled(3, 6);
    group.tell(adminOf('1_01', 'down'));
    group.copyAll();
    group.tell(drained(group, '1_01'));
    expect(group.decides(seen('1_01', 1, { version: 99 }))).toEqual([]);
    expect(group.decides(adminOf('1_01', 'up'))).toEqual([
      { type: 'AdminSet', version: 12, member: '1_01', state: 'up' },
    ]);
    expect(group.decides(seen('1_01', 1, { version: 99 }))).toEqual([
      { type: 'MemberJoined', version: 13, member: '1_01', incarnation: 1, evidence: {} },
      { type: 'CopiesChosen', version: 13, reason: 'joined', member: '1_01', copies: [[1, 0, 1, 2, 3]], exposed: [] },
      { type: 'SmoChanged', version: 13, smo: '1_01' },
    ]);
    group.copyAll();
    expect([1, 2, 3].map((m) => group.state.active.filter((a) => a === m).length)).toEqual([2, 2, 2]);
  });

  it('gives it its share back where it had not left yet', () => {
    const group = settled(2, 4);
    group.tell(adminOf('1_02', 'down'));
    expect(group.decides(adminOf('1_02', 'up'))).toEqual([
      { type: 'AdminSet', version: 6, member: '1_02', state: 'up' },
      { type: 'SlotsSwapped', version: 6, slots: [0, 1] },
      { type: 'GroupBalanced', version: 6 },
    ]);
  });

  it('brings up no member that a fault keeps down', () => {
    const group = settled(3, 6);
    group.tell(reported('1_02', ['routed', 'fwd']));
    const reason =
      '1_02 is down because of a fault (fwd, routed), not by an operator: mend the fault, then it comes up by itself';
    expect(group.decides(adminOf('1_02', 'up'))).toEqual([
      { type: 'AdminRefused', version: 9, member: '1_02', state: 'up', reason },
    ]);
    group.tell(silent('1_03'));
    expect(group.decides(adminOf('1_03', 'up'))).toMatchObject([{ type: 'AdminRefused' }]);
  });

  it('is ignored for a member that is up', () => {
    expect(settled(3, 6).decides(adminOf('1_02', 'up'))).toEqual([
      { type: 'AdminIgnored', version: 8, member: '1_02', state: 'up', reason: '1_02 is up already' },
    ]);
  });

  it('says nothing of members that never came', () => {
    expect(configured(2, 2).decides(adminOf('1_01', 'down'))).toEqual([
      { type: 'AdminSet', version: 2, member: '1_01', state: 'down' },
    ]);
  });
});
