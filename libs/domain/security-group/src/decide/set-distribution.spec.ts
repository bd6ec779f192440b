import { describe, expect, it } from '@jest/globals';
import type { Told } from '../testing/group.js';
import { adminOf, configOf, configured, drained, seen, settled, silent } from '../testing/group.js';

const change = (inside = 'user', outside = 'network', why?: string): Told => ({
  type: 'setDistribution',
  inside,
  outside,
  ...(why === undefined ? {} : { why }),
});
const ready = (member: string, version: number, incarnation = 1): Told => ({
  type: 'distributionReady',
  member,
  incarnation,
  orchestrator: '1_1',
  version,
});
const typesOf = (events: readonly Record<string, unknown>[]): unknown[] => events.map((event) => event['type']);

describe('the distribution is changed', () => {
  it('once all active members are ready, each counted once', () => {
    const group = settled(3, 6);
    expect(group.decides(change('user', 'network', 'few servers'))).toEqual([
      {
        type: 'DistributionChanging',
        version: 8,
        inside: 'user',
        outside: 'network',
        waiting: ['1_01', '1_02', '1_03'],
      },
    ]);
    expect(group.decides(ready('1_02', 8))).toEqual([
      { type: 'DistributionReady', version: 9, member: '1_02', incarnation: 1 },
    ]);
    expect(group.decides(ready('1_02', 9))).toEqual([]);
    group.tell(ready('1_01', 8));
    expect(group.state.distribution).toEqual({ inside: 'general', outside: 'general', since: 0 });
    expect(group.decides(ready('1_03', 10))).toEqual([
      { type: 'DistributionReady', version: 11, member: '1_03', incarnation: 1 },
      { type: 'DistributionChanged', version: 11, inside: 'user', outside: 'network' },
    ]);
    expect(group.state.distribution).toEqual({ inside: 'user', outside: 'network', since: 11 });
    expect(group.state.nextDistribution).toMatchObject({ since: 0, waiting: [] });
  });

  it('one at a time, to another one, and only while somebody is active', () => {
    const group = settled(2, 4);
    expect(group.decides(change('general', 'general'))).toMatchObject([
      { type: 'DistributionIgnored', reason: 'packets are spread by general inside and general outside already' },
    ]);
    group.tell(change());
    expect(group.decides(change('general', 'general'))).toMatchObject([
      { type: 'DistributionRefused', reason: 'the distribution is being changed just now: wait until it is' },
    ]);
    expect(configured(2, 4).decides(change())).toMatchObject([
      { type: 'DistributionRefused', reason: 'nobody is active: bring a member up first' },
    ]);
  });

  it('from what the fabric was configured with', () => {
    const group = settled(2, 4, { interfaces: { inside: 'user', outside: 'network' } });
    expect(typesOf(group.decides(change()))).toEqual(['DistributionIgnored']);
    group.tell(change('general', 'general'));
    group.tell(ready('1_01', group.state.version));
    group.tell(ready('1_02', group.state.version));
    const config = { ...configOf(2, 4), interfaces: { inside: 'user' as const, outside: 'network' as const } };
    expect(typesOf(group.decides({ type: 'configure', config }))).toEqual(['ConfigureIgnored']);
    const other = settled(2, 4, { interfaces: { inside: 'user', outside: 'user' } });
    expect(typesOf(other.decides({ type: 'configure', config }))).toEqual(['ConfigureRefused']);
  });
});

describe('while the distribution changes', () => {
  it('whoever takes slots over is waited for again, and what it said before counts no more', () => {
    const group = settled(3, 6);
    group.tell(change());
    const { version } = group.state;
    for (const member of ['1_01', '1_02']) group.tell(ready(member, version));
    const takers = [
      ...new Set(group.state.active.flatMap((a, s) => (a === 3 ? [group.state.backup[s] as number] : []))),
    ];
    group.tell(silent('1_03'));
    expect(new Set(group.state.nextDistribution.waiting)).toEqual(new Set(takers));
    for (const taker of takers) {
      const member = `1_0${taker}`;
      expect(group.decides(ready(member, version))).toEqual([]);
      group.tell(ready(member, group.state.version));
    }
    expect(group.state.distribution.since).toBe(group.state.version);
  });

  it('all are waited for again where entries were lost', () => {
    const group = configured(3, 6);
    group.tell(seen('1_01'));
    group.tell(seen('1_02'));
    group.tell(change());
    const { version } = group.state;
    group.tell(ready('1_02', version));
    expect(group.state.nextDistribution.waiting).toEqual([1]);
    // No copy was in step: what 1_01 held is lost, entries that others had asked for among it.
    group.tell(silent('1_01'));
    expect(group.state.nextDistribution.waiting).toEqual([2]);
    expect(group.decides(ready('1_02', version))).toEqual([]);
    expect(typesOf(group.decides(ready('1_02', group.state.version)))).toEqual([
      'DistributionReady',
      'DistributionChanged',
    ]);
  });

  it('a member that joins is waited for, and one that leaves is not', () => {
    const group = settled(3, 6);
    group.tell(silent('1_03'));
    group.tell(change());
    group.tell(seen('1_03', 2));
    expect(group.state.nextDistribution.waiting).toEqual([1, 2, 3]);
    expect(group.decides(ready('1_03', group.state.version, 1))).toEqual([]);
    group.tell(ready('1_01', group.state.version));
    group.tell(ready('1_02', group.state.version));
    expect(typesOf(group.decides(silent('1_03', 2)))).toEqual(['MemberLost', 'CopiesChosen', 'DistributionChanged']);
  });

  it('one that drains is waited for until it is out', () => {
    const group = settled(3, 6);
    group.tell(change());
    group.tell(adminOf('1_03', 'down'));
    group.copyAll();
    group.tell(ready('1_01', group.state.version));
    group.tell(ready('1_02', group.state.version));
    expect(group.state.nextDistribution.waiting).toEqual([3]);
    expect(typesOf(group.decides(drained(group, '1_03'))).at(-1)).toBe('DistributionChanged');
  });

  it('nothing is changed while nobody is active, and whoever comes next ends it', () => {
    const group = settled(1, 4);
    group.tell(change());
    group.tell(silent('1_01'));
    expect(group.state.nextDistribution).toMatchObject({ since: 3, waiting: [] });
    group.tell(seen('1_01', 2));
    expect(group.state.nextDistribution.waiting).toEqual([1]);
    expect(typesOf(group.decides(ready('1_01', group.state.version, 2)))).toEqual([
      'DistributionReady',
      'DistributionChanged',
    ]);
  });
});
