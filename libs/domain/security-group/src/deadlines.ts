import type { Deadline } from '@rehearsal/kernel';
import type { SecurityGroupState } from './state.js';

/** When the load, the freeze and an installation that is under way are over, if nothing else ends them. */
export function deadlines(state: SecurityGroupState): readonly Deadline[] {
  const due: Deadline[] = [];
  if (state.culOffAt > 0) due.push({ id: 'cul', at: state.culOffAt, input: { type: 'culTimeUp' } });
  if (state.frozenUntil > 0) due.push({ id: 'freeze', at: state.frozenUntil, input: { type: 'freezeTimeUp' } });
  if (state.install.hash !== '') due.push({ id: 'install', at: state.install.until, input: { type: 'installTimeUp' } });
  return due;
}
