import { describe, expect, it } from '@jest/globals';
import type { Group } from '../testing/group.js';
import { adminOf, configured, drained, reported, seen, settled, silent } from '../testing/group.js';

const OLD = 81_020;
const NEW = 82_000;

const of = (member: string, rank: number, mixes = false, incarnation = 1, rest: Record<string, unknown> = {}) =>
  seen(member, incarnation, { rank, mixes, ...rest });
const mixing = (member: string, mixes: boolean, problems: readonly string[] = []) => ({
  ...reported(member, problems),
  mixes,
});
const held = (member: string, rank: number, where: 'older' | 'newer', incarnation = 1): object => ({
  type: 'MemberHeld',
  member,
  incarnation,
  rank,
  reason: `members of ${where === 'older' ? 'an older' : 'a newer'} release serve, and multi-version is off ${
    where === 'older' ? 'here' : 'there'
  }: turn it on, or take them down first`,
});

/** Members of this rank that have all joined and are in step. */
function serving(rank: number, mixes: boolean, ...members: readonly string[]): Group {
  const group = configured(3, 6);
  for (const member of members) {
    group.tell(of(member, rank, mixes));
    group.copyAll();
  }
  return group;
}
const typesOf = (events: readonly object[]): unknown[] => events.map((event) => (event as { type: string }).type);

describe('a member of a newer release', () => {
  it('waits while older ones serve, which is said once for each of its starts', () => {
    const group = serving(OLD, false, '1_01', '1_02');
    const { version } = group.state;
    expect(group.decides(of('1_03', NEW))).toEqual([{ ...held('1_03', NEW, 'older'), version: version + 1 }]);
    expect(group.state.members[2]).toMatchObject({ status: 'out', incarnation: 0, heldIncarnation: 1 });
    expect(group.tell(of('1_03', NEW))).toEqual([]);
    expect(group.decides(of('1_03', NEW, false, 2))).toMatchObject([held('1_03', NEW, 'older', 2)]);
    expect(group.tell(of('1_03', NEW, false, 2))).toEqual([]);
  });

  it('joins once it may mix, with what it said of itself', () => {
    const group = serving(OLD, false, '1_01', '1_02');
    group.tell(of('1_03', NEW));
    expect(group.decides(of('1_03', NEW, true))[0]).toEqual({
      type: 'MemberJoined',
      version: 6,
      member: '1_03',
      incarnation: 1,
      rank: NEW,
      mixes: true,
      evidence: {},
    });
    expect(group.state.members[2]).toMatchObject({ status: 'active', rank: NEW, mixes: true });
  });

  it('joins when the last older one has gone, were that one only leaving until then', () => {
    const group = serving(OLD, false, '1_01');
    group.tell(of('1_02', NEW));
    group.tell(adminOf('1_01', 'down', true));
    expect(typesOf(group.tell(of('1_02', NEW)))).toContain('MemberJoined');
    const drain = serving(OLD, false, '1_01', '1_02');
    drain.tell(adminOf('1_02', 'down'));
    drain.copyAll();
    expect(drain.decides(of('1_03', NEW))).toMatchObject([held('1_03', NEW, 'older')]);
    drain.tell(drained(drain, '1_02'));
    drain.tell(silent('1_01'));
    expect(typesOf(drain.tell(of('1_03', NEW)))).toContain('MemberJoined');
  });

  it('is lost and held in one commit where it comes back as such, and the others take its slots over', () => {
    const group = serving(OLD, false, '1_01', '1_02');
    const events = group.decides(of('1_02', NEW, false, 2));
    expect(typesOf(events)).toEqual(['MemberLost', 'SlotsTakenOver', 'MemberHeld', 'CopiesChosen']);
    expect(events[0]).toMatchObject({ type: 'MemberLost', member: '1_02', reason: 'replaced' });
    expect(group.state.active).toEqual([1, 1, 1, 1, 1, 1]);
    expect(group.tell(of('1_02', NEW, false, 2))).toEqual([]);
  });

  it('is not held where its administration, a fault or a freeze keeps it out', () => {
    const group = serving(OLD, false, '1_01', '1_02');
    expect(group.tell(of('1_03', NEW, false, 1, { problems: ['fwd'] }))).toEqual([]);
    group.tell(adminOf('1_03', 'down'));
    expect(group.tell(of('1_03', NEW))).toEqual([]);
    group.tell(adminOf('1_03', 'up'));
    group.tell({ type: 'freeze', forMs: 5_000 });
    expect(group.tell(of('1_03', NEW))).toEqual([]);
  });
});

describe('a member of an older release', () => {
  it('waits while newer ones serve that may not mix', () => {
    const group = serving(NEW, false, '1_01', '1_02');
    expect(group.decides(of('1_03', OLD, true))).toMatchObject([held('1_03', OLD, 'newer')]);
    expect(group.tell(of('1_03', OLD, true))).toEqual([]);
  });

  it('joins beside newer ones that all may mix', () => {
    const group = serving(NEW, true, '1_01', '1_02');
    group.tell(mixing('1_02', false));
    expect(group.decides(of('1_03', OLD))).toMatchObject([held('1_03', OLD, 'newer')]);
    group.tell(mixing('1_02', true));
    expect(typesOf(group.tell(of('1_03', OLD)))).toContain('MemberJoined');
  });

  it('joins when they go', () => {
    const group = serving(NEW, false, '1_01');
    group.tell(of('1_03', OLD));
    group.tell(silent('1_01'));
    expect(typesOf(group.tell(of('1_03', OLD)))).toContain('MemberJoined');
    expect(group.state.members[2]).toMatchObject({ rank: OLD, mixes: false });
  });
});

describe('members of one release, or of none that is known', () => {
  it('join beside one another', () => {
    const group = serving(OLD, false, '1_01');
    expect(typesOf(group.tell(of('1_02', OLD)))).toContain('MemberJoined');
    expect(typesOf(group.tell(seen('1_03')))).toContain('MemberJoined');
    expect(typesOf(settled(2, 6).tell(of('1_01', NEW, false, 2)))).toContain('MemberJoined');
  });
});

describe('a member says whether it may mix', () => {
  it('once, with its problems', () => {
    const group = serving(NEW, false, '1_01', '1_02');
    const { version } = group.state;
    expect(group.decides(mixing('1_01', true))).toEqual([
      { type: 'MemberReported', version: version + 1, member: '1_01', incarnation: 1, problems: [], mixes: true },
    ]);
    expect(group.state.members[0]).toMatchObject({ rank: NEW, mixes: true });
    expect(group.tell(mixing('1_01', true))).toEqual([]);
    expect(group.tell(reported('1_01', []))).toEqual([]);
    expect(group.decides(mixing('1_01', true, ['fwd']))[0]).toMatchObject({ problems: ['fwd'], mixes: true });
    expect(group.decides(reported('1_01', []))[0]).not.toHaveProperty('mixes');
    expect(group.state.members[0]).toMatchObject({ mixes: true, problems: [] });
  });

  it('not while states are frozen, and not of another start', () => {
    const group = serving(NEW, false, '1_01', '1_02');
    expect(group.tell({ ...mixing('1_01', true), incarnation: 2 })).toEqual([]);
    group.tell({ type: 'freeze', forMs: 5_000 });
    expect(group.tell(mixing('1_01', true))).toEqual([]);
  });
});

describe('all members are taken down by force, twice, as at a switch', () => {
  it('leaves nobody, whoever the slots were handed to meanwhile', () => {
    const group = settled(3, 6);
    const down = (member: string): unknown[] => typesOf(group.tell(adminOf(member, 'down', true)));
    expect(down('1_01')).toEqual(['AdminSet', 'SlotsSwapped', 'CopiesChosen', 'SmoChanged']);
    down('1_02');
    expect(down('1_03')).toContain('MemberLost');
    expect(group.state.members.map((m) => m.status)).toEqual(['active', 'active', 'out']);
    down('1_01');
    expect(down('1_02')).toContain('GroupDown');
    expect(down('1_03')).toEqual(['AdminIgnored']);
    expect(group.state.members.every((m) => m.status === 'out' && m.admin === 'down')).toBe(true);
  });

  it('is ignored without force for one that is leaving already', () => {
    const group = settled(2, 4);
    group.tell(adminOf('1_01', 'down'));
    expect(group.decides(adminOf('1_01', 'down'))).toMatchObject([
      { type: 'AdminIgnored', reason: '1_01 is administratively down already' },
    ]);
    const { active } = group.state;
    expect(group.decides(adminOf('1_01', 'down', true))).toMatchObject([{ type: 'AdminSet', state: 'down' }]);
    expect(group.state).toMatchObject({ active, members: [{ status: 'active' }, { status: 'active' }] });
  });
});
