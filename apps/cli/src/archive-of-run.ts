import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive, type ArchiveStore, type LogKey } from '@rehearsal/archive';
import type { RunHead } from '@rehearsal/experiment';
import { LabError } from '@rehearsal/lab-port';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { logStreamName } from '@rehearsal/protocol';

/**
 * Does something in the archive that has a run which is over: on the server that DATABASE_URL names, else in its folder.
 * @throws LabError where the run is not archived there, or the archive cannot be used
 */
export async function inArchiveOf<T>(
  folder: string,
  { runId, plan }: RunHead,
  use: (store: ArchiveStore, key: LogKey) => Promise<T>,
): Promise<T> {
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
      const key = { run: runId, stream: logStreamName(plan.fabric, plan.site) };
      if (!(await store.logs()).some(({ run, stream }) => run === key.run && stream === key.stream)) {
        throw new LabError('bad-input', `${store.about} has no log of run ${runId}.`, 'Name the archive it is in.');
      }
      return await use(store, key);
    } finally {
      await store.close();
    }
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError('environment', `The archive cannot be read: ${reasonOf(error)}.`, 'Start its database first.');
  }
}
