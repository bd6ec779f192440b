import type { LabStatus, ProcessStatus } from '@rehearsal/lab-port';

/** The worst of what running orchestrators say of the group; null where none says anything. */
export function worstView(
  status: LabStatus,
  read: (detail: ProcessStatus['detail']) => unknown,
  worst: (...values: number[]) => number,
): number | null {
  const views = status.orchestrators
    .filter((o) => o.process === 'running')
    .map((o) => read(o.detail))
    .filter((v) => typeof v === 'number');
  return views.length === 0 ? null : worst(...views);
}
