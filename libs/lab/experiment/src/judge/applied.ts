import { FAULTS, type FaultKind, type FaultRecord } from '@rehearsal/lab-port';

/** A fault, and not the end of one or something nobody did. */
export function isApplied({ fault }: Pick<FaultRecord, 'fault'>): boolean {
  return fault !== 'ended' && !(Object.hasOwn(FAULTS, fault) && FAULTS[fault as FaultKind].mends);
}
