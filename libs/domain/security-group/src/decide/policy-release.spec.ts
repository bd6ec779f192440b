import { describe, expect, it } from '@jest/globals';
import { policyFor } from '../state.js';
import type { Group, Told } from '../testing/group.js';
import { configured, seen, settled, silent } from '../testing/group.js';

const HASH = 'ab'.repeat(32);
const OTHER = 'cd'.repeat(32);
const OLD = { rank: 81_010, name: 'R81.10' };
const NEW = { rank: 81_020, name: 'R81.20' };

const of = (member: string, { rank }: typeof OLD, mixes = false, incarnation = 1): Told =>
  seen(member, incarnation, { rank, mixes });
const install = (release?: typeof OLD & { runs: readonly string[] }, rest: Record<string, unknown> = {}): Told => ({
  type: 'installPolicy',
  hash: HASH,
  at: 1_000,
  ...(release !== undefined && { release }),
  ...rest,
});
const ready = (member: string, hash = HASH): Told => ({
  type: 'policyReady',
  member,
  incarnation: 1,
  orchestrator: '1_1',
  hash,
});
const started = (version: number, release: typeof OLD, waiting: readonly string[]): object => ({
  type: 'PolicyInstallStarted',
  version,
  hash: HASH,
  release,
  smo: waiting[0],
  waiting,
  until: 61_000,
});

/** Two members of the old release that serve. */
function old(): Group {
  const group = configured(3, 6);
  for (const member of ['1_01', '1_02']) {
    group.tell(of(member, OLD));
    group.copyAll();
  }
  return group;
}

/** Beside them one of the new release. */
function mixed(): Group {
  const group = old();
  group.tell(install({ ...NEW, runs: ['1_03'] }));
  group.tell(ready('1_01'));
  group.tell(ready('1_02'));
  group.tell(of('1_03', NEW, true));
  group.copyAll();
  return group;
}

describe('rules that may wait', () => {
  const rules = (group: Group): readonly string[] => group.state.deferral.rules;

  it('are those of a policy for all who serve', () => {
    const group = old();
    group.tell(install({ ...OLD, runs: ['1_01', '1_02'] }, { deferrable: ['mail'] }));
    for (const member of ['1_01', '1_02']) group.tell(ready(member));
    expect(rules(group)).toEqual(['mail']);
  });

  it('stay those of the others where a policy is for one of two releases that serve', () => {
    const group = mixed();
    for (const [release, deferrable] of [
      [OLD, ['mail']],
      [NEW, ['backup', 'mail']],
    ] as const) {
      group.tell(install({ ...release, runs: ['1_03'] }, { deferrable }));
      for (const member of ['1_01', '1_02', '1_03']) group.tell(ready(member));
    }
    expect(rules(group)).toEqual(['mail', 'backup']);
  });
});

describe('a policy is made for a release', () => {
  it('which is that of the first who serve, for the one they came up with', () => {
    const group = configured(3, 6);
    expect(group.state.policies).toEqual([]);
    expect(policyFor(group.state, OLD.rank)).toBe('');
    group.tell(of('1_01', OLD));
    expect(group.state.policies).toEqual([{ hash: '', rank: OLD.rank, since: 2 }]);
    expect(policyFor(group.state, OLD.rank)).toBe('');
    expect(policyFor(group.state, NEW.rank)).toBeUndefined();
    expect(policyFor(group.state, 0)).toBe('');
  });

  it('makes no difference where members have none', () => {
    const group = settled(3, 6);
    group.tell(install(undefined, { smo: '1_01' }));
    for (const member of ['1_01', '1_02', '1_03']) group.tell(ready(member));
    expect(group.state.policies).toEqual([]);
    expect(policyFor(group.state, 0)).toBe(HASH);
    expect(policyFor(group.state, NEW.rank)).toBe(HASH);
    expect(Object.keys(group.history.at(-1)?.at(-1) ?? {})).toEqual(['type', 'version', 'hash']);
  });

  it('and is prepared for one that nobody serves with: all who serve hold it, and enforce what they have', () => {
    const group = old();
    const { version } = group.state;
    expect(group.decides(install({ ...NEW, runs: ['1_03'] }))).toEqual([started(version + 1, NEW, ['1_01', '1_02'])]);
    group.tell(ready('1_01'));
    expect(group.decides(ready('1_02')).at(-1)).toEqual({
      type: 'PolicyInstalled',
      version: version + 3,
      hash: HASH,
      release: NEW,
    });
    expect(policyFor(group.state, OLD.rank)).toBe('');
    expect(policyFor(group.state, NEW.rank)).toBe(HASH);
    expect(group.state.policyHash).toBe(HASH);
  });

  it('and is installed twice while two serve, each time in lockstep of all', () => {
    const group = mixed();
    const { version } = group.state;
    const runs = { old: ['1_01', '1_02'], new: ['1_03'] };
    const told = (release: typeof OLD, of_: readonly string[]): Told =>
      install({ ...release, runs: of_ }, { hash: OTHER });
    expect(group.decides(told(OLD, runs.old))).toMatchObject([{ hash: OTHER, release: OLD }]);
    for (const member of ['1_01', '1_02', '1_03']) group.tell(ready(member, OTHER));
    expect(group.state.policies).toEqual([
      { hash: OTHER, rank: OLD.rank, since: version + 4 },
      { hash: HASH, rank: NEW.rank, since: expect.any(Number) },
    ]);
    group.tell(told(NEW, runs.new));
    for (const member of ['1_01', '1_02', '1_03']) group.tell(ready(member, OTHER));
    expect(group.state.policies.map(({ hash }) => hash)).toEqual([OTHER, OTHER]);
  });

  it('and is given up with its release, and what there was stays', () => {
    const late = old();
    late.tell(install({ ...NEW, runs: ['1_03'] }));
    late.tell(ready('1_01'));
    const { version } = late.state;
    const reason = 'not ready within 60000 ms: 1_02';
    expect(late.decides({ type: 'installTimeUp', at: 61_000 })).toEqual([
      { type: 'PolicyInstallAborted', version: version + 1, hash: HASH, release: NEW, reason },
    ]);
    expect(late.state.givenUp).toEqual({ reason, version: version + 1 });
    expect(policyFor(late.state, NEW.rank)).toBeUndefined();
    const lost = old();
    lost.tell(install({ ...NEW, runs: ['1_03'] }));
    expect(lost.decides(silent('1_01')).at(-1)).toMatchObject({ type: 'PolicyInstallAborted', release: NEW });
  });

  it('and one of no release, as older logs have it, is for all there are', () => {
    const group = old();
    group.tell(install(undefined, { smo: '1_01' }));
    group.tell(ready('1_01'));
    group.tell(ready('1_02'));
    expect(group.state.policies).toEqual([{ hash: HASH, rank: OLD.rank, since: group.state.version }]);
  });
});

describe('a policy is refused', () => {
  const refused = (group: Group, told: Told): unknown => {
    const [event] = group.decides(told);
    expect(event).toMatchObject({ type: 'PolicyInstallRefused', hash: HASH });
    return event?.['reason'];
  };

  it('for a release that nobody runs', () => {
    const group = old();
    expect(refused(group, install({ ...NEW, runs: [] }))).toBe(
      'nobody runs R81.20: install it on a member first, then the policy for it',
    );
    expect(group.history.at(-1)).toMatchObject([{ release: NEW }]);
  });

  it('without a release while two serve', () => {
    expect(refused(mixed(), install(undefined, { smo: '1_01' }))).toBe(
      'members of more than one release serve: install the policy once for each, naming the release',
    );
  });

  it('while another is installed, for whatever release, and where nobody serves', () => {
    const group = old();
    group.tell(install({ ...NEW, runs: ['1_03'] }));
    expect(refused(group, install({ ...OLD, runs: ['1_01'] }))).toBe(
      'policy abababababab is being installed: wait until it is',
    );
    expect(refused(configured(2, 2), install({ ...NEW, runs: ['1_01'] }))).toBe(
      'nobody is active: bring a member up first',
    );
  });
});

describe('while members of two releases serve', () => {
  const spread: Told = { type: 'setDistribution', inside: 'user', outside: 'network' };

  it('nothing of the topology changes', () => {
    expect(mixed().decides(spread)).toMatchObject([
      {
        type: 'DistributionRefused',
        reason:
          'members of more than one release serve, and nothing of the topology changes meanwhile: upgrade the others first, or roll back',
      },
    ]);
  });

  it('and it may once one is left', () => {
    const group = mixed();
    group.tell(silent('1_03'));
    expect(group.decides(spread)).toMatchObject([{ type: 'DistributionChanging' }]);
    expect(old().decides(spread)).toMatchObject([{ type: 'DistributionChanging' }]);
  });
});
