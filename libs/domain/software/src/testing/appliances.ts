import { expect } from '@jest/globals';
import { readPackageName } from '../catalogue/index.js';
import type { SoftwareEvent } from '../events.js';
import { softwareEvent } from '../events.js';
import type { SoftwareConfig, SoftwareInput } from '../inputs.js';
import { softwareInput } from '../inputs.js';
import { softwareMachine } from '../machine.js';
import type { Appliance, SoftwareState } from '../state.js';
import { applianceOf } from '../state.js';

/** An input without what every input has. */
export type Told = Record<string, unknown> & { readonly type: string };

const OBSERVATIONS = new Set(['booted', 'workEnded', 'cloneDue']);

export const T99 = { release: 'R81.20', take: 99 };
export const T118 = { release: 'R81.20', take: 118 };
export const R82 = { release: 'R82', take: 0 };

export const JUMBO = 'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz';
export const HOTFIX = 'HOTFIX_R81_20_JHF_T118_FULL.tgz';
export const RELEASE = 'Check_Point_R82_T777_Fresh_Install_and_Upgrade.tgz';

/** The appliances of a group for specs: tell them inputs, one after another, and look at what is decided. */
export class Appliances {
  state: SoftwareState = softwareMachine.initial;
  readonly history: SoftwareEvent[][] = [];
  private inputs = 0;

  /** Decides and folds; checks what must hold for every decision. */
  tell(told: Told): readonly SoftwareEvent[] {
    const input = this.input(told);
    const events = softwareMachine.decide(this.state, input);
    expect(softwareMachine.decide(JSON.parse(JSON.stringify(this.state)), input)).toEqual(events);
    if (events.length === 0) {
      // Who gives a command is owed an answer.
      expect(input.from).toBe('observation');
      return events;
    }
    const version = this.state.version + 1;
    for (const event of events) {
      expect(softwareEvent.parse(event)).toEqual(event);
      expect(event.version).toBe(version);
      this.state = softwareMachine.evolve(this.state, event);
    }
    expect(this.state.version).toBe(version);
    this.history.push([...events]);
    return events;
  }

  input(told: Told): SoftwareInput {
    this.inputs++;
    return softwareInput.parse({
      id: `input-${this.inputs}`,
      at: this.inputs,
      from: OBSERVATIONS.has(told.type) ? 'observation' : 'command',
      ...told,
    });
  }

  of(id: string): Appliance {
    const found = applianceOf(this.state, id);
    if (found === undefined) throw new Error(`no appliance ${id}`);
    return found;
  }

  /** The work under way there comes to its end. */
  ends(id: string, failure?: string): readonly SoftwareEvent[] {
    const work = this.of(id).work?.since ?? 0;
    return this.tell({ type: 'workEnded', appliance: id, work, ...(failure !== undefined && { failure }) });
  }

  boots(id: string): readonly SoftwareEvent[] {
    return this.tell({ type: 'booted', appliance: id, incarnation: this.of(id).incarnation + 1 });
  }

  /** Installs on each of them, to the end and the reboot. */
  installed(number: number, as: 'install' | 'upgrade', ...ids: readonly string[]): this {
    this.tell(install(number, as, ...ids));
    for (const id of ids) {
      this.ends(id);
      this.boots(id);
    }
    return this;
  }
}

export function configOf(change: Partial<SoftwareConfig> = {}): SoftwareConfig {
  return {
    appliances: [
      ...['1_01', '1_02', '1_03'].map((id) => ({ id, role: 'member' as const, software: T99 })),
      { id: '1_1', role: 'orchestrator', software: T99 },
      { id: 'management', role: 'management', software: T99 },
    ],
    cloneNeedsMb: 10,
    cloneRoomMb: 14,
    holdsUpgraded: false,
    ...change,
  };
}

/** Configured, and everybody but the management has started. */
export function started(change: Partial<SoftwareConfig> = {}): Appliances {
  const appliances = new Appliances();
  appliances.tell({ type: 'configure', config: configOf(change) });
  for (const { id, role } of appliances.state.appliances) if (role !== 'management') appliances.boots(id);
  return appliances;
}

/** Packages 1 a jumbo, 2 a hotfix for it, 3 a release. */
export function imported(change: Partial<SoftwareConfig> = {}): Appliances {
  const appliances = started(change);
  for (const file of [JUMBO, HOTFIX, RELEASE]) appliances.tell(packageOf(file));
  return appliances;
}

export function packageOf(file: string): Told {
  return { type: 'importPackage', ...readPackageName(file) };
}

export function install(number: number, as: 'install' | 'upgrade', ...appliances: readonly string[]): Told {
  return { type: 'installPackage', package: number, as, appliances };
}
