import type { RawLog, StoredMessage } from '@rehearsal/bus';
import type { Cancel } from '@rehearsal/kernel';
import { ArchiveRefusal } from './archive-store.js';
import type { ArchivedMessage, LogArchive } from './archive-store.js';

const ASK_AGAIN_MS = 200;

interface World {
  readonly rawLog: RawLog;
  after(delayMs: number, run: () => void): Cancel;
}

/**
 * Waits until the log server tells the end of the log, and answers with it.
 * @throws ArchiveRefusal where the log ends before the archive does, or holds another commit where the archive ends
 */
export async function assertSameLog(archive: LogArchive, world: World): Promise<number> {
  const archivedSeq = await archive.checkpoint();
  const lastSeq = await told<number>(world, (done) => world.rawLog.lastSeq(done));
  if (lastSeq < archivedSeq) throw logIsBehind(archive, archivedSeq, lastSeq);
  if (archivedSeq === 0) return lastSeq;
  const [archived] = await archive.read(archivedSeq, 1);
  const stored = await told<StoredMessage | 'none'>(world, (done) => world.rawLog.messageAt(archivedSeq, done));
  if (archived === undefined || stored === 'none' || !isSameMessage(archived, stored)) {
    throw new ArchiveRefusal(
      `the log ${archive.key.stream} holds another commit at sequence ${archivedSeq} than was archived of run ` +
        `${archive.key.run}: it is another log, and is not archived over the first; archive it as another run`,
    );
  }
  return lastSeq;
}

/** What is wrong where a log ends before its archive. */
export function logIsBehind({ key }: LogArchive, archivedSeq: number, lastSeq: number): ArchiveRefusal {
  return new ArchiveRefusal(
    `the log ${key.stream} ends at sequence ${lastSeq}, but ${archivedSeq} commits of run ${key.run} are archived: ` +
      'it was lost or replaced; restore it with: rehearse archive rebuild, or archive it as another run',
  );
}

export function isSameMessage(a: Omit<ArchivedMessage, 'storedNs'>, b: Omit<ArchivedMessage, 'storedNs'>): boolean {
  return (
    a.seq === b.seq &&
    a.subject === b.subject &&
    Buffer.compare(a.bytes, b.bytes) === 0 &&
    JSON.stringify(a.headers) === JSON.stringify(b.headers)
  );
}

/** Asks until there is an answer. */
function told<T>(world: World, ask: (done: (answer: T | undefined) => void) => void): Promise<T> {
  return new Promise((resolve) => {
    const attempt = (): void =>
      ask((answer) => {
        if (answer === undefined) world.after(ASK_AGAIN_MS, attempt);
        else resolve(answer);
      });
    attempt();
  });
}
