import { ConnectionEnds } from './connection-ends.js';
import { ENTRY_WORDS, META, PROTO_MASK } from './connection-entry.js';
import type { ConnectionTable } from './connection-table.js';

/** What is looked for: ends as the initiator's packets come in, in host order; undefined: any. */
export interface ConnectionFilter {
  readonly src?: number | undefined;
  readonly dst?: number | undefined;
  readonly srcPort?: number | undefined;
  readonly dstPort?: number | undefined;
  readonly proto?: number | undefined;
}

/** An entry that was found; of a forwarding entry the ends are those of the packets that meet it. */
export interface FoundConnection {
  readonly src: number;
  readonly dst: number;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly proto: number;
  readonly slot: number;
  readonly isForward: boolean;
}

/** Looks through the whole table, in the order of its entries; gives at most `limit`, and how many there are. */
export function searchConnections(
  table: ConnectionTable,
  filter: ConnectionFilter,
  limit: number,
): { readonly total: number; readonly found: readonly FoundConnection[] } {
  const ends = new ConnectionEnds();
  const found: FoundConnection[] = [];
  let total = 0;
  for (let index = 0; index < table.used; index++) {
    if (!table.isLive(index)) continue;
    const proto = (table.words[index * ENTRY_WORDS + META] as number) & PROTO_MASK;
    if (filter.proto !== undefined && filter.proto !== proto) continue;
    ends.read(table.words, index);
    const { src, dst, srcPort, dstPort } = ends;
    if (filter.src !== undefined && filter.src !== src) continue;
    if (filter.dst !== undefined && filter.dst !== dst) continue;
    if (filter.srcPort !== undefined && filter.srcPort !== srcPort) continue;
    if (filter.dstPort !== undefined && filter.dstPort !== dstPort) continue;
    total++;
    if (found.length >= limit) continue;
    found.push({ src, dst, srcPort, dstPort, proto, slot: table.slotOf(index), isForward: table.isForward(index) });
  }
  return { total, found };
}
