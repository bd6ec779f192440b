import type { SecurityGroupEvent, SlotsByMember } from './events.js';
import type { GroupConfig } from './inputs.js';
import type { Member, Orchestrator, SecurityGroupState } from './state.js';
import { memberNumber } from './state.js';

/** Folds one event. Total: what it does not know leaves the state as it is. */
export function evolve(state: SecurityGroupState, event: SecurityGroupEvent): SecurityGroupState {
  const version = event.version;
  switch (event.type) {
    case 'Configured':
      return configured(event.config, version);
    case 'MemberJoined':
      return {
        ...state,
        version,
        rebalancing: true,
        members: withMember(state, event.member, {
          incarnation: event.incarnation,
          status: 'active',
          joinedAt: version,
        }),
      };
    case 'MemberLost':
      return withoutCopiesOf(
        {
          ...state,
          version,
          members: withMember(state, event.member, { status: 'out', lostAt: version }),
        },
        memberNumber(state, event.member),
      );
    case 'SlotsAssigned':
      return withActive(state, event.to, version);
    case 'SlotsTakenOver':
      return withActive(state, event.by, version);
    case 'SlotsOrphaned':
      return withActive(state, event.to, version);
    case 'BackupsInStep':
      return withBackups(state, [[memberNumber(state, event.member), ...event.slots]], version);
    case 'BackupsAssumed':
      return withBackups(state, event.copies, version);
    case 'SlotsSwapped':
      return withSwaps(state, event.slots, version);
    case 'CopiesChosen':
      return withCopies(state, event.copies, version);
    case 'GroupBalanced':
    case 'GroupDown':
      return { ...state, version, rebalancing: false };
    case 'SmoChanged':
      return { ...state, version, smo: memberNumber(state, event.smo) };
    case 'OrchestratorJoined':
      return {
        ...state,
        version,
        orchestrators: withOrchestrator(state, event.orchestrator, {
          incarnation: event.incarnation,
          status: 'active',
        }),
      };
    case 'OrchestratorLost':
      return {
        ...state,
        version,
        orchestrators: withOrchestrator(state, event.orchestrator, { status: 'out' }),
      };
    case 'ConfigureIgnored':
    case 'ConfigureRefused':
    case 'InStepRefused':
      return { ...state, version };
    default:
      return unknown(state, event);
  }
}

function unknown(state: SecurityGroupState, _event: never): SecurityGroupState {
  return state;
}

function configured(config: GroupConfig, version: number): SecurityGroupState {
  const none = (): number[] => new Array<number>(config.slots).fill(0);
  return {
    version,
    placement: config.placement,
    requireInStep: config.requireInStep,
    members: config.members.map(({ id, weight }) => ({
      id,
      weight,
      incarnation: 0,
      status: 'out',
      joinedAt: 0,
      lostAt: 0,
    })),
    orchestrators: config.orchestrators.map((id) => ({ id, incarnation: 0, status: 'out' })),
    smo: 0,
    rebalancing: false,
    active: none(),
    backup: none(),
    joining: none(),
    epoch: none(),
    joiningSince: none(),
  };
}

function withMember(state: SecurityGroupState, id: string, change: Partial<Member>): readonly Member[] {
  return state.members.map((m) => (m.id === id ? { ...m, ...change } : m));
}

function withOrchestrator(
  state: SecurityGroupState,
  id: string,
  change: Partial<Orchestrator>,
): readonly Orchestrator[] {
  return state.orchestrators.map((o) => (o.id === id ? { ...o, ...change } : o));
}

function withoutCopiesOf(state: SecurityGroupState, lost: number): SecurityGroupState {
  const backup = state.backup.slice();
  const joining = state.joining.slice();
  const joiningSince = state.joiningSince.slice();
  for (let slot = 0; slot < backup.length; slot++) {
    if (backup[slot] === lost) backup[slot] = 0;
    if (joining[slot] === lost) {
      joining[slot] = 0;
      joiningSince[slot] = 0;
    }
  }
  return { ...state, backup, joining, joiningSince };
}

/** A new active member; a copy to a third member that was under way goes on, from the new one. */
function withActive(state: SecurityGroupState, rows: SlotsByMember, version: number): SecurityGroupState {
  const active = state.active.slice();
  const backup = state.backup.slice();
  const joining = state.joining.slice();
  const joiningSince = state.joiningSince.slice();
  const epoch = state.epoch.slice();
  for (const row of rows) {
    const member = row[0] as number;
    for (let i = 1; i < row.length; i++) {
      const slot = row[i] as number;
      active[slot] = member;
      backup[slot] = 0;
      epoch[slot] = version;
      if (joining[slot] === member) {
        joining[slot] = 0;
        joiningSince[slot] = 0;
      }
    }
  }
  return { ...state, version, active, backup, joining, joiningSince, epoch };
}

function withBackups(state: SecurityGroupState, rows: SlotsByMember, version: number): SecurityGroupState {
  const backup = state.backup.slice();
  const joining = state.joining.slice();
  const joiningSince = state.joiningSince.slice();
  for (const row of rows) {
    for (let i = 1; i < row.length; i++) {
      const slot = row[i] as number;
      backup[slot] = row[0] as number;
      joining[slot] = 0;
      joiningSince[slot] = 0;
    }
  }
  return { ...state, version, backup, joining, joiningSince };
}

function withSwaps(state: SecurityGroupState, slots: readonly number[], version: number): SecurityGroupState {
  const active = state.active.slice();
  const backup = state.backup.slice();
  const epoch = state.epoch.slice();
  for (const slot of slots) {
    active[slot] = state.backup[slot] as number;
    backup[slot] = state.active[slot] as number;
    epoch[slot] = version;
  }
  return { ...state, version, active, backup, epoch };
}

function withCopies(state: SecurityGroupState, rows: SlotsByMember, version: number): SecurityGroupState {
  const joining = new Array<number>(state.joining.length).fill(0);
  const joiningSince = joining.slice();
  for (const row of rows) {
    const member = row[0] as number;
    for (let i = 1; i < row.length; i++) {
      const slot = row[i] as number;
      joining[slot] = member;
      joiningSince[slot] = state.joining[slot] === member ? (state.joiningSince[slot] as number) : version;
    }
  }
  return { ...state, version, joining, joiningSince };
}
