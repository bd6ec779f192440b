import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { softwareEvent } from './events.js';
import { softwareMachine } from './machine.js';
import { sameSoftware } from './state.js';
import { configOf, imported, install, packageOf, R82, T118, T99 } from './testing/appliances.js';
import type { Appliances, Told } from './testing/appliances.js';

const ids = ['1_01', '1_02', '1_03', '1_1', 'management', '1_09'];
const id = fc.constantFrom(...ids);
const some = fc.uniqueArray(id, { minLength: 1, maxLength: 4 });
const number = fc.integer({ min: 1, max: 5 });
const name = fc.constantFrom('a', 'b', 'before_upgrade_of_R81.20_T99');

type Happening = (appliances: Appliances) => Told;

const work = (pick: number): Happening => {
  return ({ state }) => {
    const busy = state.appliances.filter((a) => a.work !== null);
    const { id: appliance, work: w } = busy[pick % (busy.length || 1)] ?? { id: '1_01', work: null };
    return { type: 'workEnded', appliance, work: w?.since ?? 1 };
  };
};
const boot = (pick: number, back: number): Happening => {
  return ({ state }) => {
    const waiting = state.appliances.filter((a) => !sameSoftware(a.runs, a.boots));
    const from = waiting.length > 0 ? waiting : state.appliances;
    const { id: appliance, incarnation } = from[pick % from.length] as (typeof from)[number];
    return { type: 'booted', appliance, incarnation: Math.max(1, incarnation + 1 - back) };
  };
};
const told = (of: fc.Arbitrary<Told>): fc.Arbitrary<Happening> => of.map((t) => () => t);
const is = <T extends string>(type: T): fc.Arbitrary<T> => fc.constant(type);

const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: fc.nat(9).map(work) },
  { weight: 4, arbitrary: fc.tuple(fc.nat(9), fc.nat(1)).map(([pick, back]) => boot(pick, back)) },
  told(
    fc.record({ type: is('workEnded'), appliance: id, work: fc.integer({ min: 1, max: 40 }), failure: is('no space') }),
  ),
  told(fc.record({ type: is('verifyPackage'), package: number, appliances: some })),
  {
    weight: 3,
    arbitrary: told(fc.tuple(number, some).map(([n, who]) => install(n, n === 3 ? 'upgrade' : 'install', ...who))),
  },
  told(fc.tuple(number, some).map(([n, who]) => install(n, 'upgrade', ...who))),
  told(fc.record({ type: is('uninstallPackage'), package: number, appliances: some })),
  told(fc.record({ type: is('setMvc'), appliances: some, state: fc.constantFrom('on', 'off') })),
  told(fc.record({ type: is('directUpgrade'), direction: fc.constantFrom('switch', 'continue', 'revert', 'end') })),
  told(fc.record({ type: is('takeSnapshot'), name, of: fc.constantFrom('configuration', 'image'), appliances: some })),
  told(fc.record({ type: is('revertToSnapshot'), name, appliances: some })),
  told(fc.record({ type: is('breakInstaller'), appliance: id, reason: fc.constantFrom('', 'no space') })),
  told(
    fc.record({
      type: is('replaceAppliance'),
      appliance: id,
      serial: fc.constantFrom('A1', 'B1', 'B2'),
      software: fc.constantFrom(T99, T118, R82),
      built: fc.constant([
        { appliance: '1_01', serial: 'A1' },
        { appliance: '1_02', serial: 'A2' },
        { appliance: '1_09', serial: 'A9' },
      ]),
      serves: fc.boolean(),
      lives: fc.boolean(),
    }),
  ),
  told(fc.record({ type: is('cloneDue'), appliance: id, smo: is('1_01'), software: fc.constantFrom(T99, T118, R82) })),
  told(fc.constant(packageOf('Check_Point_R82_jumbo_hf_main_Bundle_T25_FULL.tar'))),
  told(fc.boolean().map((holdsUpgraded) => ({ type: 'configure', config: configOf({ holdsUpgraded }) }))),
);

const history = fc.array(happening, { maxLength: 60 });
const setting = fc.record({ holdsUpgraded: fc.boolean(), cloneNeedsMb: fc.constantFrom(10, 20) });

describe('the software of a group, whatever happens to it', () => {
  it('is the fold of its events, which parse, and decides the same from what is read back', () => {
    fc.assert(
      fc.property(setting, history, (config, happenings) => {
        const appliances = imported(config);
        for (const happens of happenings) appliances.tell(happens(appliances));
        let folded = softwareMachine.initial;
        for (const event of (JSON.parse(JSON.stringify(appliances.history)) as never[][]).flat()) {
          folded = softwareMachine.evolve(folded, event);
        }
        expect(folded).toEqual(appliances.state);
      }),
      { numRuns: 200 },
    );
  });

  it('hears nothing new in an observation that is told twice', () => {
    fc.assert(
      fc.property(setting, history, (config, happenings) => {
        const appliances = imported(config);
        for (const happens of happenings) {
          const what = happens(appliances);
          appliances.tell(what);
          if (appliances.input(what).from === 'observation') expect(appliances.tell(what)).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('changes what runs by a start alone, and what is booted by finished work alone, unless it is replaced', () => {
    fc.assert(
      fc.property(setting, history, (config, happenings) => {
        const appliances = imported(config);
        for (const happens of happenings) {
          const before = appliances.state;
          const events = appliances.tell(happens(appliances));
          const about = (type: string): string[] =>
            events.flatMap((e) => (e.type === type && 'appliance' in e ? [e.appliance] : []));
          const numbers = appliances.state.appliances.flatMap((a) => (a.serial === undefined ? [] : [a.serial]));
          expect(new Set(numbers).size).toBe(numbers.length);
          appliances.state.appliances.forEach((now, i) => {
            if (about('ApplianceReplaced').includes(now.id)) {
              expect(now).toMatchObject({ work: null, snapshots: [], before: [], incarnation: 0 });
              return;
            }
            const was = before.appliances[i] as typeof now;
            if (!sameSoftware(now.runs, was.runs)) expect(about('ApplianceBooted')).toContain(now.id);
            if (!sameSoftware(now.boots, was.boots)) {
              expect(about('WorkFinished')).toContain(now.id);
              expect(now.boots).toEqual(was.work?.to);
            }
            // One thing at a time.
            if (about('WorkBegun').includes(now.id)) expect(was.work).toBeNull();
            if (now.held) expect(now.role).toBe('member');
          });
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('evolve', () => {
  it('takes any event in any state, and knows the version afterwards', () => {
    const states = fc.tuple(setting, history).map(([config, happenings]) => {
      const appliances = imported(config);
      for (const happens of happenings) appliances.tell(happens(appliances));
      return appliances;
    });
    fc.assert(
      fc.property(states, states, fc.boolean(), (one, other, fresh) => {
        let state = fresh ? softwareMachine.initial : one.state;
        for (const event of other.history.flat()) {
          state = softwareMachine.evolve(state, softwareEvent.parse(event));
          expect(state.version).toBe(event.version);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('leaves the state as it is for an event it does not know', () => {
    const { state } = imported();
    expect(softwareMachine.evolve(state, { type: 'Unheard', version: 99 } as never)).toBe(state);
    expect(softwareMachine.decide(state, { type: 'unheard' } as never)).toEqual([]);
  });
});
