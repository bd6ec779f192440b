import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive, readArchive } from '@rehearsal/archive';
import type { RunHead } from '@rehearsal/experiment';
import { LabError } from '@rehearsal/lab-port';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { logStreamName } from '@rehearsal/protocol';
import { linesOf } from '@rehearsal/replay';

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
export async function archivedLines(folder: string, { runId, plan, seal }: RunHead): Promise<ArchivedLines> {
  const databaseUrl = process.env['DATABASE_URL'];
  const dir = join(folder, 'archive');
  const isOnServer = databaseUrl !== undefined && databaseUrl !== '';
  if (!isOnServer && !existsSync(dir)) {
    throw new LabError(
      'bad-input',
      `Run ${runId} has no archive in its folder.`,
      'Where it was archived on a server, name that: DATABASE_URL=postgres://…',
    );
  }
  try {
    const store = await openArchive({ databaseUrl, dir });
    try {
      await store.migrate();
      const archived = await readArchive(store, { run: runId, stream: logStreamName(plan.fabric, plan.site) });
      if (archived === undefined) {
        throw new LabError('bad-input', `${store.about} has no log of run ${runId}.`, 'Name the archive it is in.');
      }
      // What processes decided while they were stopped belongs to no run.
      const last = seal?.sequences.last ?? Infinity;
      const messages = archived.messages.filter(({ seq }) => seq <= last);
      const ofRun = messages.map(({ bytes }) => bytes);
      const lastSeq = messages.at(-1)?.seq ?? 0;
      return { lines: () => ofRun, problems: archived.missing, about: store.about, lastSeq };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError('environment', `The archive cannot be read: ${reasonOf(error)}.`, 'Start its database first.');
  }
}
