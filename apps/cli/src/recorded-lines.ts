import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { readArchive } from '@rehearsal/archive';
import type { RunHead } from '@rehearsal/experiment';
import { linesOf } from '@rehearsal/replay';
import { inArchiveOf } from './archive-of-run.js';

export interface RecordedLines {
  /** The stored bytes of one commit each, in the order of the site's log. */
  readonly lines: () => Iterable<Uint8Array>;
  /** What is missing, in words. */
  readonly problems: readonly string[];
}

export interface ArchivedLines extends RecordedLines {
  /** What holds them, for people. */
  readonly about: string;
  /** The sequence of the last one; 0 for none. */
  readonly lastSeq: number;
}

/** The log in a run's folder. */
export async function linesOfFolder(folder: string): Promise<RecordedLines> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of createReadStream(join(folder, 'log.jsonl'))) chunks.push(chunk as Uint8Array);
  return { lines: () => linesOf(chunks), problems: [] };
}

/** A run's log as its archive has it, up to where the run was sealed. @throws LabError where it is not archived */
export function archivedLines(folder: string, head: RunHead): Promise<ArchivedLines> {
  return inArchiveOf(folder, head, async (store, key) => {
    const archived = await readArchive(store, key);
    // What processes decided while they were stopped belongs to no run.
    const last = head.seal?.sequences.last ?? Infinity;
    const messages = (archived?.messages ?? []).filter(({ seq }) => seq <= last);
    const ofRun = messages.map(({ bytes }) => bytes);
    const lastSeq = messages.at(-1)?.seq ?? 0;
    return { lines: () => ofRun, problems: archived?.missing ?? [], about: store.about, lastSeq };
  });
}
