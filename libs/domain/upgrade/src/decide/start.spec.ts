import { describe, expect, it } from '@jest/globals';
import { readPackageName } from '@rehearsal/software';
import type { Sight, UpgradePlan } from '../inputs.js';
import { A, all, B, DOWN, JUMBO, LOST, planOf, R82, RELEASE, sightOf, T118, T99, Upgrade } from '../testing/told.js';

function refusal(plan: Partial<UpgradePlan>, sight?: Sight): string {
  const upgrade = new Upgrade();
  const events = upgrade.start(plan, sight);
  expect(events.map((e) => e.type)).toEqual(['UpgradeRefused']);
  expect(upgrade.state).toMatchObject({ status: 'idle', plan: null });
  return (events[0] as unknown as { reason: string }).reason;
}

describe('an upgrade is started', () => {
  it('with its steps, who ran what, and what it leads to; and begins with the first step', () => {
    const upgrade = new Upgrade();
    expect(upgrade.start()).toEqual([
      {
        type: 'UpgradeStarted',
        version: 1,
        plan: planOf(),
        steps: upgrade.state.steps,
        before: [T99, T99, T99, T99],
        target: T118,
        rollback: false,
      },
      {
        type: 'StepBegun',
        version: 1,
        at: 1001,
        step: 0,
        kind: 'check',
        of: [],
        to: [],
        package: 0,
        pkg: JUMBO,
        snapshot: 'before_R81.20_T118_1',
        ask: [],
        failedBefore: 0,
      },
    ]);
    expect(upgrade.state).toMatchObject({ status: 'running', step: 0, begunAt: 1001, begunWith: 1, startedWith: 1 });
  });

  it('with the reason that was given for it, which each step has', () => {
    const upgrade = new Upgrade();
    const events = upgrade.tell({ type: 'startUpgrade', plan: planOf(), sight: sightOf(), why: 'CHG-1' });
    expect(events.map((e) => [e.type, 'why' in e && e.why])).toEqual([
      ['UpgradeStarted', 'CHG-1'],
      ['StepBegun', 'CHG-1'],
    ]);
    expect(upgrade.sees().at(-1)).toMatchObject({ type: 'StepBegun', why: 'CHG-1' });
    upgrade.tell({ type: 'abortUpgrade' });
    upgrade.tell({ type: 'rollBack', sight: sightOf(), lacpUplinks: false });
    expect(upgrade.history.at(-1)?.some((e) => 'why' in e)).toBe(false);
  });

  it('with what orchestrators ran, where they are upgraded too', () => {
    const upgrade = new Upgrade();
    const older = { release: 'R81.20', take: 98 };
    upgrade.start({ orchestrators: ['1_2'] }, sightOf({ '1_2': { runs: older, boots: older } }));
    expect(upgrade.state.orchestratorsBefore).toEqual([{ id: '1_2', software: older }]);
    upgrade.tell({ type: 'abortUpgrade' });
    upgrade.start();
    expect(upgrade.state.orchestratorsBefore).toEqual([]);
  });

  it('to the jumbo that a release brings', () => {
    const upgrade = new Upgrade();
    const pkg = readPackageName('blink_image_1.1_Check_Point_R82_T777_JHF_T25_SecurityGateway.tgz');
    upgrade.start({ package: pkg as UpgradePlan['package'] });
    expect(upgrade.state.target).toEqual({ release: 'R82', take: 25 });
  });
});

describe('an upgrade is refused', () => {
  it('while another one is under way, and no longer once it is over', () => {
    const upgrade = new Upgrade();
    upgrade.start();
    const reason = (is: string): object[] => [
      { type: 'UpgradeRefused', reason: `an upgrade is ${is} already: end it first, or abort it` },
    ];
    expect(upgrade.start()).toMatchObject(reason('running'));
    upgrade.tell({ type: 'pauseUpgrade' });
    expect(upgrade.start()).toMatchObject(reason('paused'));
    upgrade.tell({ type: 'resumeUpgrade', sight: sightOf() });
    upgrade.sees(sightOf({ ...all([...B, '1_02'], LOST) }));
    expect(upgrade.start()).toMatchObject(reason('stopped'));
    upgrade.tell({ type: 'abortUpgrade' });
    expect(upgrade.start().map((e) => e.type)).toEqual(['UpgradeStarted', 'CapacityChanged', 'StepBegun']);
  });

  it.each<[string, Partial<UpgradePlan>, string]>([
    [
      'a stranger in a group',
      { groups: [B, ['1_01', '1_02', '1_07']] },
      '1_07 is not a member of this group: it has 1_01, 1_02, 1_03, 1_04',
    ],
    ['a strange canary', { canary: '1_07' }, '1_07 is not a member of this group: it has 1_01, 1_02, 1_03, 1_04'],
    ['a member in two groups', { groups: [B, [...A, '1_03']] }, '1_03 is in two upgrade groups'],
    ['a member twice in a group', { groups: [[...B, '1_03'], A] }, '1_03 is in two upgrade groups'],
    [
      'a member in no group',
      { groups: [['1_03'], A] },
      '1_04 is in no upgrade group: name it under groups in the fabric file',
    ],
    [
      'one group',
      { groups: [[...A, ...B]] },
      'all members are in one upgrade group: nobody would serve; make at least two',
    ],
    ['a strange orchestrator', { orchestrators: ['1_3'] }, '1_3 is not an orchestrator of this site'],
    [
      'a canary before a switch',
      { canary: '1_03', method: 'minimum-downtime' },
      'a canary serves beside the others: choose zero-downtime',
    ],
  ])('with %s', (_what, plan, reason) => {
    expect(refusal(plan)).toBe(reason);
  });

  it('with a package that does not go onto a member, or onto an orchestrator that is to have it', () => {
    expect(refusal({}, sightOf(all([...A, ...B], { runs: T118 })))).toBe(
      `${JUMBO.file} does not go onto 1_01: R81.20 take 118 is installed already; there is nothing to do`,
    );
    const older = { release: 'R81', take: 0 };
    expect(refusal({ package: { ...RELEASE } }, sightOf(all([...A, ...B], { runs: older })))).toBe(
      `${RELEASE.file} does not go onto 1_01: R82 is more than one zero-downtime upgrade from R81; upgrade to R81.20 first, or choose minimum-downtime`,
    );
    const odd = sightOf({ '1_2': { runs: R82, boots: R82 } });
    expect(refusal({ orchestrators: ['1_1', '1_2'] }, odd)).toBe(
      `${JUMBO.file} does not go onto orchestrator 1_2: this jumbo is for R81.20, and R82 is installed; get a jumbo of R82`,
    );
    expect(new Upgrade().start({}, odd)[0]?.type).toBe('UpgradeStarted');
    const there = sightOf({ '1_2': { runs: T118, boots: T118 } });
    expect(new Upgrade().start({ orchestrators: ['1_1', '1_2'] }, there)[0]?.type).toBe('UpgradeStarted');
  });

  it('with a hotfix, of which nobody could see when it is there', () => {
    const pkg = readPackageName('HOTFIX_R81_20_JHF_T99_FULL.tgz') as UpgradePlan['package'];
    expect(refusal({ package: pkg })).toBe(
      'HOTFIX_R81_20_JHF_T99_FULL.tgz is a hotfix: install it with installer, one group after the other',
    );
  });

  it.each<[string, Sight, string]>([
    [
      'a member is away',
      sightOf({ '1_02': LOST }),
      '1_02 does not serve: Bring all members up before anything is taken down, then resume.',
    ],
    [
      'members are down',
      sightOf(all(B, DOWN)),
      '1_03, 1_04 do not serve: Bring all members up before anything is taken down, then resume.',
    ],
    [
      'a member has a problem',
      sightOf({ '1_02': { serves: false } }),
      '1_02 does not serve: Bring all members up before anything is taken down, then resume.',
    ],
    [
      'an orchestrator is away',
      sightOf({ '1_2': { active: false } }),
      'orchestrator 1_2 is not there: Bring it back, then resume.',
    ],
    [
      'takes are mixed',
      sightOf({ '1_03': { runs: { release: 'R81.20', take: 98 } } }),
      '1_01 runs R81.20 take 99 and 1_03 R81.20 take 98: Bring all members to one take, or roll back, then begin again.',
    ],
    [
      'slots are exposed',
      sightOf({}, { exposed: 3 }),
      '3 slots have no copy in step: wait until all have, then start again',
    ],
    [
      'slots are copied',
      sightOf({}, { copying: 3 }),
      '0 slots have no copy in step: wait until all have, then start again',
    ],
    [
      'slots are moved',
      sightOf({}, { balanced: false }),
      '0 slots have no copy in step: wait until all have, then start again',
    ],
    [
      'a policy is installed',
      sightOf({}, { installingPolicy: true }),
      'a policy is being installed: wait until it is, then start again',
    ],
  ])('where %s', (_what, sight, reason) => {
    expect(refusal({}, sight)).toBe(reason);
  });

  it('where too few would be left, by weight', () => {
    expect(refusal({ capacityFloorPercent: 51 })).toBe(
      'while 1_03, 1_04 are away 50 % of the group would serve, and 51 % are asked for: make smaller groups',
    );
    expect(refusal({}, sightOf({ '1_04': { weight: 2 } }))).toBe(
      'while 1_03, 1_04 are away 40 % of the group would serve, and 50 % are asked for: make smaller groups',
    );
    expect(refusal({ groups: [['1_04'], [...A, '1_03']] })).toContain('while 1_01, 1_02, 1_03 are away 25 %');
  });

  it('where one would be left, unless that is allowed', () => {
    const plan = { groups: [['1_04'], [...A, '1_03']], capacityFloorPercent: 0 };
    expect(refusal(plan)).toBe(
      'while 1_01, 1_02, 1_03 are away one member would serve and no connection would have a copy: make smaller groups, or allow it with --may-lose-backups',
    );
    expect(new Upgrade().start({ ...plan, mayLoseBackups: true })[0]?.type).toBe('UpgradeStarted');
  });

  it('where all groups but the last are away at once, before a switch', () => {
    const groups = [['1_04'], ['1_03'], A];
    expect(new Upgrade().start({ groups, capacityFloorPercent: 50 })[0]?.type).toBe('UpgradeStarted');
    const plan = { groups: [['1_04'], ['1_03'], ['1_02'], ['1_01']], mayLoseBackups: true };
    expect(new Upgrade().start(plan)[0]?.type).toBe('UpgradeStarted');
    expect(refusal({ ...plan, method: 'minimum-downtime' })).toBe(
      'while 1_04, 1_03, 1_02 are away 25 % of the group would serve, and 50 % are asked for: make smaller groups',
    );
  });

  it('not where the canary makes a group small enough', () => {
    const groups = [['1_02', ...B], ['1_01']];
    expect(refusal({ groups })).toContain('while 1_02, 1_03, 1_04 are away');
    expect(new Upgrade().start({ groups, canary: '1_02' })[0]?.type).toBe('UpgradeStarted');
  });
});
