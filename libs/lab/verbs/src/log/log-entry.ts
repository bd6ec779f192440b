import type { Commit } from '@rehearsal/kernel';
import { parseCommit } from '@rehearsal/kernel/commit-codec';
import type { FaultRecord, Note } from '@rehearsal/lab-port';
import { faultText, principalOf, wordsOf } from '@rehearsal/report/words';
import { z } from 'zod';

export const LOG_KINDS = ['commit', 'fault', 'note'] as const;

/** One line of a fabric's story: a decision, something done to it, or something a process noted. */
export const logEntry = z.strictObject({
  /** ms since the epoch. */
  atMs: z.number(),
  kind: z.enum(LOG_KINDS),
  /** Of a commit, with its version; else ''. */
  stream: z.string(),
  version: z.int(),
  /** Of a commit its sequence in the site's log; else 0. */
  seq: z.int(),
  /** Who decided, broke or noted: a role's id. */
  by: z.string(),
  /** Who asked for it, as the log has it: `orchestrator.1_1`, or an operator's name; '' where nobody did. */
  principal: z.string(),
  /** Of a commit its input and its events; of a fault its kind; of a note its level and code. */
  types: z.array(z.string()),
  text: z.string(),
});
export type LogEntry = z.output<typeof logEntry>;

/** An entry with all it was made of, which filters look through. */
export interface SourcedEntry {
  readonly entry: LogEntry;
  readonly source: string;
}

/** Fields that say nothing beside the others. */
const DULL = new Set(['type', 'version', 'at', 'id', 'from', 'evidence', 'settings', 'config', 'tableHash']);
const TEXT_AT_MOST = 240;

/** What was decided, in words: all events of a commit. */
export function decisionText(stream: string, events: Commit['events']): string {
  const said = events.map((event) => eventText(stream, event)).join('; ');
  return shortened(said === '' ? 'nothing' : said);
}

/** @param line a stored commit @param seq its place in the log of its site */
export function commitEntry(line: string, seq: number): SourcedEntry {
  const { id, stream, version, events, input, time, principal } = parseCommit(line);
  const types = [input.type, ...events.map((e) => e.type)];
  const text = decisionText(stream, events);
  return {
    entry: {
      atMs: time.ms,
      kind: 'commit',
      stream,
      version,
      seq,
      by: id.split('.')[0]!,
      principal: principal.name,
      types,
      text,
    },
    source: line,
  };
}

const NO_COMMIT = { stream: '', version: 0, seq: 0 } as const;

export function faultEntry(fault: FaultRecord): SourcedEntry {
  const text = shortened(faultText(fault));
  const { atMs, target } = fault;
  return {
    entry: {
      ...NO_COMMIT,
      atMs,
      kind: 'fault',
      by: 'lab',
      principal: principalOf(fault) ?? '',
      types: [fault.fault],
      text,
    },
    source: JSON.stringify({ ...fault, target: target.split(' ') }),
  };
}

export function noteEntry(note: Note): SourcedEntry {
  const { atMs, role, id, level, code } = note;
  const { role: _, id: __, ...fields } = note.fields;
  // A sentence says more than the fields that it was made of.
  const said = typeof fields['what'] === 'string' ? fields['what'] : fieldsText(fields);
  const text = shortened(`${role} ${id}: ${level}: ${code} ${said}`.trimEnd());
  return {
    entry: { ...NO_COMMIT, atMs, kind: 'note', by: id, principal: '', types: [level, code], text },
    source: JSON.stringify(note),
  };
}

/** `MemberLost: member 1_03 is declared lost`; of what has no words `CulExtended percent 84`, and of a list how long it is. */
export function eventText(stream: string, event: { readonly type: string }): string {
  const said = wordsOf(stream, event)?.text.replaceAll('\u202f', ' ');
  if (said !== undefined && said !== event.type) return `${event.type}: ${said}`;
  const fields = fieldsText(event);
  return fields === '' ? event.type : `${event.type} ${fields}`;
}

/** `member 1_03, 12 slots`: what is short in full, and of lists how long they are. */
export function fieldsText(fields: object): string {
  return Object.entries(fields)
    .filter(([name, value]) => !DULL.has(name) && value !== null && value !== undefined)
    .map(([name, value]: [string, unknown]) => {
      if (Array.isArray(value)) return value.length === 0 ? '' : `${value.length} ${name}`;
      const isShort = typeof value === 'string' ? value.length <= 40 : typeof value === 'number';
      return isShort || typeof value === 'boolean' ? `${name} ${value as string | number | boolean}` : '';
    })
    .filter((word) => word !== '')
    .join(', ');
}

function shortened(text: string): string {
  return text.length <= TEXT_AT_MOST ? text : `${text.slice(0, TEXT_AT_MOST - 1)}…`;
}

/** One entry as a line; times count from `startMs`. */
export function entryText(entry: LogEntry, site: number, startMs: number): string {
  const { atMs, kind, stream, version, seq, by, text } = entry;
  const time = `${new Date(atMs).toISOString().slice(11, 23)} ${`+${((atMs - startMs) / 1000).toFixed(3)}s`.padStart(10)}`;
  const place = kind === 'commit' ? `${`${site}:${seq}`.padEnd(6)} ${stream}:${version} by ${by}` : kind;
  return `${time}  ${place.padEnd(38)}  ${text}\n`;
}
