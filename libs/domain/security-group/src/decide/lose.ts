import type { Evidence, SilenceReason } from '../inputs.js';
import { memberNumber } from '../state.js';
import { successionOf } from '../table/succession.js';
import type { Draft } from './draft.js';

/** Takes an active member out and hands on its slots; `settle` chooses new copies afterwards. */
export function lose(draft: Draft, member: string, reason: SilenceReason, evidence: Evidence): void {
  const { version } = draft;
  const number = memberNumber(draft.state, member);
  const { incarnation, spare } = draft.state.members[number - 1] ?? { incarnation: 0 };
  draft.emit({ type: 'MemberLost', version, tableHash: '', member, incarnation, reason, evidence });

  if (spare === 'leaving') draft.emit({ type: 'SpareDetached', version, member });

  const { takenOver, orphaned } = successionOf(draft.state, number);
  if (takenOver.length > 0) draft.emit({ type: 'SlotsTakenOver', version, by: takenOver });
  if (orphaned.length > 0) {
    const connections = evidence['connections'];
    draft.emit({
      type: 'SlotsOrphaned',
      version,
      was: member,
      to: orphaned,
      ...(connections === undefined || connections < 0 ? {} : { connections }),
    });
  }
}
