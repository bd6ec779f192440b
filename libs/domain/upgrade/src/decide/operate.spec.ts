import { describe, expect, it } from '@jest/globals';
import type { UpgradePlan } from '../inputs.js';
import type { MemberSight, Sight } from '../inputs.js';
import { A, all, B, DOWN, LOST, R82, RELEASE, sightOf, T118, T98, T99, Upgrade } from '../testing/told.js';

const AT = { runs: T118, boots: T118 };
const NEW = { runs: R82, boots: R82 };
const all4 = [...A, ...B];
const release = { package: { ...RELEASE } };
const zero = { ...release };
const minimum = { ...release, method: 'minimum-downtime' } as const;
const down = (ids: readonly string[], more: Partial<MemberSight> = {}) => all(ids, { ...DOWN, ...more });

/** An upgrade that has come to the step, by whatever lies before it. */
function at(step: string, plan: Partial<UpgradePlan> = {}, sight?: Sight): Upgrade {
  const upgrade = new Upgrade();
  upgrade.start(plan, sight);
  upgrade.state = { ...upgrade.state, step: upgrade.steps.indexOf(step), begunWith: upgrade.state.version };
  expect(upgrade.now).toBe(step);
  return upgrade;
}

const refusal = (reason: string): object[] => [{ type: 'UpgradeRefused', reason }];

describe('pause, resume, abort', () => {
  it('begins nothing more while it pauses, and the present step again when it goes on', () => {
    const upgrade = at('install 1_03,1_04');
    expect(upgrade.tell({ type: 'pauseUpgrade', why: 'lunch' })).toEqual([{ type: 'UpgradePaused', version: 2 }]);
    const done = sightOf(down(B, AT));
    expect(upgrade.sees(done)).toEqual([{ type: 'CapacityChanged', version: 3, share: 50 }]);
    expect(upgrade.tell({ type: 'stepTimeUp', at: 99_999 })).toEqual([]);
    expect(upgrade.tell({ type: 'stepRefused', of: 1, reason: 'no' })).toEqual([]);
    expect(upgrade.resume(done)).toMatchObject([
      { type: 'UpgradeResumed', version: 4 },
      { type: 'StepBegun', version: 4, kind: 'install', of: B, ask: [] },
    ]);
    expect(upgrade.sees(done)).toMatchObject([{ type: 'StepDone' }, { type: 'StepBegun', kind: 'up', ask: B }]);
  });

  it.each(['pause', 'resume', 'abort'])('is refused where there is nothing to %s', (what) => {
    const told = { type: `${what}Upgrade`, ...(what === 'resume' && { sight: sightOf() }) };
    const upgrade = new Upgrade();
    const nothing = (is: string): object[] => refusal(`there is nothing to ${what}: the upgrade is ${is}`);
    expect(upgrade.tell(told)).toMatchObject(nothing('idle'));
    upgrade.start();
    if (what === 'resume') expect(upgrade.tell(told)).toMatchObject(nothing('running'));
    upgrade.tell({ type: 'pauseUpgrade' });
    if (what === 'pause') expect(upgrade.tell(told)).toMatchObject(nothing('paused'));
    upgrade.tell({ type: 'abortUpgrade' });
    expect(upgrade.tell(told)).toMatchObject(nothing('aborted'));
  });

  it('aborts whatever it is in, and then another one may be started', () => {
    const upgrade = at('install 1_03,1_04');
    expect(upgrade.tell({ type: 'abortUpgrade' })).toEqual([{ type: 'UpgradeAborted', version: 2, step: 5 }]);
    expect(upgrade.sees(sightOf(down(B)))).toEqual([]);
    expect(upgrade.tell({ type: 'stepTimeUp', at: 99_999 })).toEqual([]);
    expect(upgrade.start()[0]?.type).toBe('UpgradeStarted');
  });
});

describe('a step that begins again', () => {
  const again = (step: string, sight: Sight, plan: Partial<UpgradePlan> = {}, begin?: Sight): unknown => {
    const upgrade = at(step, plan, begin);
    upgrade.tell({ type: 'pauseUpgrade' });
    const events = upgrade.resume(sight);
    return events.flatMap((event) => (event.type === 'StepBegun' ? [...event.ask] : []));
  };
  const booting = { boots: T118, active: false };

  it('asks for a backup of those of whom there is none', () => {
    expect(again('backup', sightOf({ '1_02': { snapshots: ['before_R81.20_T118_1'] } }))).toEqual([
      '1_01',
      '1_03',
      '1_04',
    ]);
  });

  it('asks those to verify who have not', () => {
    expect(again('verify 1_03,1_04,1_01,1_02', sightOf({}, { verified: ['1_03'] }))).toEqual(['1_04', ...A]);
  });

  it('takes down who is not, and up who was taken down, were it booting', () => {
    expect(again('down 1_03,1_04', sightOf({ '1_03': { ...DOWN, active: true } }))).toEqual(['1_04']);
    expect(again('up 1_03,1_04', sightOf({ '1_03': { ...LOST, ...AT }, '1_04': { ...DOWN, ...AT } }))).toEqual([
      '1_04',
    ]);
  });

  it('installs where it failed, not where it is done, nor where it is under way', () => {
    const failed = { ...DOWN, failure: 'no space', failedAt: 9 };
    expect(again('install 1_03,1_04', sightOf({ ...down(B, AT), '1_04': failed }))).toEqual(['1_04']);
    expect(again('install 1_03,1_04', sightOf({ '1_03': { ...DOWN, ...booting }, '1_04': failed }))).toEqual(['1_04']);
    expect(again('install 1_03,1_04', sightOf({ ...down(B, { working: true }) }))).toEqual([]);
    const orchestrators = ['1_1', '1_2'];
    expect(again('orchestrator 1_2', sightOf({}), { orchestrators })).toEqual(['1_2']);
    expect(again('orchestrator 1_2', sightOf({ '1_2': { active: false, working: true } }), { orchestrators })).toEqual(
      [],
    );
  });

  it('asks who is to mix, or no longer to', () => {
    const mixed = sightOf({ '1_03': { mvc: true } });
    expect(again('mvc-on 1_03,1_04', mixed, release)).toEqual(['1_04']);
    expect(again('mvc-off 1_03,1_04,1_01,1_02', mixed, release)).toEqual(['1_03']);
  });

  it('switches what has not been switched', () => {
    const sight = sightOf({ '1_01': DOWN, '1_02': { ...DOWN, active: true }, '1_03': DOWN });
    expect(again('switch 1_01,1_02 1_03,1_04', sight, { method: 'minimum-downtime' })).toEqual(['1_02', '1_03']);
  });

  it('asks nobody by name for what concerns all', () => {
    const cloning = sightOf({}, { autoClone: 'on' });
    expect(again('cloning-off', cloning, {}, cloning)).toEqual([]);
    expect(again('import', sightOf())).toEqual([]);
  });
});

describe('an upgrade does not go on', () => {
  it('from its last step before all is well', () => {
    const upgrade = at('up 1_01,1_02');
    upgrade.sees(sightOf({ ...all(all4, AT), '1_03': { runs: T99, boots: T118 } }));
    expect(upgrade.now).toBe('final-check');
    const { version } = upgrade.state;
    expect(upgrade.resume(sightOf({ ...all(all4, AT), '1_03': { ...AT, ...LOST } }))).toEqual([
      {
        type: 'UpgradeRefused',
        version: version + 1,
        reason: '1_03 does not serve: Bring all members up before anything is taken down, then resume.',
      },
    ]);
    expect(upgrade.state.status).toBe('stopped');
    upgrade.resume(sightOf(all(all4, AT)));
    expect(upgrade.sees(sightOf(all(all4, AT))).at(-1)?.type).toBe('UpgradeFinished');
  });

  it('with an orchestrator while another one is away, or itself', () => {
    const upgrade = at('orchestrator 1_1', { orchestrators: ['1_1', '1_2'] });
    upgrade.tell({ type: 'pauseUpgrade' });
    expect(upgrade.resume(sightOf({ '1_2': { active: false } }))).toMatchObject(
      refusal('orchestrator 1_2 is not there: Bring it back, then resume.'),
    );
    expect(upgrade.resume(sightOf({ '1_1': { active: false } }))).toMatchObject(
      refusal('orchestrator 1_1 is not there: Bring it back, then resume.'),
    );
    expect(upgrade.resume(sightOf({ '1_03': LOST }))).toMatchObject([{ type: 'UpgradeRefused' }]);
    expect(upgrade.resume(sightOf({ '1_1': { active: false, boots: T118 } }))[0]?.type).toBe('UpgradeResumed');
  });
});

describe('a rollback', () => {
  function back(upgrade: Upgrade, sight: Sight): string[] {
    if (upgrade.state.status === 'running') upgrade.tell({ type: 'pauseUpgrade' });
    expect(upgrade.rollBack(sight)[0]?.type).toBe('UpgradeStarted');
    return upgrade.steps;
  }

  it('of a jumbo uninstalls it, group by group', () => {
    const upgrade = at('final-check');
    upgrade.sees(sightOf(all(all4, AT)));
    expect(upgrade.state.status).toBe('done');
    expect(back(upgrade, sightOf(all(all4, AT), { package: 1 }))).toEqual([
      'down 1_03,1_04',
      'uninstall 1_03,1_04',
      'up 1_03,1_04',
      'down 1_01,1_02',
      'uninstall 1_01,1_02',
      'up 1_01,1_02',
      'final-check',
    ]);
    expect(upgrade.state).toMatchObject({ status: 'running', rollback: true, step: 0, before: [T99, T99, T99, T99] });
    upgrade.sees(sightOf({ ...all(A, AT), ...down(B, AT) }));
    expect(upgrade.now).toBe('uninstall 1_03,1_04');
    expect(upgrade.sees(sightOf({ ...all(A, AT), ...down(B, { runs: T118, boots: T99 }) }))).toEqual([]);
    upgrade.sees(sightOf({ ...all(A, AT), ...down(B) }));
    upgrade.state = { ...upgrade.state, step: 5 };
    expect(upgrade.sees().map((e) => e.type)).toContain('StepBegun');
    expect(upgrade.sees().at(-1)).toMatchObject({ type: 'UpgradeFinished', rollback: true });
    expect(upgrade.state.status).toBe('rolled-back');
    expect(back(upgrade, sightOf())).toEqual(['final-check']);
  });

  it('takes orchestrators back one after the other, the other way round than they went', () => {
    const orchestrators = ['1_1', '1_2'];
    const both = sightOf(all([...all4, ...orchestrators], AT), { package: 1 });
    const last = at('final-check', { orchestrators });
    last.sees(both);
    const steps = back(last, both);
    expect(steps.slice(0, 3)).toEqual(['orchestrator-back 1_2', 'orchestrator-back 1_1', 'down 1_03,1_04']);
    const asked = () => last.history.flat().findLast((e) => e.type === 'StepBegun');
    expect(asked()).toMatchObject({ kind: 'orchestrator-back', ask: ['1_2'], package: 1 });
    const away = { ...AT, active: false };
    expect(last.sees(sightOf({ ...all(all4, AT), '1_1': AT, '1_2': { ...away, working: true } }))).toEqual([]);
    expect(last.sees(sightOf({ ...all(all4, AT), '1_1': AT, '1_2': { ...away, boots: T99 } }))).toEqual([]);
    last.sees(sightOf({ ...all(all4, AT), '1_1': AT }));
    expect([last.now, asked()]).toMatchObject(['orchestrator-back 1_1', { ask: ['1_1'] }]);

    const first = at('down 1_03,1_04', { orchestrators, orchestratorsFirst: true });
    expect(back(first, sightOf({ '1_1': AT }))).toEqual(['orchestrator-back 1_1', 'final-check']);
  });

  it('of a release takes an orchestrator back to the image that it had, whatever members had', () => {
    const older = { runs: T98, boots: T98 };
    const plan = { ...zero, orchestrators: ['1_1'], orchestratorsFirst: true };
    const upgrade = at('down 1_03,1_04', plan, sightOf({ '1_1': older }));
    expect(back(upgrade, sightOf({ '1_1': NEW }))).toEqual(['orchestrator-back 1_1', 'final-check']);
    expect(upgrade.history.at(-1)?.at(-1)).toMatchObject({ snapshot: 'before_upgrade_of_R81.20_T98', ask: ['1_1'] });
    expect(upgrade.sees(sightOf({ '1_1': { ...NEW, failure: 'no space', failedAt: 9 } }))).toMatchObject([
      { type: 'UpgradeStopped', rule: 'install-failed', reason: 'the way back failed on 1_1: no space' },
    ]);
  });

  it('before anything is installed brings up who was taken down', () => {
    expect(back(at('install 1_03,1_04'), sightOf(down(B)))).toEqual(['up 1_03,1_04', 'final-check']);
    expect(back(at('import'), sightOf())).toEqual(['final-check']);
  });

  it('of half a group leaves the other half as it is', () => {
    expect(back(at('install 1_03,1_04'), sightOf({ ...down(B), '1_03': { ...DOWN, ...AT } }))).toEqual([
      'up 1_04',
      'down 1_03',
      'uninstall 1_03',
      'up 1_03',
      'final-check',
    ]);
  });

  it('takes those first who are away already, and a canary by itself', () => {
    const plan = { canary: '1_02' };
    const steps = back(at('install 1_03,1_04', plan), sightOf({ '1_02': AT, ...down(B, AT) }));
    expect(steps.filter((step) => step.startsWith('uninstall'))).toEqual(['uninstall 1_03,1_04', 'uninstall 1_02']);
  });

  it('of a release reverts to the image there was, while members may mix', () => {
    const sight = sightOf({ ...all(A, NEW), ...all(B, NEW) });
    const upgrade = at('mvc-off 1_03,1_04,1_01,1_02', zero);
    expect(back(upgrade, sight)).toEqual([
      'mvc-on 1_01,1_02,1_03,1_04',
      'down 1_03,1_04',
      'revert 1_03,1_04',
      'up 1_03,1_04',
      'down 1_01,1_02',
      'revert 1_01,1_02',
      'up 1_01,1_02',
      'final-check',
    ]);
    upgrade.sees(sightOf(all(all4, { ...NEW, mvc: true })));
    upgrade.sees(sightOf({ ...all(A, NEW), ...down(B, NEW) }));
    expect(upgrade.history.at(-1)).toMatchObject([
      { type: 'CapacityChanged' },
      { type: 'StepDone' },
      { type: 'StepBegun', kind: 'revert', snapshot: 'before_upgrade_of_R81.20_T99', ask: B },
    ]);
  });

  it('of a release while it is mixed brings up first who has not been upgraded', () => {
    const sight = sightOf({ ...down(A), ...all(B, { ...NEW, mvc: true }) });
    expect(back(at('install 1_01,1_02', zero), sight)).toEqual([
      'up 1_01,1_02',
      'mvc-on 1_03,1_04',
      'down 1_03,1_04',
      'revert 1_03,1_04',
      'up 1_03,1_04',
      'final-check',
    ]);
  });

  it('of releases that are not to meet, before the switch, reverts who is down', () => {
    const sight = sightOf({ ...down(B, NEW), '1_04': DOWN });
    expect(back(at('install 1_03,1_04', minimum), sight)).toEqual(['revert 1_03', 'up 1_03,1_04', 'final-check']);
  });

  it('of releases that are not to meet, after the switch, switches back', () => {
    const sight = sightOf({ ...down(A), '1_01': { ...DOWN, ...NEW }, ...all(B, NEW) });
    expect(back(at('install 1_01,1_02', minimum), sight)).toEqual([
      'revert 1_01',
      'switch 1_03,1_04 1_01,1_02',
      'revert 1_03,1_04',
      'up 1_03,1_04',
      'final-check',
    ]);
    expect(back(at('up 1_01,1_02', minimum), sightOf(all(all4, NEW)))).toEqual([
      'down 1_03,1_04',
      'revert 1_03,1_04',
      'switch 1_01,1_02 1_03,1_04',
      'revert 1_01,1_02',
      'up 1_01,1_02',
      'final-check',
    ]);
  });

  it('keeps members from taking the new image again, where they were to clone', () => {
    const cloning = sightOf(all(all4, AT), { autoClone: 'on' });
    const upgrade = at('final-check', {}, sightOf({}, { autoClone: 'on' }));
    upgrade.sees(cloning);
    const steps = back(upgrade, cloning);
    expect([steps[0], steps.at(-2)]).toEqual(['cloning-off', 'cloning-on']);
    const early = at('install 1_03,1_04', {}, sightOf({}, { autoClone: 'on' }));
    expect(back(early, sightOf(down(B)))).toEqual(['cloning-off', 'up 1_03,1_04', 'cloning-on', 'final-check']);
    expect(back(early, sightOf())).toEqual(['cloning-off', 'cloning-on', 'final-check']);
  });

  it('goes on after the window, and past who may never come back', () => {
    const upgrade = at('up 1_01,1_02', { closesAt: 1_001, capacityFloorPercent: 25 }, sightOf());
    const sight = sightOf({ ...all(all4, AT), '1_02': { ...AT, ...LOST } });
    back(upgrade, { ...sight, autoClone: 'on' });
    expect(upgrade.sees(sight).at(-1)).toMatchObject({ type: 'StepBegun', kind: 'down', of: B });
  });

  it('is refused where there is nothing to go back from', () => {
    expect(new Upgrade().rollBack()).toMatchObject(
      refusal('nothing was upgraded here: there is nothing to go back to'),
    );
    expect(at('import').rollBack()).toMatchObject(refusal('the upgrade runs: pause or abort it first'));
  });

  it('is refused while somebody is being installed', () => {
    const upgrade = at('install 1_03,1_04');
    upgrade.tell({ type: 'abortUpgrade' });
    expect(upgrade.rollBack(sightOf({ ...down(B), '1_04': { ...DOWN, working: true } }))).toMatchObject(
      refusal('1_04 is being installed: wait until it is done'),
    );
    expect(upgrade.rollBack(sightOf(down(B)))[0]?.type).toBe('UpgradeStarted');
  });

  it('is refused of a release where uplinks are bonded by LACP, of a jumbo not', () => {
    const upgrade = at('install 1_03,1_04', zero);
    upgrade.tell({ type: 'abortUpgrade' });
    expect(upgrade.rollBack(sightOf(), true)).toMatchObject(
      refusal(
        'a release cannot be gone back from while uplinks are bonded by LACP (802.3ad): take the bonds apart first, or stay and go forward',
      ),
    );
    const jumbo = at('install 1_03,1_04');
    jumbo.tell({ type: 'abortUpgrade' });
    expect(jumbo.rollBack(sightOf(), true)[0]?.type).toBe('UpgradeStarted');
  });
});
