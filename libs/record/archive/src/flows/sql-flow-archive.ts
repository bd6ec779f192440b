import { addressText, type FlowRecord } from '@rehearsal/flows';
import type { SqlDatabase } from '../sql-database.js';
import type { FlowArchive } from './flow-archive.js';

const COLUMNS: readonly (readonly [name: string, type: string, of: (record: FlowRecord) => unknown])[] = [
  ['member', 'smallint', (r) => r.member],
  ['life', 'bigint', (r) => r.life],
  ['number', 'bigint', (r) => r.number],
  ['kind', 'text', (r) => r.kind],
  ['at', 'timestamptz', (r) => new Date(r.atMs).toISOString()],
  ['began_at', 'timestamptz', (r) => new Date(r.beganMs).toISOString()],
  ['proto', 'smallint', (r) => r.proto],
  ['src', 'inet', (r) => addressText(r.src)],
  ['src_port', 'integer', (r) => r.srcPort],
  ['dst', 'inet', (r) => addressText(r.dst)],
  ['dst_port', 'integer', (r) => r.dstPort],
  ['translated', 'text', (r) => translatedText(r.translated)],
  ['table_version', 'bigint', (r) => r.version],
  ['slot', 'integer', (r) => r.slot],
  ['rule', 'integer', (r) => r.rule],
  ['state', 'text', (r) => r.state],
  ['sync', 'text', (r) => r.sync],
  ['from_outside', 'boolean', (r) => r.fromOutside],
  ['peer', 'smallint', (r) => r.peer],
  ['reason', 'text', (r) => r.reason],
  ['packets_sent', 'bigint', (r) => r.packets[0]],
  ['packets_answered', 'bigint', (r) => r.packets[1]],
  ['bytes_sent', 'bigint', (r) => r.bytes[0]],
  ['bytes_answered', 'bigint', (r) => r.bytes[1]],
  ['corrected', 'bigint', (r) => r.corrected],
];
const NAMES = COLUMNS.map(([name]) => name).join(', ');
const ARRAYS = COLUMNS.map(([, type], i) => `$${i + 2}::${type}[]`).join(', ');
const INSERT = `
  INSERT INTO archive.flow_records (flow_id, ${NAMES})
  SELECT $1, r.* FROM unnest(${ARRAYS}) AS r(${NAMES})
  ON CONFLICT DO NOTHING`;
const ADVANCE = 'UPDATE archive.flow_streams SET archived_seq = $2, archived_at = now() WHERE flow_id = $1';
const READ_UP_TO = 'SELECT archived_seq::text AS seq FROM archive.flow_streams WHERE flow_id = $1';

export class SqlFlowArchive implements FlowArchive {
  readonly #database: SqlDatabase;
  readonly #id: number;

  constructor(database: SqlDatabase, id: number) {
    this.#database = database;
    this.#id = id;
  }

  async readUpTo(): Promise<number> {
    const { rows } = await this.#database.query(READ_UP_TO, [this.#id]);
    return Number(rows[0]?.['seq'] ?? 0);
  }

  add(records: readonly FlowRecord[], upToSeq: number): Promise<void> {
    return this.#database.transaction(async (session) => {
      if (records.length > 0) await session.query(INSERT, [this.#id, ...COLUMNS.map(([, , of]) => records.map(of))]);
      await session.query(ADVANCE, [this.#id, upToSeq]);
    });
  }

  async counts(): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.#database.query(
      'SELECT kind, count(*)::text AS n FROM archive.flow_records WHERE flow_id = $1 GROUP BY kind ORDER BY kind',
      [this.#id],
    );
    return new Map(rows.map(({ kind, n }) => [String(kind), Number(n)]));
  }
}

function translatedText(ends: FlowRecord['translated']): string | null {
  if (ends === null) return null;
  return `${addressText(ends.src)}:${ends.srcPort}>${addressText(ends.dst)}:${ends.dstPort}`;
}
