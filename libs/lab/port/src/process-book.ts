import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A process as its starter wrote it down, so that it can be found again by whoever cleans up. */
export interface BookedProcess {
  readonly name: string;
  readonly pid: number;
  /** Tells it from another process that has its number by now; null where the system does not say. */
  readonly mark: string | null;
}

const FILE = 'processes.json';

/**
 * When a process was started, in ticks since the machine's boot, with the boot's id: together with the
 * number it names one process for good. Null where there is none, or the system has no /proc.
 */
export function processMark(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may hold anything; the start time is the 20th field behind it.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return started === undefined ? null : `${boot} ${started}`;
  } catch {
    return null;
  }
}

/** Whether a process still is the one that was written down. Without a mark nobody can tell: no. */
export function isStill(process: Pick<BookedProcess, 'pid' | 'mark'>): boolean {
  return process.mark !== null && processMark(process.pid) === process.mark;
}

/** Writes down, in a lab's folder, every process that belongs to it. */
export class ProcessBook {
  readonly #folder: string;
  readonly #rows = new Map<string, BookedProcess>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of each name there is one process at a time. */
  note(name: string, pid: number | null | undefined): void {
    if (pid === null || pid === undefined) return;
    this.#rows.set(name, { name, pid, mark: processMark(pid) });
    const path = join(this.#folder, FILE);
    writeFileSync(`${path}.new`, JSON.stringify([...this.#rows.values()]));
    renameSync(`${path}.new`, path);
  }
}

/** What a lab's folder says of its processes; none where it says nothing. */
export function readProcessBook(folder: string): BookedProcess[] {
  try {
    return JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as BookedProcess[];
  } catch {
    return [];
  }
}

/** Kills what still runs of a lab nobody has any more; gives those that did. */
export function endStrays(folder: string): BookedProcess[] {
  return readProcessBook(folder).filter((row) => {
    if (!isStill(row)) return false;
    try {
      process.kill(row.pid, 'SIGKILL');
      return true;
    } catch {
      return false; // Ended between the two looks.
    }
  });
}
