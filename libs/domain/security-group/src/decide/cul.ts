import type { SecurityGroupEvent } from '../events.js';
import type { LoadReported, TimeUp } from '../inputs.js';
import type { SecurityGroupState } from '../state.js';
import { draftFrom } from './draft.js';

/** Of the log line of the member itself, of the others', and of the end (fidelity: F-CUL-CODES). */
const CUL_CODES = { local: 'CLUS-120200', remote: 'CLUS-220201', stop: 'CLUS-120202' } as const;
/** The end is put off in steps of this part of the waiting time, so that a lasting load is few commits. */
const EXTEND_STEPS = 10;

/** A load above the threshold begins the time under load, or makes it last. */
export function loadReported(state: SecurityGroupState, input: LoadReported): readonly SecurityGroupEvent[] {
  const { culThresholdPercent: thresholdPercent, culOffMs } = state.rules;
  const member = state.members.find((m) => m.id === input.member);
  if (member === undefined || member.status !== 'active' || member.incarnation !== input.incarnation) return [];
  if (thresholdPercent === 0 || input.percent <= thresholdPercent) return [];

  const draft = draftFrom(state);
  const { version } = draft;
  const step = Math.ceil(culOffMs / EXTEND_STEPS);
  // One step more, since the next report counts only when it would move the end by a step.
  const offAt = input.at + culOffMs + step;
  const { percent } = input;
  if (state.culOffAt === 0) {
    draft.emit({
      type: 'CulStarted',
      version,
      member: member.id,
      percent,
      thresholdPercent,
      code: CUL_CODES.local,
      remoteCode: CUL_CODES.remote,
      offAt,
    });
  } else if (offAt >= state.culOffAt + step) {
    draft.emit({ type: 'CulExtended', version, member: member.id, percent, offAt });
  }
  return draft.events();
}

export function culTimeUp(state: SecurityGroupState, input: TimeUp): readonly SecurityGroupEvent[] {
  if (state.culOffAt === 0 || input.at < state.culOffAt) return [];
  const draft = draftFrom(state);
  draft.emit({ type: 'CulStopped', version: draft.version, code: CUL_CODES.stop });
  return draft.events();
}
