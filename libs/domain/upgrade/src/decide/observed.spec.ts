import { describe, expect, it } from '@jest/globals';
import type { MemberSight, Sight, UpgradePlan } from '../inputs.js';
import { A, all, B, DOWN, LOST, R82, RELEASE, sightOf, T118, Upgrade } from '../testing/told.js';

const orchestrators = ['1_1', '1_2'];
const AT = { runs: T118, boots: T118 };
const KEPT = { snapshots: ['before_R81.20_T118_1'] };
const all4 = [...A, ...B];

/** An upgrade that has come to the step, by whatever lies before it. */
function at(step: string, plan: Partial<UpgradePlan> = {}, sight?: Sight): Upgrade {
  const upgrade = new Upgrade();
  upgrade.start(plan, sight);
  const number = upgrade.steps.indexOf(step);
  expect(number).toBeGreaterThanOrEqual(0);
  upgrade.state = { ...upgrade.state, step: number, begunWith: upgrade.state.version };
  return upgrade;
}

/** What it answers to a look: the step that is done and the one that begins, the rule, or nothing. */
function says(upgrade: Upgrade, sight: Sight): string {
  return upgrade
    .sees(sight)
    .filter((event) => event.type !== 'CapacityChanged')
    .map((event) => {
      if (event.type === 'UpgradeStopped') return event.rule;
      return event.type === 'StepBegun' || event.type === 'StepDone' ? `${event.type} ${event.kind}` : event.type;
    })
    .join(', ');
}

const away = (ids: readonly string[], more: Partial<MemberSight> = {}) => all(ids, { ...DOWN, ...more });
const release = { package: { ...RELEASE } };

describe('a step is over', () => {
  it('and the next begins, at the time of the look', () => {
    const upgrade = new Upgrade();
    upgrade.start();
    expect(upgrade.sees(sightOf({ '1_02': KEPT }))).toEqual([
      { type: 'StepDone', version: 2, step: 0, kind: 'check', share: 100 },
      expect.objectContaining({
        type: 'StepBegun',
        version: 2,
        at: 1002,
        step: 1,
        kind: 'backup',
        ask: ['1_01', '1_03', '1_04'],
      }),
    ]);
    expect(upgrade.state).toMatchObject({ step: 1, begunAt: 1002, begunWith: 2 });
  });

  const cloning = sightOf({}, { autoClone: 'on' });
  const down = away(B);
  const ends: readonly [string, string, Sight, Sight, Partial<UpgradePlan>?, Sight?][] = [
    [
      'every member keeps its configuration',
      'backup',
      sightOf({ ...all([...A, '1_03'], KEPT) }),
      sightOf(all(all4, KEPT)),
    ],
    ['cloning is off', 'cloning-off', cloning, sightOf(), {}, cloning],
    ['cloning is on', 'cloning-on', sightOf(), cloning, {}, cloning],
    ['the package has a number', 'import', sightOf(), sightOf({}, { package: 1 })],
    [
      'all have verified it',
      'verify 1_03,1_04,1_01,1_02',
      sightOf({}, { verified: ['1_01', '1_02', '1_03'] }),
      sightOf({}, { verified: all4 }),
    ],
    ['the group is out', 'down 1_03,1_04', sightOf({ ...down, '1_04': { ...DOWN, active: true } }), sightOf(down)],
    ['the group is out, and all is copied', 'down 1_03,1_04', sightOf(down, { copying: 1 }), sightOf(down)],
    ['the group is out, and no slot is exposed', 'down 1_03,1_04', sightOf(down, { exposed: 1 }), sightOf(down)],
    ['the group is out, and the rest is level', 'down 1_03,1_04', sightOf(down, { balanced: false }), sightOf(down)],
    ['the group has booted it', 'install 1_03,1_04', sightOf(away(B, { boots: T118 })), sightOf(away(B, AT))],
    [
      'nobody of the group is at it',
      'install 1_03,1_04',
      sightOf(away(B, { ...AT, working: true })),
      sightOf(away(B, AT)),
    ],
    [
      'the group may mix',
      'mvc-on 1_03,1_04',
      sightOf({ ...down, '1_03': { ...DOWN, mvc: true } }),
      sightOf(away(B, { mvc: true })),
      release,
    ],
    [
      'the group need not mix',
      'mvc-off 1_03,1_04,1_01,1_02',
      sightOf({ '1_01': { mvc: true } }),
      sightOf(all(all4, { runs: R82 })),
      release,
    ],
    ['the group serves', 'up 1_03,1_04', sightOf({ '1_03': LOST }), sightOf()],
    ['the group serves in step', 'up 1_03,1_04', sightOf({}, { copying: 5 }), sightOf()],
  ];
  it.each(ends.map((row) => [row[0], row] as const))('when %s', (_what, [, step, before, after, plan, begin]) => {
    const upgrade = at(step, plan, begin);
    expect(says(upgrade, before)).toBe('');
    expect(says(upgrade, after)).toMatch(new RegExp(`^StepDone ${step.split(' ')[0]}, (StepBegun|mixed-takes)`));
  });

  it('when others serve, after a switch', () => {
    const upgrade = at('switch 1_01,1_02 1_03,1_04', { method: 'minimum-downtime' });
    expect(says(upgrade, sightOf({ ...away(A), '1_03': { ...LOST, ...AT }, '1_04': AT }))).toBe('');
    expect(says(upgrade, sightOf({ ...all(B, AT), '1_01': DOWN, '1_02': { ...DOWN, active: true } }))).toBe('');
    expect(says(upgrade, sightOf({ ...all(B, AT), ...away(A) }, { exposed: 1 }))).toBe('');
    expect(says(upgrade, sightOf({ ...all(B, AT), ...away(A) }))).toBe('StepDone switch, StepBegun install');
  });

  it('when the orchestrator is back', () => {
    const upgrade = at('orchestrator 1_1', { orchestrators });
    expect(says(upgrade, sightOf({ '1_1': { active: false, working: true } }))).toBe('');
    expect(says(upgrade, sightOf({ '1_1': { ...AT, active: false } }))).toBe('');
    expect(says(upgrade, sightOf({ '1_1': AT }))).toBe('StepDone orchestrator, StepBegun orchestrator');
    expect(upgrade.now).toBe('orchestrator 1_2');
  });

  it('and with the last one the upgrade', () => {
    const upgrade = at('up 1_01,1_02');
    expect(says(upgrade, sightOf(all(all4, AT)))).toBe('StepDone up, StepBegun final-check');
    expect(upgrade.sees(sightOf(all(all4, AT)))).toEqual([
      { type: 'StepDone', version: 3, step: 10, kind: 'final-check', share: 100 },
      { type: 'UpgradeFinished', version: 3, rollback: false },
    ]);
    expect(upgrade.state).toMatchObject({ status: 'done', step: 11 });
    expect(upgrade.sees(sightOf(all(B, LOST)))).toEqual([]);
  });

  it('where one member is left, that nothing has a copy is no matter where it may be', () => {
    const plan = { groups: [['1_02', ...B], ['1_01']], capacityFloorPercent: 0, mayLoseBackups: true };
    const upgrade = at('down 1_02,1_03,1_04', plan);
    const one = away(['1_02', ...B]);
    expect(says(upgrade, sightOf(one, { exposed: 9, copying: 1 }))).toBe('');
    expect(says(upgrade, sightOf(one, { exposed: 9 }))).toBe('StepDone down, StepBegun install');
    expect(says(upgrade, sightOf(one, { exposed: 9 }))).toBe('');
    expect(says(at('up 1_02,1_03,1_04', plan), sightOf({}, { exposed: 9 }))).toBe('');
  });
});

describe('the share that serves', () => {
  it('is said when it changes, by weight, also while the upgrade pauses', () => {
    const upgrade = at('down 1_03,1_04');
    expect(upgrade.sees(sightOf({ '1_03': { ...LOST, weight: 2 } }))).toEqual([
      { type: 'CapacityChanged', version: 2, share: 60 },
    ]);
    expect(upgrade.sees(sightOf({ '1_03': { ...LOST, weight: 2 } }))).toEqual([]);
    upgrade.tell({ type: 'pauseUpgrade' });
    expect(upgrade.sees(sightOf(away(B)))).toEqual([{ type: 'CapacityChanged', version: 4, share: 50 }]);
    upgrade.resume(sightOf(away(B)));
    upgrade.sees(sightOf(all([...B, '1_01'], LOST)));
    expect(upgrade.state).toMatchObject({ status: 'stopped', share: 25 });
    expect(upgrade.sees(sightOf())).toEqual([{ type: 'CapacityChanged', version: 7, share: 100 }]);
    upgrade.tell({ type: 'abortUpgrade' });
    expect(upgrade.sees(sightOf(away(B)))).toEqual([]);
  });
});

describe('an upgrade stops', () => {
  const stopped = (upgrade: Upgrade, sight: Sight): unknown => {
    const event = upgrade.sees(sight).at(-1);
    expect(event?.type).toBe('UpgradeStopped');
    expect(upgrade.state.status).toBe('stopped');
    expect(upgrade.sees(sight)).toEqual([]);
    return upgrade.state.stopped;
  };

  it.each(['backup', 'down 1_03,1_04', 'install 1_03,1_04'])('for want of capacity: %s', (step) => {
    expect(stopped(at(step), sightOf(all(['1_02', ...B], LOST)))).toEqual({
      rule: 'capacity',
      reason: '25 % of the group serve, and 50 % are asked for: 1_02, 1_03, 1_04 do not',
      remedy: 'Bring members back, then resume; or take smaller groups.',
    });
  });

  it('not for want of capacity where members are brought back, or at a switch', () => {
    expect(says(at('up 1_03,1_04'), sightOf(all(['1_02', ...B], LOST)))).toBe('');
    const upgrade = at('switch 1_01,1_02 1_03,1_04', { method: 'minimum-downtime' });
    expect(says(upgrade, sightOf(all(all4, LOST)))).toBe('');
  });

  it('where a slot has no copy while a group is being installed, unless that may be', () => {
    const sight = sightOf(away(B), { exposed: 7 });
    expect(stopped(at('install 1_03,1_04'), sight)).toEqual({
      rule: 'redundancy',
      reason: '7 slots have no copy in step while members are away',
      remedy: 'Wait until copies are in step, find out who was lost, then resume.',
    });
    expect(says(at('install 1_03,1_04', { mayLoseBackups: true }), sight)).toBe('');
    expect(says(at('up 1_03,1_04'), sight)).toBe('');
  });

  it('where an installation fails that began in this step, and not for one from before', () => {
    const failed = (failedAt: number): Sight => sightOf(away(B, { failure: 'no space', failedAt }));
    const upgrade = at('down 1_03,1_04');
    expect(says(upgrade, failed(8))).toBe('StepDone down, StepBegun install');
    expect(says(upgrade, failed(8))).toBe('');
    expect(stopped(upgrade, failed(9))).toEqual({
      rule: 'install-failed',
      reason: 'install failed on 1_03: no space',
      remedy: 'Mend the cause and resume, which installs again where it failed; or roll back.',
    });
    upgrade.resume(failed(9));
    expect(says(upgrade, failed(9))).toBe('');
    expect(says(upgrade, failed(12))).toBe('install-failed');
    expect(says(at('up 1_03,1_04'), failed(9))).toBe('');
    expect(says(at('install 1_03,1_04'), sightOf({ ...away(B), '1_01': { failure: 'old', failedAt: 9 } }))).toBe('');
  });

  it('where an installation fails on an orchestrator', () => {
    const sight = sightOf({ '1_1': { active: false, failure: 'no space', failedAt: 3 } });
    expect(stopped(at('orchestrator 1_1', { orchestrators }), sight)).toMatchObject({
      rule: 'install-failed',
      reason: 'install failed on 1_1: no space',
    });
  });

  it('where somebody refuses what this step asked, and only then', () => {
    const upgrade = new Upgrade();
    upgrade.start();
    upgrade.sees();
    expect(upgrade.tell({ type: 'stepRefused', of: 1, reason: 'no' })).toEqual([]);
    expect(upgrade.tell({ type: 'stepRefused', of: 2, reason: '1_01 is busy' })).toEqual([
      {
        type: 'UpgradeStopped',
        version: 3,
        step: 1,
        rule: 'refused',
        reason: '1_01 is busy',
        remedy: 'Clear what stands in the way, then resume; or roll back.',
      },
    ]);
    expect(upgrade.tell({ type: 'stepRefused', of: 2, reason: '1_01 is busy' })).toEqual([]);
  });

  it('where a step takes too long', () => {
    const upgrade = at('install 1_03,1_04');
    upgrade.at = 61_000;
    expect(upgrade.tell({ type: 'stepTimeUp', at: 61_000 })).toEqual([]);
    expect(upgrade.tell({ type: 'stepTimeUp', at: 61_001 })).toEqual([
      {
        type: 'UpgradeStopped',
        version: 2,
        step: 5,
        rule: 'step-limit',
        reason: 'install of 1_03, 1_04 has not come to its end within 60 s',
        remedy: 'Look what it waits for (rehearse upgrade status), mend it, and resume; or roll back.',
      },
    ]);
    expect(upgrade.tell({ type: 'stepTimeUp', at: 99_999 })).toEqual([]);
    const import_ = at('import');
    import_.tell({ type: 'stepTimeUp', at: 61_001 });
    expect(import_.state.stopped?.reason).toBe('import has not come to its end within 60 s');
  });

  it('before a group is taken down after the window, and not before any other step', () => {
    const upgrade = at('verify 1_03,1_04,1_01,1_02', { closesAt: 1_005 });
    const verified = sightOf({}, { verified: all4 });
    upgrade.at = 1_005;
    expect(stopped(upgrade, verified)).toEqual({
      rule: 'window',
      reason: 'the maintenance window is closed, and 1_03, 1_04 would be taken down',
      remedy: 'Resume in the next window, or roll back what has been upgraded.',
    });
    expect(upgrade.now).toBe('down 1_03,1_04');
    expect(upgrade.resume(verified).map((e) => e.type)).toEqual(['UpgradeResumed', 'StepBegun']);
    expect(says(upgrade, sightOf(away(B)))).toBe('StepDone down, StepBegun install');
    const early = at('verify 1_03,1_04,1_01,1_02', { closesAt: 1_005 });
    early.at = 1_004;
    expect(says(early, verified)).toBe('StepDone verify, StepBegun down');
  });

  it.each([
    ['down', 'up 1_03,1_04', sightOf({ ...all(B, AT), '1_02': LOST }), 'down 1_01,1_02', false],
    ['another group down', 'up 1_03,1_04', sightOf({ ...all(B, AT), '1_02': LOST }), 'down 1_04', true],
    ['install', 'down 1_03,1_04', sightOf(away(B)), 'install 1_03,1_04', false],
    [
      'install while somebody else is away',
      'down 1_03,1_04',
      sightOf({ ...away(B), '1_02': LOST }),
      'install 1_03,1_04',
      true,
    ],
  ])('before it would %s', (_what, step, sight, next, stops) => {
    const groups = next === 'down 1_04' ? [['1_03'], ['1_04'], A] : [B, A];
    const upgrade = at(next === 'down 1_04' ? 'up 1_03' : step, { groups, capacityFloorPercent: 0 });
    expect(says(upgrade, sight)).toMatch(stops ? /member-not-active$/ : /StepBegun (down|install)$/);
    expect(upgrade.now).toBe(next);
    if (stops) {
      expect(upgrade.state.stopped?.reason).toMatch(/^1_02 does not serve, and .* would be away as well$/);
      expect(upgrade.resume(sight)).toMatchObject([{ type: 'UpgradeRefused' }]);
    }
  });

  it('before an orchestrator, while members, copies or other orchestrators are away', () => {
    const done = sightOf({ '1_1': AT });
    const stops = (sight: Sight): unknown => {
      const upgrade = at('orchestrator 1_1', { orchestrators });
      return stopped(upgrade, sight);
    };
    expect(stops({ ...done, exposed: 2 })).toEqual({
      rule: 'redundancy',
      reason: '100 % of the group serve and 2 slots have no copy in step',
      remedy: 'Wait until all members serve and all copies are in step, then resume.',
    });
    expect(stops(sightOf({ '1_1': AT, '1_02': LOST }))).toMatchObject({ rule: 'redundancy' });
    expect(stops(sightOf({ '1_1': AT, '1_2': { active: false } }))).toEqual({
      rule: 'orchestrator-not-active',
      reason: 'orchestrator 1_2 is not there',
      remedy: 'Bring it back, then resume.',
    });
    const first = at(`verify ${[...B, ...A].join()}`, { orchestrators, orchestratorsFirst: true });
    const other = sightOf({ '1_2': { active: false } }, { verified: all4 });
    expect(stopped(first, other)).toMatchObject({ reason: 'orchestrator 1_2 is not there' });
  });

  it('before it says that all is well where it is not', () => {
    const stops = (sight: Sight): unknown => stopped(at('up 1_01,1_02'), sight);
    expect(stops(sightOf(all([...A, '1_03'], AT)))).toEqual({
      rule: 'mixed-takes',
      reason: '1_01 runs R81.20 take 118 and 1_04 R81.20 take 99',
      remedy: 'Bring all members to one take, or roll back, then begin again.',
    });
    expect(stops(sightOf())).toEqual({
      rule: 'mixed-takes',
      reason: 'not every member runs what the upgrade was to lead to',
      remedy: 'See who does not (rehearse upgrade status), and install there.',
    });
    expect(stops(sightOf({ ...all(all4, AT), '1_03': { ...AT, ...LOST } }))).toMatchObject({
      rule: 'member-not-active',
      reason: '1_03 does not serve',
    });
    const orchestrator = at('orchestrator 1_2', { orchestrators });
    const copying = sightOf({ ...all(all4, AT), ...all(orchestrators, AT) }, { copying: 2, exposed: 1 });
    expect(stopped(orchestrator, copying)).toMatchObject({
      rule: 'redundancy',
      reason: '100 % of the group serve and 1 slots have no copy in step',
    });
  });

  it('is idle before it is started', () => {
    const upgrade = new Upgrade();
    for (const told of [
      { type: 'observed', sight: sightOf() },
      { type: 'stepRefused', of: 1, reason: 'no' },
      { type: 'stepTimeUp' },
    ]) {
      expect(upgrade.tell(told)).toEqual([]);
    }
  });
});
