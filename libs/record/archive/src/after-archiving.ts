import type { ArchiveStore, LogArchive } from './archive-store.js';

/** Something that is done with a log once it is archived: it is published, or signed. It holds nothing up. */
export interface AfterArchiving {
  /** The archive follows the log, and has it up to there. */
  start(log: LogArchive, archivedSeq: number, store: ArchiveStore): void;
  /** The archive has more. */
  grown(archivedSeq: number): void;
  /** What it says of itself. */
  status(): Readonly<Record<string, unknown>>;
  /** Does what is still to be done, if that can be within the time, and ends. */
  stop(deadlineMs: number): Promise<void>;
}

/** The same log, telling of what it has taken. */
export function tellingOfGrowth(log: LogArchive, on: (archivedSeq: number) => void): LogArchive {
  return {
    key: log.key,
    checkpoint: () => log.checkpoint(),
    append: async (messages) => {
      const archivedSeq = await log.append(messages);
      on(archivedSeq);
      return archivedSeq;
    },
    read: (fromSeq, count) => log.read(fromSeq, count),
    counts: () => log.counts(),
    published: () => log.published(),
    confirmPublished: (to) => log.confirmPublished(to),
  };
}
