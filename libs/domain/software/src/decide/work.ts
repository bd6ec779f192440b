import type { SoftwareEvent, WorkKind } from '../events.js';
import type { Software } from '../catalogue/index.js';
import type { Booted, CloneDue, WorkEnded } from '../inputs.js';
import type { Appliance, SoftwareState } from '../state.js';
import { applianceOf, sameSoftware } from '../state.js';
import { Draft } from './draft.js';

export interface WorkOrder {
  readonly kind: WorkKind;
  readonly package: number;
  readonly to: Software;
  readonly smo: string;
}

/** @returns undefined: what speaks against it is the caller's to ask first */
export function beginWork(draft: Draft, { id }: Appliance, order: WorkOrder): undefined {
  draft.emit({ type: 'WorkBegun', appliance: id, ...order });
}

/** One thing at a time; and what is to be booted has to have been. */
export function whyBusy({ id, work, runs, boots }: Appliance): string | undefined {
  if (work !== null) return `${id} is busy: ${work.kind} to ${work.to.release} take ${work.to.take} is under way`;
  if (!sameSoftware(runs, boots)) return `${id} has not booted ${boots.release} take ${boots.take} yet: wait for it`;
  return undefined;
}

/** Who has never been seen to start would never carry it out. */
export function whyNoWork(appliance: Appliance): string | undefined {
  if (appliance.spare === true) return `${appliance.id} is a spare and in no group: assign it first`;
  if (appliance.incarnation === 0) return `${appliance.id} has not been seen to start yet: wait until it is up`;
  return whyBusy(appliance);
}

/** A start is reported once; a process that reads the log again says so again. */
export function booted(state: SoftwareState, input: Booted): readonly SoftwareEvent[] {
  const appliance = applianceOf(state, input.appliance);
  if (appliance === undefined || input.incarnation <= appliance.incarnation) return [];
  const draft = new Draft(state);
  const { id, boots, work } = appliance;
  draft.emit({ type: 'ApplianceBooted', appliance: id, incarnation: input.incarnation, software: boots });
  if (work !== null) {
    // Work is a process of the start that began it.
    const reason = 'the appliance was started again before it was done';
    draft.emit({ type: 'WorkFailed', appliance: id, kind: work.kind, reason });
  }
  return draft.events;
}

export function workEnded(state: SoftwareState, input: WorkEnded): readonly SoftwareEvent[] {
  const appliance = applianceOf(state, input.appliance);
  const work = appliance?.work ?? null;
  if (appliance === undefined || work === null || work.since !== input.work) return [];
  const draft = new Draft(state);
  const { id, broken } = appliance;
  const failure = input.failure ?? broken;
  if (failure !== '') draft.emit({ type: 'WorkFailed', appliance: id, kind: work.kind, reason: failure });
  else draft.emit({ type: 'WorkFinished', appliance: id, kind: work.kind, to: work.to });
  return draft.events;
}

/** The member takes the image of the single management object, where there is room for it (fidelity: F-CLONE-ROOM). */
export function cloneDue(state: SoftwareState, input: CloneDue): readonly SoftwareEvent[] {
  const appliance = applianceOf(state, input.appliance);
  if (appliance === undefined || appliance.work !== null || sameSoftware(appliance.boots, input.software)) return [];
  const draft = new Draft(state);
  const { cloneNeedsMb, cloneRoomMb } = state;
  if (cloneNeedsMb <= cloneRoomMb) {
    beginWork(draft, appliance, { kind: 'clone', package: 0, to: input.software, smo: input.smo });
    return draft.events;
  }
  const reason = `the image of ${input.smo} needs ${cloneNeedsMb} MB, and there are ${cloneRoomMb}: make room, then boot again`;
  if (appliance.failure === reason) return [];
  draft.emit({ type: 'WorkFailed', appliance: appliance.id, kind: 'clone', reason });
  return draft.events;
}
