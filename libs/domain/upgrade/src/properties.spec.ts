import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { UpgradeEvent } from './events.js';
import { upgradeEvent } from './events.js';
import { upgradeMachine } from './machine.js';
import { A, B, JUMBO, RELEASE, T99 } from './testing/told.js';
import { UpgradeWorld } from './testing/upgrade-world.js';

const member = fc.constantFrom(...A, ...B);
const appliance = fc.constantFrom(...A, ...B, '1_1', '1_2');

type Happening = (world: UpgradeWorld) => void;

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 12, arbitrary: fc.constant<Happening>((world) => void world.turn()) },
  { weight: 3, arbitrary: fc.constant<Happening>((world) => world.resume()) },
  fc.constant<Happening>((world) => void world.upgrade.tell({ type: 'pauseUpgrade' })),
  member.map<Happening>((id) => (world) => world.dies(id)),
  { weight: 2, arbitrary: member.map<Happening>((id) => (world) => world.returns(id)) },
  appliance.map<Happening>((id) => (world) => world.breaks(id)),
  appliance.map<Happening>((id) => (world) => void world.slow.add(id)),
  { weight: 2, arbitrary: fc.constant<Happening>((world) => world.slow.clear()) },
  fc.boolean().map<Happening>((fails) => (world) => {
    world.policyFails = fails;
  }),
  fc.constant<Happening>((world) => {
    world.upgrade.at += 61_000;
    world.upgrade.tell({ type: 'stepTimeUp' });
  }),
  fc.nat(3).map<Happening>((back) => ({ upgrade }) => {
    upgrade.tell({ type: 'stepRefused', of: Math.max(1, upgrade.state.begunWith - back), reason: 'no' });
  }),
);
const goingBack: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 8, arbitrary: happening },
  fc.constant<Happening>((world) => world.rollBack()),
  fc.constant<Happening>((world) => void world.upgrade.tell({ type: 'abortUpgrade' })),
  fc.constant<Happening>((world) => world.start()),
);

const setting = fc.record({
  what: fc.constantFrom(
    { pkg: JUMBO, from: T99, method: 'zero-downtime' as const },
    { pkg: JUMBO, from: T99, method: 'minimum-downtime' as const },
    { pkg: RELEASE, from: T99, method: 'zero-downtime' as const },
    { pkg: RELEASE, from: T99, method: 'minimum-downtime' as const },
    // These two are not to meet.
    { pkg: RELEASE, from: { release: 'R81', take: 5 }, method: 'minimum-downtime' as const },
  ),
  canary: fc.constantFrom('', '1_02', '1_04'),
  orchestrators: fc.subarray(['1_1', '1_2']),
  orchestratorsFirst: fc.boolean(),
  capacityFloorPercent: fc.constantFrom(0, 50),
  holdsUpgraded: fc.boolean(),
  autoClone: fc.constantFrom('on' as const, 'off' as const),
});
type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

function begun({ holdsUpgraded, autoClone, what, canary, ...plan }: Setting): UpgradeWorld {
  const { pkg, from, method } = what;
  const world = new UpgradeWorld(from, holdsUpgraded);
  world.autoClone = autoClone;
  const first = method === 'minimum-downtime' ? '' : canary;
  world.start({ ...plan, method, package: { ...pkg }, canary: first });
  expect(world.upgrade.state.status).toBe('running');
  return world;
}

const eventsOf = (world: UpgradeWorld): readonly UpgradeEvent[] => world.upgrade.history.flat();

/** Nothing stands in the way any more. */
function mend(world: UpgradeWorld): void {
  world.slow.clear();
  world.policyFails = false;
  for (const { id, alive } of world.serving) {
    if (!alive) world.returns(id);
    world.breaks(id, '');
  }
  for (const id of ['1_1', '1_2']) world.breaks(id, '');
}

function runToEnd(world: UpgradeWorld): void {
  const { upgrade } = world;
  for (let again = 0; again < 20; again++) {
    if (upgrade.state.status !== 'running') world.resume();
    world.run();
    if (upgrade.state.status !== 'stopped') return;
  }
  throw new Error(`it stops again and again at ${upgrade.now}: ${JSON.stringify(upgrade.state.stopped)}`);
}

describe('an upgrade, whatever happens to the fabric', () => {
  it('is the fold of its events, also on the way back', () => {
    fc.assert(
      fc.property(setting, fc.array(goingBack, { maxLength: 60 }), (s, happenings) => {
        const world = begun(s);
        for (const happens of happenings) happens(world);
        let folded = upgradeMachine.initial;
        for (const event of JSON.parse(JSON.stringify(eventsOf(world))) as UpgradeEvent[]) {
          folded = upgradeMachine.evolve(folded, event);
        }
        expect(folded).toEqual(world.upgrade.state);
      }),
      { numRuns: 150 },
    );
  });

  it('takes nobody down, and installs on nobody, while somebody of another group is away', () => {
    fc.assert(
      fc.property(setting, fc.array(happening, { maxLength: 60 }), (s, happenings) => {
        const world = begun(s);
        for (const happens of happenings) {
          const away = world
            .sight()
            .members.filter((m) => !m.serves)
            .map((m) => m.id);
          const { length } = eventsOf(world);
          happens(world);
          for (const event of eventsOf(world).slice(length)) {
            if (event.type !== 'StepBegun' || (event.kind !== 'down' && event.kind !== 'install')) continue;
            // Who went down between the two looks may have come back, but not the other way round.
            const since = world.sight().members.filter((m) => !m.serves && away.includes(m.id));
            expect(since.filter((m) => !event.of.includes(m.id))).toEqual([]);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('comes to its end once nothing stands in the way, with every step done once and in order', () => {
    fc.assert(
      fc.property(setting, fc.array(happening, { maxLength: 60 }), (s, happenings) => {
        const world = begun(s);
        for (const happens of happenings) happens(world);
        mend(world);
        runToEnd(world);
        const { upgrade } = world;
        expect(upgrade.state.status).toBe('done');
        const done = eventsOf(world).flatMap((e) => (e.type === 'StepDone' ? [e.step] : []));
        expect(done).toEqual(upgrade.state.steps.map((_, i) => i));
        expect(eventsOf(world).filter((e) => e.type === 'UpgradeFinished')).toHaveLength(1);
        for (const { runs, serves, mvc } of world.sight().members) {
          expect({ runs, serves, mvc }).toEqual({ runs: upgrade.state.target, serves: true, mvc: false });
        }
        expect(world.autoClone).toBe(s.autoClone);
      }),
      { numRuns: 200 },
    );
  });

  it('leads back from wherever it is to what was there before', () => {
    fc.assert(
      fc.property(setting, fc.array(happening, { maxLength: 60 }), fc.boolean(), (s, happenings, through) => {
        const world = begun(s);
        for (const happens of happenings) happens(world);
        mend(world);
        if (through) runToEnd(world);
        // What is under way comes to its end first.
        if (world.upgrade.state.status === 'running') world.upgrade.tell({ type: 'pauseUpgrade' });
        world.turn();
        world.rollBack();
        runToEnd(world);
        expect(world.upgrade.state.status).toBe('rolled-back');
        for (const { runs, serves, mvc } of world.sight().members) {
          expect({ runs, serves, mvc }).toEqual({ runs: s.what.from, serves: true, mvc: false });
        }
        expect(world.autoClone).toBe(s.autoClone);
      }),
      { numRuns: 200 },
    );
  });

  it('hears nothing new in what it is told twice, but for steps that one look shows to be done', () => {
    fc.assert(
      fc.property(setting, fc.array(happening, { maxLength: 60 }), (s, happenings) => {
        const world = begun(s);
        for (const happens of happenings) {
          happens(world);
          const { upgrade } = world;
          const { begunWith } = upgrade.state;
          upgrade.tell({ type: 'stepRefused', of: begunWith, reason: 'no' });
          expect(upgrade.tell({ type: 'stepRefused', of: begunWith, reason: 'no' })).toEqual([]);
          expect(upgrade.tell({ type: 'stepTimeUp' })).toEqual([]);
          const sight = world.sight();
          const steps = upgrade.state.steps.length;
          for (let again = 0; again < steps && upgrade.sees(sight).length > 0; again++);
          expect(upgrade.sees(sight)).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('evolve', () => {
  it('takes any event in any state, and knows the version afterwards', () => {
    const worlds = fc.tuple(setting, fc.array(goingBack, { maxLength: 40 })).map(([s, happenings]) => {
      const world = begun(s);
      for (const happens of happenings) happens(world);
      return world;
    });
    fc.assert(
      fc.property(worlds, worlds, fc.boolean(), (one, other, fresh) => {
        let state = fresh ? upgradeMachine.initial : one.upgrade.state;
        for (const event of eventsOf(other)) {
          state = upgradeMachine.evolve(state, upgradeEvent.parse(event));
          expect(state.version).toBe(event.version);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('leaves the state as it is for an event it does not know', () => {
    const { state } = begun({ ...fc.sample(setting, { numRuns: 1, seed: 1 })[0] } as Setting).upgrade;
    expect(upgradeMachine.evolve(state, { type: 'Unheard', version: 99 } as never)).toBe(state);
    expect(upgradeMachine.decide(state, { type: 'unheard' } as never)).toEqual([]);
  });
});
