import { closeSync, existsSync, fdatasyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { appended, readCheckpoints, readSigner } from '@rehearsal/audit';
import type { Checkpoint, Signer } from '@rehearsal/audit';

/** Where the key is, and where what it signs is published. */
export interface CheckpointPlaces {
  /** File of the private key. */
  readonly keyFile: string;
  /** File that checkpoints are appended to; other runs and other keys may have some there, too. */
  readonly file: string;
}

/** Undefined where there is no such file. @throws Error naming the file, and never showing the key */
export function signerIn(keyFile: string): Signer | undefined {
  const text = textIn(keyFile);
  return text === undefined ? undefined : about(keyFile, () => readSigner(text.trim()));
}

/** What was published so far. @throws Error naming the file and the line that is no checkpoint */
export function publishedIn(file: string): readonly Checkpoint[] {
  return about(file, () => readCheckpoints(textIn(file) ?? ''));
}

/** On disk when it returns. */
export function publishIn(file: string, checkpoint: Checkpoint): void {
  const text = appended(textIn(file) ?? '', checkpoint);
  mkdirSync(dirname(file), { recursive: true });
  const fd = openSync(file, 'a');
  try {
    writeSync(fd, text);
    fdatasyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function textIn(file: string): string | undefined {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

function about<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
  }
}
