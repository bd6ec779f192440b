import type { ArchivedMessage, ArchiveStore, LogKey } from './archive-store.js';

export interface ArchivedLog {
  /** What is there, in order. */
  readonly messages: readonly ArchivedMessage[];
  /** What should be there and is not, in words. */
  readonly missing: readonly string[];
}

const PAGE = 1_000;

/** All that is archived of a log, whole or not; undefined where the archive does not know the log. Adds nothing to it. */
export async function readArchive(store: ArchiveStore, key: LogKey): Promise<ArchivedLog | undefined> {
  const known = (await store.logs()).find(({ run, stream }) => run === key.run && stream === key.stream);
  if (known === undefined) return undefined;
  const log = await store.openLog(key);
  const messages: ArchivedMessage[] = [];
  const missing: string[] = [];
  let next = 1;
  const miss = (until: number): void => {
    if (next === until) missing.push(`sequence ${next} is missing in the archive`);
    else if (next < until) missing.push(`sequences ${next} to ${until} are missing in the archive`);
  };
  for (;;) {
    const page = await log.read(next, PAGE);
    for (const message of page) {
      miss(message.seq - 1);
      messages.push(message);
      next = message.seq + 1;
    }
    if (page.length < PAGE) break;
  }
  miss(known.archivedSeq);
  return { messages, missing };
}
