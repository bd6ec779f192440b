import { describe, expect, it } from '@jest/globals';
import type { StepBegun, StepKind, UpgradeEvent } from './events.js';
import { upgradeMachine } from './machine.js';
import { A, B, JUMBO, RELEASE, sightOf, Upgrade } from './testing/told.js';
import { UpgradeWorld } from './testing/upgrade-world.js';

const why = 'upgrade to R81.20 take 118';

/** What follows from a step: who is told, and what. */
function follows(kind: StepKind, change: Partial<StepBegun> = {}): unknown[] {
  const event: UpgradeEvent = {
    type: 'StepBegun',
    version: 7,
    at: 1,
    step: 3,
    kind,
    of: B,
    to: [],
    package: 2,
    pkg: { ...JUMBO },
    snapshot: 'kept',
    ask: B,
    failedBefore: 0,
    ...change,
  };
  return upgradeMachine
    .react(event, { stream: 'upgrade.SG1', version: 7, index: 0 })
    .map(({ to, input }) => [to, input]);
}

const group = (input: object): unknown => ['security-group.SG1', input];
const software = (input: object): unknown => ['software.SG1', input];
const admin = (member: string, state: string, force?: true): unknown =>
  group({ type: 'setAdmin', member, state, why, ...(force && { force }) });

describe('what follows from a step', () => {
  it.each(['check', 'final-check'] as const)('is nothing of a look: %s', (kind) => {
    expect(follows(kind, { of: [], ask: [] })).toEqual([]);
  });

  it.each([
    ['backup', { type: 'takeSnapshot', name: 'kept', of: 'configuration', appliances: B }],
    ['import', { type: 'importPackage', ...JUMBO }],
    ['verify', { type: 'verifyPackage', package: 2, appliances: B }],
    ['install', { type: 'installPackage', package: 2, as: 'install', appliances: B, why }],
    ['orchestrator', { type: 'installPackage', package: 2, as: 'install', appliances: B, why }],
    ['orchestrator-back', { type: 'uninstallPackage', package: 2, appliances: B, why }],
    ['uninstall', { type: 'uninstallPackage', package: 2, appliances: B, why }],
    ['revert', { type: 'revertToSnapshot', name: 'kept', appliances: B, why }],
    ['mvc-on', { type: 'setMvc', state: 'on', appliances: B }],
    ['mvc-off', { type: 'setMvc', state: 'off', appliances: B }],
  ] as const)('is said to the software: %s', (kind, input) => {
    expect(follows(kind)).toEqual([software(input)]);
    expect(follows(kind, { ask: ['1_04'] })).toEqual([
      software('appliances' in input ? { ...input, appliances: ['1_04'] } : input),
    ]);
    if (kind !== 'import') expect(follows(kind, { ask: [] })).toEqual([]);
  });

  it('is an upgrade where the package is a release', () => {
    const upgrade = {
      type: 'installPackage',
      package: 2,
      as: 'upgrade',
      appliances: B,
      why: 'upgrade to R82 take 777',
    };
    expect(follows('install', { pkg: { ...RELEASE } })).toEqual([software(upgrade)]);
    const revert = { type: 'revertToSnapshot', name: 'kept', appliances: B, why: 'upgrade to R82 take 777' };
    expect(follows('orchestrator-back', { pkg: { ...RELEASE } })).toEqual([software(revert)]);
  });

  it('says what the operator gave as the reason, as far as it goes', () => {
    const said = (why: string) => follows('install', { why, ask: ['1_03'] });
    const input = { type: 'installPackage', package: 2, as: 'install', appliances: ['1_03'] };
    expect(said('CHG-1')).toEqual([software({ ...input, why: `${why}: CHG-1` })]);
    expect(said('x'.repeat(200))).toEqual([software({ ...input, why: `${why}: ${'x'.repeat(200)}`.slice(0, 200) })]);
  });

  it('is said to the group: who is down, who is up, and whether they clone', () => {
    expect(follows('down')).toEqual([admin('1_03', 'down'), admin('1_04', 'down')]);
    expect(follows('up', { ask: ['1_04'] })).toEqual([admin('1_04', 'up')]);
    expect(follows('cloning-off', { of: [], ask: [] })).toEqual([group({ type: 'setAutoClone', state: 'off', why })]);
    expect(follows('cloning-on', { of: [], ask: [] })).toEqual([group({ type: 'setAutoClone', state: 'on', why })]);
  });

  it('is at a switch that all of one side go, for good, and then the other side comes', () => {
    expect(follows('switch', { of: A, to: B, ask: [...A, ...B] })).toEqual([
      admin('1_01', 'down', true),
      admin('1_02', 'down', true),
      admin('1_01', 'down', true),
      admin('1_02', 'down', true),
      admin('1_03', 'up'),
      admin('1_04', 'up'),
    ]);
    expect(follows('switch', { of: A, to: B, ask: ['1_02'] })).toEqual([
      admin('1_02', 'down', true),
      admin('1_02', 'down', true),
    ]);
  });

  it.each(['up', 'switch'] as const)('ends the waiting for a turn where the package is a release: %s', (kind) => {
    const [first] = follows(kind, { pkg: { ...RELEASE } });
    expect(first).toEqual(software({ type: 'directUpgrade', direction: 'end' }));
  });

  it('is nothing of any other event', () => {
    const upgrade = new Upgrade();
    const [started] = upgrade.start();
    expect(upgradeMachine.react(started as UpgradeEvent, { stream: 'upgrade.SG1', version: 1, index: 0 })).toEqual([]);
  });
});

describe('deadlines', () => {
  it('are the limit of the present step while it runs', () => {
    const upgrade = new Upgrade();
    expect(upgradeMachine.deadlines(upgrade.state)).toEqual([]);
    upgrade.start({ stepLimitMs: 5_000 });
    expect(upgradeMachine.deadlines(upgrade.state)).toEqual([{ id: 'step', at: 6_001, input: { type: 'stepTimeUp' } }]);
    upgrade.sees();
    expect(upgradeMachine.deadlines(upgrade.state)).toMatchObject([{ at: 6_002 }]);
    upgrade.tell({ type: 'pauseUpgrade' });
    expect(upgradeMachine.deadlines(upgrade.state)).toEqual([]);
    upgrade.resume(sightOf());
    expect(upgradeMachine.deadlines(upgrade.state)).toMatchObject([{ at: 6_004 }]);
    upgrade.tell({ type: 'abortUpgrade' });
    expect(upgradeMachine.deadlines(upgrade.state)).toEqual([]);
  });
});

describe('an upgrade that is carried out', () => {
  it.each([
    ['zero-downtime', JUMBO],
    ['minimum-downtime', JUMBO],
    ['zero-downtime', RELEASE],
    ['minimum-downtime', RELEASE],
  ] as const)('comes to its end, %s, also where who is upgraded waits for a turn', (method, pkg) => {
    for (const holdsUpgraded of [false, true]) {
      const world = new UpgradeWorld(undefined, holdsUpgraded);
      world.start({ method, package: { ...pkg }, orchestrators: ['1_1', '1_2'] });
      world.run();
      expect(world.upgrade.state).toMatchObject({ status: 'done', stopped: null });
      const { target } = world.upgrade.state;
      for (const id of [...A, ...B, '1_1', '1_2']) expect(world.runs(id)).toEqual(target);
    }
  });

  it('goes on where one installation of two failed, and installs only there', () => {
    const world = new UpgradeWorld();
    world.start();
    world.breaks('1_04');
    world.run();
    expect(world.upgrade.state).toMatchObject({ status: 'stopped', stopped: { rule: 'install-failed' } });
    expect(world.upgrade.now).toBe('install 1_03,1_04');
    world.resume();
    world.run();
    expect(world.upgrade.state.status).toBe('done');
  });

  it('goes on where it was stopped while a member was being installed', () => {
    const world = new UpgradeWorld();
    world.start();
    world.slow.add('1_03');
    while (world.upgrade.now !== 'install 1_03,1_04') world.turn();
    world.turn();
    world.upgrade.tell({ type: 'stepTimeUp', at: 99_999 });
    expect(world.upgrade.state.stopped?.rule).toBe('step-limit');
    world.resume();
    world.slow.clear();
    world.run();
    expect(world.upgrade.state.status).toBe('done');
  });

  it('goes on where it was stopped while members that were brought up were booting', () => {
    const world = new UpgradeWorld();
    world.start();
    while (world.upgrade.now !== 'up 1_03,1_04') world.turn();
    world.dies('1_04');
    world.turn();
    world.upgrade.tell({ type: 'pauseUpgrade' });
    world.resume();
    expect(world.upgrade.state.status).toBe('running');
    world.returns('1_04');
    world.run();
    expect(world.upgrade.state.status).toBe('done');
  });
});
