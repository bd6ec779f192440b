import { FAULT_KINDS } from '@rehearsal/lab-port';
import type { LogFacts } from './judge-suffering.js';
import type { Schedule } from './schedule.js';
import type { Suffering } from './suffer.js';

/** How often something was reached, by its name. */
export type Counts = Record<string, number>;

/** What a number of runs have reached. */
export interface Coverage {
  readonly faults: Counts;
  /** Faults that could not be done, by kind. */
  readonly faultsRefused: Counts;
  readonly memberStates: Counts;
  readonly slotStates: Counts;
  readonly events: Counts;
  /** Refused or ignored inputs, by their reason. */
  readonly refusals: Counts;
  /** Packets dropped and lost, by reason. */
  readonly packets: Counts;
  /** Runs by what there was of weather and settings. */
  readonly weather: Counts;
  readonly modes: Counts;
}

export function emptyCoverage(): Coverage {
  return {
    faults: {},
    faultsRefused: {},
    memberStates: {},
    slotStates: {},
    events: {},
    refusals: {},
    packets: {},
    weather: {},
    modes: {},
  };
}

export function coverageOf(schedule: Schedule, suffering: Suffering, log: LogFacts | undefined): Coverage {
  const coverage = emptyCoverage();
  count(coverage.modes, schedule.mode);
  for (const name of Object.keys(schedule.weather)) count(coverage.weather, name);
  for (const [name, value] of Object.entries(schedule.settings)) count(coverage.weather, `${name}=${String(value)}`);
  const { modes, hide } = schedule.fabric ?? {};
  if (modes !== undefined) count(coverage.weather, `${modes.join(' and ')} distribution`);
  if (hide === true) count(coverage.weather, 'hide NAT');
  if (schedule.traffic.asymmetricPercent !== undefined) count(coverage.weather, 'two ways a connection');
  for (const { step, refused } of suffering.tried) {
    count(refused === undefined ? coverage.faults : coverage.faultsRefused, step.fault);
  }
  for (const status of suffering.statuses) {
    for (const { state, detail } of status.members) {
      count(coverage.memberStates, state);
      if (Number(detail['servingSlots']) > 0) count(coverage.slotStates, 'served');
      if (Number(detail['waitingSlots']) > 0) count(coverage.slotStates, 'waiting for its release');
      if (Number(detail['heldPackets']) > 0) count(coverage.slotStates, 'holding packets');
    }
    for (const { detail } of status.orchestrators) {
      if (Number(detail['exposedSlots']) > 0) count(coverage.slotStates, 'without a backup');
      if (detail['balanced'] === false) count(coverage.slotStates, 'on its way');
    }
  }
  if (log !== undefined) {
    add(coverage.events, log.events);
    add(coverage.refusals, log.refusals);
    if (log.orphaned.length > 0) count(coverage.slotStates, 'orphaned');
  }
  if (suffering.end !== undefined) {
    add(coverage.packets, suffering.end.ledger.dropped);
    add(coverage.packets, suffering.end.ledger.lost);
  }
  return coverage;
}

/** Adds what one run reached to what many did. */
export function addCoverage(all: Coverage, one: Coverage): void {
  for (const name of Object.keys(all) as (keyof Coverage)[]) add(all[name], one[name]);
}

/** Kinds of fault that no run has done. */
export function faultsNotReached(coverage: Coverage): string[] {
  return FAULT_KINDS.filter((kind) => coverage.faults[kind] === undefined);
}

function count(counts: Counts, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

function add(all: Counts, more: Readonly<Counts>): void {
  for (const [name, n] of Object.entries(more)) all[name] = (all[name] ?? 0) + n;
}
