import { expect } from '@jest/globals';
import type { PackageFile, Software } from '@rehearsal/software';
import { readPackageName } from '@rehearsal/software';
import type { UpgradeEvent } from '../events.js';
import { upgradeEvent } from '../events.js';
import type { MemberSight, OrchestratorSight, Sight, UpgradeInput, UpgradePlan } from '../inputs.js';
import { upgradeInput } from '../inputs.js';
import { upgradeMachine } from '../machine.js';
import type { UpgradeState } from '../state.js';

/** An input without what every input has. */
export type Told = Record<string, unknown> & { readonly type: string };

const FROM: Record<string, string> = { observed: 'observation', stepRefused: 'observation', stepTimeUp: 'deadline' };

export const T98: Software = { release: 'R81.20', take: 98 };
export const T99: Software = { release: 'R81.20', take: 99 };
export const T118: Software = { release: 'R81.20', take: 118 };
export const R82: Software = { release: 'R82', take: 0 };

export const JUMBO = readPackageName('Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz') as PackageFile;
export const RELEASE = readPackageName('Check_Point_R82_T777_Fresh_Install_and_Upgrade.tgz') as PackageFile;

export const A = ['1_01', '1_02'];
export const B = ['1_03', '1_04'];

/** Group B before group A, of four members. */
export function planOf(change: Partial<UpgradePlan> = {}): UpgradePlan {
  return {
    method: 'zero-downtime',
    package: { ...JUMBO },
    canary: '',
    groups: [B, A],
    orchestrators: [],
    orchestratorsFirst: false,
    capacityFloorPercent: 50,
    mayLoseBackups: false,
    stepLimitMs: 60_000,
    gateMs: 0,
    closesAt: 0,
    ...change,
  };
}

export function memberOf(id: string, change: Partial<MemberSight> = {}): MemberSight {
  return {
    id,
    weight: 1,
    admin: 'up',
    active: true,
    serves: true,
    runs: T99,
    boots: T99,
    working: false,
    failure: '',
    failedAt: 0,
    mvc: false,
    snapshots: [],
    ...change,
  };
}

export function orchestratorOf(id: string, change: Partial<OrchestratorSight> = {}): OrchestratorSight {
  return { id, active: true, runs: T99, boots: T99, working: false, failure: '', failedAt: 0, ...change };
}

/** Who is away because it was taken down. */
export const DOWN = { admin: 'down', active: false, serves: false } as const;
/** Who is away by itself. */
export const LOST = { active: false, serves: false } as const;

/** All is well, but for `changes` of members and orchestrators by id. */
export function sightOf(
  changes: Readonly<Record<string, Partial<MemberSight> & Partial<OrchestratorSight>>> = {},
  change: Partial<Sight> = {},
): Sight {
  return {
    members: [...A, ...B].map((id) => memberOf(id, changes[id])),
    orchestrators: ['1_1', '1_2'].map((id) => orchestratorOf(id, changes[id])),
    exposed: 0,
    copying: 0,
    balanced: true,
    autoClone: 'off',
    installingPolicy: false,
    package: 0,
    verified: [],
    ...change,
  };
}

/** The same for some of them. */
export function all<T>(ids: readonly string[], change: T): Record<string, T> {
  return Object.fromEntries(ids.map((id) => [id, change]));
}

/** An upgrade for specs: tell it inputs, one after another, and look at what it decides. */
export class Upgrade {
  state: UpgradeState = upgradeMachine.initial;
  readonly history: UpgradeEvent[][] = [];
  at = 1_000;
  private inputs = 0;

  /** Decides and folds; checks what must hold for every decision. */
  tell(told: Told): readonly UpgradeEvent[] {
    const input = this.input(told);
    const events = upgradeMachine.decide(this.state, input);
    expect(upgradeMachine.decide(JSON.parse(JSON.stringify(this.state)), input)).toEqual(events);
    if (events.length === 0) {
      // Who gives a command is owed an answer.
      expect(input.from).not.toBe('command');
      return events;
    }
    const version = this.state.version + 1;
    for (const event of events) {
      expect(upgradeEvent.parse(event)).toEqual(event);
      expect(event.version).toBe(version);
      this.state = upgradeMachine.evolve(this.state, event);
    }
    expect(this.state.version).toBe(version);
    this.history.push([...events]);
    return events;
  }

  input(told: Told): UpgradeInput {
    this.inputs++;
    this.at++;
    const from = FROM[told.type] ?? 'command';
    return upgradeInput.parse({ id: `input-${this.inputs}`, at: this.at, from, ...told });
  }

  start(plan: Partial<UpgradePlan> = {}, sight: Sight = sightOf()): readonly UpgradeEvent[] {
    return this.tell({ type: 'startUpgrade', plan: planOf(plan), sight });
  }

  sees(sight: Sight = sightOf()): readonly UpgradeEvent[] {
    return this.tell({ type: 'observed', sight });
  }

  resume(sight: Sight = sightOf()): readonly UpgradeEvent[] {
    return this.tell({ type: 'resumeUpgrade', sight });
  }

  rollBack(sight: Sight = sightOf(), lacpUplinks = false): readonly UpgradeEvent[] {
    return this.tell({ type: 'rollBack', sight, lacpUplinks });
  }

  /** As in `down 1_03,1_04`; of a switch also to whom. */
  get steps(): string[] {
    return this.state.steps.map(({ kind, of, to }) => {
      return [kind, of.join(), to.join()].filter((part) => part !== '').join(' ');
    });
  }

  get now(): string | undefined {
    return this.steps[this.state.step];
  }
}
