import { closeSync, fstatSync, openSync, readFileSync, readSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogBytes, Snapshot } from '@rehearsal/replay';

/** An open log file. What is appended to it after it was opened is not seen. */
export interface LogFile extends LogBytes {
  readonly mtimeMs: number;
  close(): void;
}

/** @throws what the file system says */
export function openLogFile(path: string): LogFile {
  const fd = openSync(path, 'r');
  const { size, mtimeMs } = fstatSync(fd);
  return {
    length: size,
    mtimeMs,
    read(from, to) {
      const bytes = Buffer.allocUnsafe(to - from);
      for (let at = 0; at < bytes.length;) {
        const got = readSync(fd, bytes, at, bytes.length - at, from + at);
        if (got === 0) throw new Error(`${path} became shorter while it was read`);
        at += got;
      }
      return bytes;
    },
    close: () => closeSync(fd),
  };
}

/** Beside the log: states that it went through, for whoever asks again. It may be deleted at any time. */
const FILE = 'states.jsonl';

/** What states are of: the log as it is, folded by this code. */
interface StatesOf {
  readonly bytes: number;
  readonly mtimeMs: number;
  readonly build: string;
}

const statesOf = ({ length, mtimeMs }: LogFile, build: string): StatesOf => ({ bytes: length, mtimeMs, build });

/** States that were kept of this log, by this code; none where it is another by now. */
export function readStates(folder: string, log: LogFile, build: string): Snapshot[] {
  try {
    const [head, ...states] = readFileSync(join(folder, FILE), 'utf8').trimEnd().split('\n');
    if (head !== JSON.stringify(statesOf(log, build))) return [];
    return states.map((line) => JSON.parse(line) as Snapshot);
  } catch {
    // Not there, or cut off: it is made again.
    return [];
  }
}

/** Whole or not at all. Where the folder cannot be written to, later questions take their time. */
export function keepStates(folder: string, log: LogFile, build: string, states: readonly Snapshot[]): void {
  const draft = join(folder, `${FILE}.${process.pid}`);
  try {
    writeFileSync(draft, [statesOf(log, build), ...states].map((s) => `${JSON.stringify(s)}\n`).join(''));
    renameSync(draft, join(folder, FILE));
  } catch {
    // A run that one may only read.
  }
}
