import { existsSync, readFileSync } from 'node:fs';
import type { Note } from '@rehearsal/lab-port';

/** One line of a host's structured log. */
interface LogLine {
  readonly time?: number;
  readonly level?: string;
  readonly code?: string;
  readonly incarnation?: number;
  readonly [field: string]: unknown;
}

const LEVELS: readonly string[] = ['debug', 'info', 'warn', 'error'];

/** The notes a process left in its log file; lines that are no notes (a crash's stack, say) are passed over. */
export function readNotes(file: string, role: string, id: string): Note[] {
  if (!existsSync(file)) return [];
  const notes: Note[] = [];
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    if (!line.startsWith('{')) continue;
    let parsed: LogLine;
    try {
      parsed = JSON.parse(line) as LogLine;
    } catch {
      continue; // Cut off by a kill.
    }
    const { time, level, code, incarnation, ...fields } = parsed;
    if (typeof code !== 'string' || typeof time !== 'number' || !LEVELS.includes(String(level))) continue;
    notes.push({ atMs: time, role, id, incarnation: incarnation ?? 0, level: level as Note['level'], code, fields });
  }
  return notes;
}
