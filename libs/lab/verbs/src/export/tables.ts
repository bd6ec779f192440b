import { firstSeqOf, readConnections, readLosses, readRunHead, readRunLog } from '@rehearsal/experiment/run-folder';
import { parseCommit } from '@rehearsal/kernel/commit-codec';
import { addressText, type FlowRecord } from '@rehearsal/flows';
import { memberNames, readFlows } from '../flows/read-flows.js';
import { decisionText } from '../log/log-entry.js';
import { countsText } from '../verbs/table.js';
import type { Cell } from './csv.js';

/** Rows under their head. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** What stands under each name of the head. */
type Columns<T> = Readonly<Record<string, (of: T) => Cell>>;

function tableOf<T>(columns: Columns<T>, things: readonly T[]): Table {
  const reads = Object.values(columns);
  return { head: Object.keys(columns), rows: things.map((thing) => reads.map((read) => read(thing))) };
}

const utc = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

/** A row a commit, in the order of the site's log. */
function decisions(folder: string): Table {
  const head = readRunHead(folder);
  const { site } = head.plan;
  const firstSeq = firstSeqOf(head);
  const commits = readRunLog(folder).map((line, i) => ({ ...parseCommit(line), seq: firstSeq + i }));
  const columns: Columns<(typeof commits)[number]> = {
    site: () => site,
    seq: (c) => c.seq,
    time: (c) => utc(c.time.ms),
    stream: (c) => c.stream,
    version: (c) => c.version,
    input: (c) => c.input.type,
    from: (c) => c.input.from,
    principal: (c) => c.principal.name,
    known_by: (c) => c.principal.known,
    cause: (c) => c.cause ?? null,
    events: (c) => c.events.map((event) => event.type).join(' '),
    text: (c) => decisionText(c.stream, c.events),
  };
  return tableOf(columns, commits);
}

/** A row a connection, as the ledger of the outside world has it, with why it did not end well. */
function connections(folder: string): Table {
  const rows = readConnections(folder);
  const lost = new Map(readLosses(folder).losses.connections.listed.map((l) => [l.id, l]));
  const columns: Columns<(typeof rows)[number]> = {
    id: (r) => r.id,
    tuple: (r) => r.tuple,
    seen_as: (r) => r.seenAs,
    from: (r) => r.from,
    service: (r) => r.service,
    follows: (r) => r.follows,
    opened: (r) => utc(r.openedMs),
    closed: (r) => utc(r.closedMs),
    outcome: (r) => r.outcome,
    cause: (r) => lost.get(r.id)?.cause ?? null,
    fault: (r) => lost.get(r.id)?.fault ?? null,
    sent: (r) => r.sent,
    delivered: (r) => r.delivered,
    dropped: (r) => countsText(r.dropped, ''),
    lost: (r) => countsText(r.lost, ''),
    unexplained: (r) => r.unexplained,
    duplicated: (r) => r.duplicated,
    reordered: (r) => r.reordered,
    corrupted: (r) => r.corrupted,
    resent: (r) => r.resent,
    longest_silence_ms: (r) => r.longestSilenceMs,
  };
  return tableOf(columns, rows);
}

/** A row a packet that did not come out; of very many of one reason only the first are listed. */
function packets(folder: string): Table {
  const rows = readLosses(folder).packets;
  const columns: Columns<(typeof rows)[number]> = {
    kind: (p) => p.kind,
    reason: (p) => p.reason,
    connection: (p) => p.connection,
    tuple: (p) => p.tuple,
    service: (p) => p.service,
    side: (p) => p.side,
    via: (p) => p.via,
    slot: (p) => p.slot,
    member: (p) => p.member,
    sent: (p) => utc(p.sentMs),
    judged: (p) => utc(p.judgedMs),
  };
  return tableOf(columns, rows);
}

/** A row a flow record, in the order they were kept. */
function flows(folder: string): Table {
  const name = memberNames(readRunHead(folder).plan);
  const end = (address: number, port: number): string => `${addressText(address)}:${port}`;
  const columns: Columns<FlowRecord> = {
    at: (f) => utc(f.atMs),
    member: (f) => name(f.member),
    life: (f) => f.life,
    number: (f) => f.number,
    kind: (f) => f.kind,
    proto: (f) => f.proto,
    client: (f) => end(f.src, f.srcPort),
    server: (f) => end(f.dst, f.dstPort),
    translated_client: (f) => f.translated && end(f.translated.src, f.translated.srcPort),
    translated_server: (f) => f.translated && end(f.translated.dst, f.translated.dstPort),
    began: (f) => utc(f.beganMs),
    table_version: (f) => f.version,
    slot: (f) => f.slot,
    rule: (f) => (f.rule < 0 ? null : f.rule),
    state: (f) => f.state,
    sync: (f) => f.sync,
    peer: (f) => f.peer && name(f.peer),
    reason: (f) => f.reason,
    packets_sent: (f) => f.packets[0],
    packets_answered: (f) => f.packets[1],
    bytes_sent: (f) => f.bytes[0],
    bytes_answered: (f) => f.bytes[1],
    corrected: (f) => f.corrected,
  };
  return tableOf(columns, [...(readFlows(folder)?.all() ?? [])]);
}

/** What of a run's folder can be put into a table. Times are in UTC. */
export const TABLES = { decisions, connections, packets, flows } as const;
