import type { ArchivedMessage, ArchiveStore, LogArchive, LogKey, PublishedTo } from '../archive-store.js';

/** An archive in memory, which anybody may change. */
export class MemoryArchive implements ArchiveStore {
  readonly about = 'memory';
  readonly kept: MemoryLog[] = [];

  migrate(): Promise<void> {
    return Promise.resolve();
  }

  openLog(key: LogKey): Promise<MemoryLog> {
    const known = this.kept.find((log) => log.key.run === key.run && log.key.stream === key.stream);
    if (known !== undefined) return Promise.resolve(known);
    this.kept.push(new MemoryLog(key));
    return Promise.resolve(this.kept.at(-1)!);
  }

  logs(): Promise<readonly (LogKey & { readonly archivedSeq: number })[]> {
    return Promise.resolve(this.kept.map(({ key, messages }) => ({ ...key, archivedSeq: messages.at(-1)?.seq ?? 0 })));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class MemoryLog implements LogArchive {
  readonly key: LogKey;
  messages: ArchivedMessage[] = [];
  positions: PublishedTo[] = [];

  constructor(key: LogKey) {
    this.key = key;
  }

  checkpoint(): Promise<number> {
    return Promise.resolve(this.messages.at(-1)?.seq ?? 0);
  }

  append(messages: readonly ArchivedMessage[]): Promise<number> {
    this.messages.push(...messages);
    return this.checkpoint();
  }

  read(fromSeq: number, count: number): Promise<readonly ArchivedMessage[]> {
    return Promise.resolve(this.messages.filter(({ seq }) => seq >= fromSeq).slice(0, count));
  }

  counts(): Promise<ReadonlyMap<string, number>> {
    return Promise.resolve(new Map());
  }

  published(): Promise<readonly PublishedTo[]> {
    return Promise.resolve(this.positions);
  }

  confirmPublished(to: PublishedTo): Promise<void> {
    this.positions = [to, ...this.positions.filter(({ name }) => name !== to.name)];
    return Promise.resolve();
  }
}
