import { describe, expect, it } from '@jest/globals';
import type { Sight, UpgradePlan } from './inputs.js';
import { RELEASE, sightOf, Upgrade } from './testing/told.js';

function stepsOf(plan: Partial<UpgradePlan> = {}, sight?: Sight): string[] {
  const upgrade = new Upgrade();
  upgrade.start(plan, sight);
  return upgrade.steps;
}

const PREPARED = ['check', 'backup', 'import', 'verify 1_03,1_04,1_01,1_02'];

describe('the steps of an upgrade', () => {
  it('are for a jumbo: down, install, up, group by group', () => {
    expect(stepsOf()).toEqual([
      ...PREPARED,
      'down 1_03,1_04',
      'install 1_03,1_04',
      'up 1_03,1_04',
      'down 1_01,1_02',
      'install 1_01,1_02',
      'up 1_01,1_02',
      'final-check',
    ]);
  });

  it('let members of a new release mix before they come up, until all are of it', () => {
    expect(stepsOf({ package: { ...RELEASE } })).toEqual([
      ...PREPARED,
      'down 1_03,1_04',
      'install 1_03,1_04',
      'mvc-on 1_03,1_04',
      'up 1_03,1_04',
      'down 1_01,1_02',
      'install 1_01,1_02',
      'mvc-on 1_01,1_02',
      'up 1_01,1_02',
      'mvc-off 1_03,1_04,1_01,1_02',
      'final-check',
    ]);
  });

  it.each([{}, { package: { ...RELEASE } }])('switch once where a downtime is accepted', (plan) => {
    const groups = [['1_04'], ['1_03'], ['1_01', '1_02']];
    expect(stepsOf({ ...plan, groups, method: 'minimum-downtime' })).toEqual([
      'check',
      'backup',
      'import',
      'verify 1_04,1_03,1_01,1_02',
      'down 1_04,1_03',
      'install 1_04,1_03',
      'switch 1_01,1_02 1_04,1_03',
      'install 1_01,1_02',
      'up 1_01,1_02',
      'final-check',
    ]);
  });

  it('take a canary first, alone, and not again with its group', () => {
    expect(stepsOf({ canary: '1_02' }).slice(3)).toEqual([
      'verify 1_02,1_03,1_04,1_01',
      'down 1_02',
      'install 1_02',
      'up 1_02',
      'down 1_03,1_04',
      'install 1_03,1_04',
      'up 1_03,1_04',
      'down 1_01',
      'install 1_01',
      'up 1_01',
      'final-check',
    ]);
    const groups = [['1_04'], ['1_01', '1_02', '1_03']];
    const alone = { groups, canary: '1_04', capacityFloorPercent: 25, mayLoseBackups: true };
    expect(stepsOf(alone).filter((step) => step.startsWith('down'))).toEqual(['down 1_04', 'down 1_01,1_02,1_03']);
  });

  it('take orchestrators one after the other, before or after the members', () => {
    const orchestrators = ['1_1', '1_2'];
    const first = stepsOf({ orchestrators, orchestratorsFirst: true });
    expect(first.slice(3, 7)).toEqual([PREPARED[3], 'orchestrator 1_1', 'orchestrator 1_2', 'down 1_03,1_04']);
    const last = stepsOf({ orchestrators });
    expect(last.slice(-4)).toEqual(['up 1_01,1_02', 'orchestrator 1_1', 'orchestrator 1_2', 'final-check']);
  });

  it('turn cloning off and on again where it was on', () => {
    const steps = stepsOf({ orchestrators: ['1_1'] }, sightOf({}, { autoClone: 'on' }));
    expect(steps.slice(0, 4)).toEqual(['check', 'backup', 'cloning-off', 'import']);
    expect(steps.slice(-3)).toEqual(['orchestrator 1_1', 'cloning-on', 'final-check']);
  });
});
