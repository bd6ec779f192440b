import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import type { FabricView } from '../view/fabric-view.js';

/** Ends as the initiator's packets come in, in host order; undefined: any. */
export interface SearchFilter {
  readonly src?: number | undefined;
  readonly srcPort?: number | undefined;
  readonly dst?: number | undefined;
  readonly dstPort?: number | undefined;
  readonly proto?: number | undefined;
}

/** What a member found in its table. */
export interface FoundRow {
  readonly src: number;
  readonly dst: number;
  readonly srcPort: number;
  readonly dstPort: number;
  readonly proto: number;
  readonly slot: number;
  readonly isForward: boolean;
  /** It serves the slot. */
  readonly serves: boolean;
}

export interface MemberFound {
  readonly member: string;
  readonly total: number;
  readonly rows: readonly FoundRow[];
}

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, esp: 50 };

/** `tcp` or a number; undefined for neither. */
export function protocolNumber(word: string): number | undefined {
  const known = PROTOCOLS[word.toLowerCase()];
  if (known !== undefined) return known;
  return /^\d{1,3}$/.test(word) && Number(word) <= 255 ? Number(word) : undefined;
}

export function protocolName(proto: number): string {
  return Object.keys(PROTOCOLS).find((name) => PROTOCOLS[name] === proto) ?? String(proto);
}

/** `10.1.0.5` as a signed integer in host order; undefined for other text. */
export function addressNumber(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((p) => p > 255)) return undefined;
  return parts.reduce((word, part) => (word << 8) | part, 0);
}

const addressText = (word: number): string => [24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join('.');

const tupleOf = (r: FoundRow): string =>
  `<${addressText(r.src)}, ${r.srcPort}, ${addressText(r.dst)}, ${r.dstPort}, ${protocolName(r.proto)}>`;

export const SEARCH_ROWS = 100;

/**
 * `asg search`: who holds a connection, and as what (fidelity: F-ASG-SEARCH). A: serves its slot; B: keeps the copy;
 * C: only knows where it is at home; F: it is in the firewall's table. Nothing is in SecureXL's, which is not here.
 */
export function asgSearch(view: FabricView, found: readonly MemberFound[] | null): Line[] {
  if (found === null) return lines('field', `${NOT_AVAILABLE}: connections of a finished run are not kept by member`);
  const holders = new Map<string, string[]>();
  for (const { member, rows } of found) {
    for (const row of rows) {
      const tuple = tupleOf(row);
      const roles = row.isForward ? 'C' : `${row.serves ? 'A' : 'B'}F`;
      holders.set(tuple, [...(holders.get(tuple) ?? []), `[${member} ${roles}]`]);
    }
  }
  const active = (h: string): number => (/ A/.test(h) ? 0 : 1);
  const shown = [...holders]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([tuple, held]) => `${tuple} -> ${[...held].sort((a, b) => active(a) - active(b)).join(' ')}`);
  const cut = found.filter((f) => f.total > f.rows.length).map((f) => `${f.member}: ${f.total - f.rows.length} more`);
  return [
    ...lines('recalled', ...shown.slice(0, SEARCH_ROWS)),
    ...(shown.length === 0 ? lines('recalled', 'No connections were found.') : []),
    ...(cut.length === 0 ? [] : lines('field', `Not all is shown (${cut.join(', ')}): name more of the connection.`)),
    ...lines(
      'recalled',
      '',
      'Legend:',
      'A - Active SGM',
      'B - Backup SGM',
      'C - Correction table',
      'F - Firewall connection table',
      'S - SecureXL connection table',
    ),
    ...(view.moment === 'recorded' ? lines('field', 'As of the log alone.') : []),
  ];
}
