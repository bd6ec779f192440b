import { describe, expect, it } from '@jest/globals';
import { rankOf } from '@rehearsal/software';
import type { Sight, UpgradePlan } from './inputs.js';
import { upgradeMachine } from './machine.js';
import { A, all, B, DOWN, R82, RELEASE, sightOf, Upgrade } from './testing/told.js';

const release = { package: { ...RELEASE } };
const HASH = 'ab'.repeat(32);
type PolicySight = NonNullable<Sight['policy']>;

const policy = (change: Partial<PolicySight> = {}): { readonly policy: PolicySight } => ({
  policy: {
    hash: HASH,
    installed: [{ rank: rankOf('R81.20'), since: 2 }],
    failure: '',
    failedAt: 0,
    frozen: false,
    version: 30,
    ...change,
  },
});
const installedAt = (since: number, version = since): { readonly policy: PolicySight } =>
  policy({ installed: [...policy().policy.installed, { rank: rankOf('R82'), since }], version });

function stepsOf(plan: Partial<UpgradePlan>, sight = sightOf({}, policy())): string[] {
  const upgrade = new Upgrade();
  upgrade.start(plan, sight);
  return upgrade.steps.slice(4);
}

/** Group B runs the new release and is down. */
const HALF = all(B, { ...DOWN, runs: R82, boots: R82 });

/** An upgrade that installs policy for the first group. */
function installing(sight = sightOf(HALF, policy())): Upgrade {
  const upgrade = new Upgrade();
  upgrade.start(release, sightOf({}, policy()));
  upgrade.state = { ...upgrade.state, step: upgrade.steps.indexOf('install 1_03,1_04') };
  upgrade.sees(sight);
  return upgrade;
}

describe('policy is installed', () => {
  it('with the rules of it that may wait', () => {
    const last = installing(sightOf(HALF, policy({ deferrable: ['mail'] })))
      .history.flat()
      .at(-1);
    expect(last).toMatchObject({ type: 'StepBegun', kind: 'policy', policy: { hash: HASH, deferrable: ['mail'] } });
    const told = upgradeMachine.react(last!, { stream: 'upgrade.SG1', version: 7, index: 0 });
    expect(told.map(({ input }) => input)).toMatchObject([{ type: 'installPolicy', deferrable: ['mail'] }]);
  });

  it('for the new release before its first members serve, and once more when all are of it', () => {
    expect(stepsOf(release)).toEqual([
      'down 1_03,1_04',
      'install 1_03,1_04',
      'policy 1_03,1_04',
      'mvc-on 1_03,1_04',
      'up 1_03,1_04',
      'down 1_01,1_02',
      'install 1_01,1_02',
      'mvc-on 1_01,1_02',
      'up 1_01,1_02',
      'mvc-off 1_03,1_04,1_01,1_02',
      'policy 1_03,1_04,1_01,1_02',
      'final-check',
    ]);
    expect(stepsOf({ ...release, canary: '1_02' }).filter((step) => step.startsWith('policy'))).toEqual([
      'policy 1_02',
      'policy 1_02,1_03,1_04,1_01',
    ]);
  });

  it('before the switch, and once more after it, where a downtime is accepted', () => {
    expect(stepsOf({ ...release, method: 'minimum-downtime' })).toEqual([
      'down 1_03,1_04',
      'install 1_03,1_04',
      'policy 1_03,1_04',
      'switch 1_01,1_02 1_03,1_04',
      'install 1_01,1_02',
      'up 1_01,1_02',
      'policy 1_03,1_04,1_01,1_02',
      'final-check',
    ]);
  });

  it('for no jumbo, and not where policies have no release', () => {
    const isPolicy = (step: string): boolean => step.startsWith('policy');
    expect(stepsOf({}).filter(isPolicy)).toEqual([]);
    expect(stepsOf(release, sightOf()).filter(isPolicy)).toEqual([]);
  });

  it.each(['zero-downtime', 'minimum-downtime'] as const)('on the way back when all are back: %s', (method) => {
    const back = (changes: Parameters<typeof sightOf>[0]): string[] => {
      const upgrade = new Upgrade();
      upgrade.start({ ...release, method }, sightOf({}, policy()));
      upgrade.tell({ type: 'abortUpgrade' });
      upgrade.rollBack(sightOf(changes, policy()));
      return upgrade.steps;
    };
    expect(back(HALF).slice(-2)).toEqual(['policy 1_01,1_02,1_03,1_04', 'final-check']);
    const whole = back(all([...A, ...B], { runs: R82, boots: R82 }));
    expect(whole.filter((step) => step.startsWith('policy'))).toEqual(['policy 1_01,1_02,1_03,1_04']);
    expect(back({})).toEqual(['final-check']);
  });
});

describe('a step that installs policy', () => {
  it('asks the group for the policy there is, for what its members run', () => {
    const upgrade = installing();
    const begun = upgrade.history.at(-1)?.at(-1);
    expect(begun).toMatchObject({
      type: 'StepBegun',
      kind: 'policy',
      policy: { hash: HASH, release: { rank: rankOf('R82'), name: 'R82', runs: B }, after: 30 },
    });
    if (begun === undefined) throw new Error('it has not begun');
    expect(upgradeMachine.react(begun, { stream: 'upgrade.SG1', version: 2, index: 1 })).toEqual([
      {
        to: 'security-group.SG1',
        input: {
          type: 'installPolicy',
          hash: HASH,
          release: { rank: rankOf('R82'), name: 'R82', runs: B },
          why: `upgrade to R82 take ${RELEASE.take}`,
        },
      },
    ]);
  });

  it('is over when it was installed since, for that release', () => {
    const upgrade = installing();
    expect(upgrade.sees(sightOf(HALF, policy({ version: 31 })))).toEqual([]);
    expect(upgrade.sees(sightOf(HALF, installedAt(30, 31)))).toEqual([]);
    const other = policy({ installed: [{ rank: rankOf('R81.20'), since: 40 }], version: 40 });
    expect(upgrade.sees(sightOf(HALF, other))).toEqual([]);
    const frozen = { policy: { ...installedAt(41).policy, frozen: true } };
    expect(upgrade.sees(sightOf(HALF, frozen))).toEqual([]);
    expect(upgrade.sees(sightOf(HALF, installedAt(41))).map((e) => e.type)).toEqual(['StepDone', 'StepBegun']);
    expect(upgrade.now).toBe('mvc-on 1_03,1_04');
  });

  it('stops the upgrade where the group gives it up, and installs it again when that is resumed', () => {
    const upgrade = installing(sightOf(HALF, policy({ failure: 'from before', failedAt: 30 })));
    expect(upgrade.sees(sightOf(HALF, policy({ failure: 'from before', failedAt: 30, version: 31 })))).toEqual([]);
    const failed = policy({ failure: 'not ready within 60000 ms: 1_02', failedAt: 35, version: 35 });
    expect(upgrade.sees(sightOf(HALF, failed))).toMatchObject([
      {
        type: 'UpgradeStopped',
        rule: 'policy-differs',
        reason: 'policy was not installed for R82: not ready within 60000 ms: 1_02',
        remedy: 'Bring back who was not ready, and resume, which installs it again; or roll back.',
      },
    ]);
    expect(upgrade.resume(sightOf(HALF, failed))).toMatchObject([
      { type: 'UpgradeResumed' },
      { type: 'StepBegun', kind: 'policy', policy: { after: 35 } },
    ]);
    expect(upgrade.sees(sightOf(HALF, failed))).toEqual([]);
    expect(upgrade.sees(sightOf(HALF, installedAt(37))).map((e) => e.type)).toEqual(['StepDone', 'StepBegun']);
  });

  it('does not begin while another policy is installed', () => {
    const upgrade = installing(sightOf(HALF, { ...policy(), installingPolicy: true }));
    expect(upgrade.state.stopped).toEqual({
      rule: 'policy-differs',
      reason: 'another policy is being installed',
      remedy: 'Wait until it is, then resume.',
    });
    expect(upgrade.resume(sightOf(HALF, { ...policy(), installingPolicy: true }))).toMatchObject([
      { type: 'UpgradeRefused', reason: 'another policy is being installed: Wait until it is, then resume.' },
    ]);
    expect(upgrade.resume(sightOf(HALF, policy())).map((e) => e.type)).toEqual(['UpgradeResumed', 'StepBegun']);
  });

  it('stops where the group refuses it', () => {
    const upgrade = installing();
    const reason = 'nobody is active: bring a member up first';
    upgrade.tell({ type: 'stepRefused', of: upgrade.state.begunWith, reason });
    expect(upgrade.state.stopped).toMatchObject({ rule: 'refused', reason });
  });

  it('knows nothing of policy in the state of any other', () => {
    const upgrade = installing();
    upgrade.sees(sightOf(HALF, installedAt(31)));
    expect(upgrade.state.policy).toBeNull();
    expect(upgrade.history.at(-1)?.at(-1)).not.toHaveProperty('policy');
  });
});
