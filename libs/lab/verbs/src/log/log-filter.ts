import { LabError } from '@rehearsal/lab-port/lab-error';
import type { LogEntry, SourcedEntry } from './log-entry.js';

export interface LogFilterWords {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  readonly kind: readonly LogEntry['kind'][];
  readonly member: readonly string[];
  readonly stream?: string | undefined;
  readonly type: readonly string[];
  readonly principal?: string | undefined;
  readonly text?: string | undefined;
}

export type LogFilter = (sourced: SourcedEntry) => boolean;

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Which entries are wanted. Without a kind: decisions, faults, and notes that warn.
 * @param nowMs what an age counts back from; `startMs`: what `+12s` counts from
 * @throws LabError (bad input) for a time that is none
 */
export function logFilter(words: LogFilterWords, nowMs: number, startMs: number): LogFilter {
  const sinceMs = words.since === undefined ? -Infinity : readTime('--since', words.since, nowMs, startMs);
  const untilMs = words.until === undefined ? Infinity : readTime('--until', words.until, nowMs, startMs);
  const principal = words.principal?.toLowerCase();
  const text = words.text?.toLowerCase();
  const types = words.type.map((t) => t.toLowerCase());
  return ({ entry, source }) => {
    if (entry.atMs < sinceMs || entry.atMs > untilMs) return false;
    if (words.kind.length > 0 ? !words.kind.includes(entry.kind) : isChatter(entry)) return false;
    if (words.member.length > 0 && !words.member.some((m) => source.includes(`"${m}"`))) return false;
    if (words.stream !== undefined && !entry.stream.startsWith(words.stream)) return false;
    if (principal !== undefined && entry.principal.toLowerCase() !== principal) return false;
    if (text !== undefined && !entry.text.toLowerCase().includes(text) && !source.toLowerCase().includes(text)) {
      return false;
    }
    return types.length === 0 || entry.types.some((t) => types.includes(t.toLowerCase()));
  };
}

function isChatter({ kind, types }: LogEntry): boolean {
  return kind === 'note' && types[0] !== 'warn' && types[0] !== 'error';
}

/** `30s` is so long ago, `+12.4s` so long after the start, else a date and time. */
function readTime(option: string, text: string, nowMs: number, startMs: number): number {
  const [, plus, number, unit] = /^(\+?)(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  if (number !== undefined) {
    const ms = Number(number) * UNITS[unit!]!;
    return plus === '+' ? startMs + ms : nowMs - ms;
  }
  const atMs = Date.parse(text);
  if (!Number.isNaN(atMs) && /\d{4}-\d\d/.test(text)) return atMs;
  throw new LabError(
    'bad-input',
    `${option} ${text}: expected an age, a time since the start, or a date.`,
    `For example: ${option} 30s, ${option} +12.4s, ${option} 2026-01-31T10:00:00Z.`,
  );
}
