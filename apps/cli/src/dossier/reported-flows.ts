import { flowText, recordsById, type FlowBook, type FlowRecord } from '@rehearsal/flows';
import type { ConnectionRow } from '@rehearsal/traffic';
import type { ReportedFlow } from '@rehearsal/verbs';

/** What members reported of each of these connections, by connection. */
export function reportedOf(
  book: FlowBook | undefined,
  rows: readonly Pick<ConnectionRow, 'id' | 'tuple'>[],
  name: (member: number) => string,
): Map<number, readonly ReportedFlow[]> {
  if (book === undefined) return new Map();
  return new Map(
    [...recordsById(book, rows)].map(([id, records]) => [id, records.map((record) => reported(record, name))]),
  );
}

function reported(record: FlowRecord, name: (member: number) => string): ReportedFlow {
  const { atMs, kind, version, slot, packets, bytes, corrected, reason, peer } = record;
  const text = flowText(record, name);
  const member = name(record.member);
  const about = peer === null ? null : name(peer);
  return { atMs, member, kind, version, slot, peer: about, reason, packets, bytes, corrected, text };
}
