import { LogRestorer } from '@rehearsal/bus';
import type { FedMessage, RestoreOptions } from '@rehearsal/bus';
import { ArchiveRefusal } from './archive-store.js';
import type { ArchivedMessage, LogArchive } from './archive-store.js';
import { isSameMessage } from './same-log.js';

export interface Rebuilt {
  readonly messages: number;
  /** Where what was left of the lost log is kept; undefined where nothing was. */
  readonly kept: string | undefined;
}

const PAGE = 1_000;

/**
 * Restores a lost or damaged log from the archive: subjects, sequences, headers and bytes as they were; the server's own
 * times are those of the restoring. The restored log is read back and compared before it takes the place of the other.
 * @param progress told how many messages are restored
 * @throws ArchiveRefusal where the archive holds nothing of the log, or is not whole
 */
export async function rebuildLog(
  archive: LogArchive,
  target: RestoreOptions,
  progress: (messages: number) => void = () => undefined,
): Promise<Rebuilt> {
  const last = await archive.checkpoint();
  if (last === 0) {
    const { stream, run } = archive.key;
    throw new ArchiveRefusal(`nothing is archived of log ${stream} of run ${run}: there is nothing to restore`);
  }
  const restorer = await LogRestorer.start(target);
  try {
    for await (const page of pages(archive, last)) {
      await restorer.append(page);
      progress(page.at(-1)!.seq);
    }
    await assertRestored(archive, restorer, last);
  } catch (error) {
    await restorer.abort();
    throw error;
  }
  return { messages: last, kept: await restorer.finish() };
}

/** All messages up to `last`, in order and without a gap. */
async function* pages(archive: LogArchive, last: number): AsyncGenerator<readonly ArchivedMessage[]> {
  for (let next = 1; next <= last;) {
    const page = await archive.read(next, Math.min(PAGE, last - next + 1));
    for (const { seq } of page) {
      if (seq !== next) break;
      next++;
    }
    if (page.length === 0 || page.at(-1)!.seq !== next - 1) {
      const { stream, run } = archive.key;
      throw new ArchiveRefusal(
        `commit ${next} of log ${stream} of run ${run} is missing in the archive, which should have all up to ${last}: ` +
          'somebody removed it; nothing was restored',
      );
    }
    yield page;
  }
}

async function assertRestored(archive: LogArchive, restorer: LogRestorer, last: number): Promise<void> {
  const read = reader(restorer, last);
  for await (const page of pages(archive, last)) {
    for (const message of page) {
      const restored = await read();
      if (isSameMessage(message, restored)) continue;
      throw new Error(
        `message ${message.seq} was restored as another than is archived; the lost log was left as it is`,
      );
    }
  }
}

/** The restored messages one by one. */
function reader(restorer: LogRestorer, last: number): () => Promise<FedMessage> {
  const came: FedMessage[] = [];
  let wake: () => void = () => undefined;
  const feed = restorer.rawLog.feed(1, {
    room: () => 2 * PAGE - came.length,
    on: (message) => {
      came.push(message);
      wake();
    },
  });
  return async () => {
    if (came.length === 0) {
      feed.more();
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const message = came.shift()!;
    message.acknowledge();
    if (message.seq === last) feed.stop();
    return message;
  };
}
