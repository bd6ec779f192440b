import { expect } from '@jest/globals';
import type { SecurityGroupEvent } from '../events.js';
import { securityGroupEvent } from '../events.js';
import type { Evidence, GroupConfig, GroupRules, SecurityGroupInput } from '../inputs.js';
import { securityGroupInput } from '../inputs.js';
import { securityGroup } from '../machine.js';
import type { SecurityGroupState } from '../state.js';
import { memberOf } from '../state.js';
import { tableHash } from '../table/hash.js';

/** An input without what every input has. */
export type Told = Record<string, unknown> & { readonly type: string };

const FROM: Record<string, string> = {
  configure: 'command',
  inStep: 'intent',
  setAdmin: 'command',
  assignSpare: 'command',
  detachSpare: 'command',
  setAutoClone: 'command',
  setRules: 'command',
  setDistribution: 'command',
  freeze: 'command',
  installPolicy: 'command',
  culTimeUp: 'deadline',
  freezeTimeUp: 'deadline',
  installTimeUp: 'deadline',
};

export const RULES: GroupRules = {
  drain: true,
  culThresholdPercent: 80,
  culOffMs: 10_000,
  freezeOnInstallMs: 0,
  lockstep: true,
  installWithinMs: 60_000,
};

/** A group for specs: tell it inputs, one after another, and look at what it decides. */
export class Group {
  state: SecurityGroupState = securityGroup.initial;
  readonly history: SecurityGroupEvent[][] = [];
  private inputs = 0;

  /** Decides and folds; checks what must hold for every decision. */
  tell(told: Told): readonly SecurityGroupEvent[] {
    const input = this.input(told);
    const events = securityGroup.decide(this.state, input);
    expect(securityGroup.decide(JSON.parse(JSON.stringify(this.state)), input)).toEqual(events);
    if (events.length === 0) return events;
    const version = this.state.version + 1;
    for (const event of events) {
      expect(securityGroupEvent.parse(event)).toEqual(event);
      expect(event.version).toBe(version);
      this.state = securityGroup.evolve(this.state, event);
    }
    expect(this.state.version).toBe(version);
    const hashes = events.flatMap((event) => ('tableHash' in event ? [event.tableHash] : []));
    for (const hash of hashes) expect(hash).toBe(tableHash(this.state));
    this.history.push([...events]);
    return events;
  }

  /** As `tell`, with the hashes, which `tell` has checked, left out. */
  decides(told: Told): readonly Record<string, unknown>[] {
    return this.tell(told).map((event) => {
      const { tableHash: _checked, ...rest } = event as SecurityGroupEvent & { tableHash?: string };
      return rest;
    });
  }

  input(told: Told): SecurityGroupInput {
    this.inputs++;
    return securityGroupInput.parse({
      id: `input-${this.inputs}`,
      at: this.inputs,
      from: FROM[told.type] ?? 'observation',
      ...told,
    });
  }

  /** All copies under way come in step, those of one pair of members at a time, until none is left. */
  copyAll(limit = 1_000): void {
    for (let round = 0; this.state.joining.some((to) => to !== 0); round++) {
      if (round === limit) throw new Error(`copies were still under way after ${limit} rounds`);
      this.copyOne(this.state.joining.findIndex((to) => to !== 0));
    }
  }

  /** The copies between the two members of this slot come in step. */
  copyOne(slot: number): readonly SecurityGroupEvent[] {
    const { active, joining } = this.state;
    const slots = active.flatMap((from, s) => (from === active[slot] && joining[s] === joining[slot] ? [s] : []));
    return this.tell(this.copied(active[slot] as number, joining[slot] as number, slots));
  }

  copied(active: number, member: number, slots: readonly number[], version = this.state.version): Told {
    return {
      type: 'inStep',
      member: memberOf(this.state, member),
      incarnation: this.state.members[member - 1]?.incarnation,
      active: memberOf(this.state, active),
      activeIncarnation: this.state.members[active - 1]?.incarnation,
      slots,
      version,
    };
  }
}

export function seen(member: string, incarnation = 1, rest: Record<string, unknown> = {}): Told {
  return { type: 'memberSeen', member, incarnation, orchestrator: '1_1', evidence: {}, ...rest };
}

export function silent(member: string, incarnation = 1, evidence: Evidence = { missed: 3 }): Told {
  return { type: 'memberSilent', member, incarnation, reason: 'silence', evidence };
}

export function adminOf(member: string, state: 'up' | 'down', force?: boolean): Told {
  return { type: 'setAdmin', member, state, ...(force === undefined ? {} : { force }) };
}

export function reported(member: string, problems: readonly string[], incarnation = 1): Told {
  return { type: 'memberReported', member, incarnation, orchestrator: '1_1', problems };
}

/** Says that it has handed everything over, as of the present table unless an older one is named. */
export function drained(group: Group, member: string, version = group.state.version): Told {
  const incarnation = group.state.members.find((m) => m.id === member)?.incarnation;
  return { type: 'memberDrained', member, incarnation, orchestrator: '1_1', version };
}

export function idOf(number: number): string {
  return `1_${String(number).padStart(2, '0')}`;
}

export function configOf(members: number, slots: number, change: Partial<GroupConfig> = {}): GroupConfig {
  return {
    members: Array.from({ length: members }, (_, i) => ({ id: idOf(i + 1), weight: 1 })),
    orchestrators: ['1_1', '1_2'],
    slots,
    placement: 'spread',
    requireInStep: true,
    rules: RULES,
    ...change,
  };
}

export function configured(members: number, slots: number, change: Partial<GroupConfig> = {}): Group {
  const group = new Group();
  group.tell({ type: 'configure', config: configOf(members, slots, change) });
  return group;
}

/** A group whose members have all joined and are in step. */
export function settled(members: number, slots: number, change: Partial<GroupConfig> = {}): Group {
  const group = configured(members, slots, change);
  for (let m = 1; m <= members; m++) {
    group.tell(seen(idOf(m)));
    group.copyAll();
  }
  return group;
}

/** A group whose members have all joined and are in step, and spares behind them that are in none. */
export function settledWithSpares(members: number, spares: number, change: Partial<GroupConfig> = {}): Group {
  const all = Array.from({ length: members + spares }, (_, i) => ({
    id: idOf(i + 1),
    weight: 1,
    ...(i < members ? {} : { spare: true as const }),
  }));
  return settled(members, members * 2, { members: all, autoClone: 'on', ...change });
}
