import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive, readArchive } from '@rehearsal/archive';
import type { RunHead } from '@rehearsal/experiment';
import { LabError } from '@rehearsal/lab-port';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { logStreamName } from '@rehearsal/protocol';

export interface RecordedLines {
  /** The stored bytes of one commit each, in the order of the site's log. */
  readonly lines: () => Iterable<Uint8Array>;
  /** What is missing, in words. */
  readonly problems: readonly string[];
}

/** A run's log as its archive has it, up to where the run was sealed. @throws LabError where it is not archived */
export async function archivedLines(folder: string, { runId, plan, seal }: RunHead): Promise<RecordedLines> {
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
      const ofRun = archived.messages.filter(({ seq }) => seq <= last).map(({ bytes }) => bytes);
      return { lines: () => ofRun, problems: archived.missing };
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError('environment', `The archive cannot be read: ${reasonOf(error)}.`, 'Start its database first.');
  }
}
