import { describe, expect, it } from '@jest/globals';
import { drained, reported, seen, settled, silent } from '../testing/group.js';

describe('a critical device has a problem', () => {
  it('takes the member down at once, and out once it has handed over', () => {
    const group = settled(2, 4);
    expect(group.decides(reported('1_01', ['routed', 'fwd', 'fwd']))).toEqual([
      { type: 'MemberReported', version: 5, member: '1_01', incarnation: 1, problems: ['fwd', 'routed'] },
      { type: 'SlotsSwapped', version: 5, slots: [2, 3] },
      { type: 'SmoChanged', version: 5, smo: '1_02' },
    ]);
    expect(group.decides(drained(group, '1_01'))).toEqual([
      { type: 'MemberDrained', version: 6, member: '1_01', incarnation: 1, reason: 'pnote' },
      { type: 'CopiesChosen', version: 6, reason: 'leaving', member: '1_01', copies: [], exposed: [0, 1, 2, 3] },
    ]);
  });

  it('is heard once, and not from an incarnation that is over', () => {
    const group = settled(2, 4);
    group.tell(reported('1_01', ['fwd']));
    expect(group.decides(reported('1_01', ['fwd']))).toEqual([]);
    expect(group.decides(reported('1_02', ['fwd'], 7))).toEqual([]);
  });

  it('leaves the last one where it is: it serves with its problem', () => {
    const group = settled(2, 4);
    group.tell(reported('1_01', ['fwd']));
    expect(group.decides(reported('1_02', ['ted']))).toEqual([
      { type: 'MemberReported', version: 6, member: '1_02', incarnation: 1, problems: ['ted'] },
      { type: 'SmoChanged', version: 6, smo: '1_01' },
    ]);
    expect(group.state.active).toEqual([2, 2, 2, 2]);
    expect(group.decides(drained(group, '1_02'))).toEqual([]);
  });

  it('gives the member its share back when it is mended', () => {
    const group = settled(2, 4);
    group.tell(reported('1_01', ['fwd']));
    expect(group.decides(reported('1_01', []))).toEqual([
      { type: 'MemberReported', version: 6, member: '1_01', incarnation: 1, problems: [] },
      { type: 'SlotsSwapped', version: 6, slots: [0, 1] },
      { type: 'SmoChanged', version: 6, smo: '1_01' },
      { type: 'GroupBalanced', version: 6 },
    ]);
  });

  it('keeps a member out while anybody fit serves, and lets it in where nobody does', () => {
    const group = settled(2, 4);
    group.tell(silent('1_01'));
    expect(group.decides(seen('1_01', 2, { problems: ['fwd'] }))).toEqual([]);
    group.tell(silent('1_02'));
    expect(group.decides(seen('1_01', 2, { problems: ['fwd'] }))).toEqual([
      { type: 'MemberJoined', version: 7, member: '1_01', incarnation: 2, problems: ['fwd'], evidence: {} },
      { type: 'SlotsAssigned', version: 7, to: [[1, 0, 1, 2, 3]] },
      { type: 'CopiesChosen', version: 7, reason: 'joined', member: '1_01', copies: [], exposed: [0, 1, 2, 3] },
      { type: 'SmoChanged', version: 7, smo: '1_01' },
      { type: 'GroupBalanced', version: 7 },
    ]);
    expect(group.decides(seen('1_02', 2))).toEqual([
      { type: 'MemberJoined', version: 8, member: '1_02', incarnation: 2, evidence: {} },
      {
        type: 'CopiesChosen',
        version: 8,
        reason: 'joined',
        member: '1_02',
        copies: [[2, 0, 1, 2, 3]],
        exposed: [0, 1, 2, 3],
      },
      { type: 'SmoChanged', version: 8, smo: '1_02' },
    ]);
  });

  it('chooses no partner that is leaving', () => {
    const group = settled(4, 8, { placement: 'pairs' });
    group.tell(reported('1_02', ['fwd']));
    group.copyAll();
    expect(group.state.active).not.toContain(2);
    expect(group.state.backup).not.toContain(2);
    expect(group.state.active.every((active, slot) => active !== group.state.backup[slot])).toBe(true);
  });
});

describe('a member says itself that it is gone', () => {
  it.each(['announced', 'pnote'])('is lost like one that fell silent: %s', (reason) => {
    const group = settled(3, 6);
    const events = group.decides({ ...silent('1_01'), reason });
    expect(events[0]).toMatchObject({ type: 'MemberLost', member: '1_01', reason });
    expect(events.map((event) => event['type'])).toEqual([
      'MemberLost',
      'SlotsTakenOver',
      'CopiesChosen',
      'SmoChanged',
    ]);
  });
});
