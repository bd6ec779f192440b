import type { FlowRecord } from '@rehearsal/flows';
import type { FlowArchive } from '../flows/flow-archive.js';
import type { ArchivedMessage, ArchiveStore, LogArchive, LogKey, PublishedTo } from '../archive-store.js';

/** An archive in memory, which anybody may change. */
export class MemoryArchive implements ArchiveStore {
  readonly about = 'memory';
  readonly kept: MemoryLog[] = [];
  readonly flows = new Map<string, MemoryFlows>();

  migrate(): Promise<void> {
    return Promise.resolve();
  }

  openLog(key: LogKey): Promise<MemoryLog> {
    const known = this.kept.find((log) => log.key.run === key.run && log.key.stream === key.stream);
    if (known !== undefined) return Promise.resolve(known);
    this.kept.push(new MemoryLog(key));
    return Promise.resolve(this.kept.at(-1)!);
  }

  openFlows({ run, stream }: LogKey): Promise<MemoryFlows> {
    const name = `${run} ${stream}`;
    const known = this.flows.get(name) ?? new MemoryFlows();
    this.flows.set(name, known);
    return Promise.resolve(known);
  }

  logs(): Promise<readonly (LogKey & { readonly archivedSeq: number })[]> {
    return Promise.resolve(this.kept.map(({ key, messages }) => ({ ...key, archivedSeq: messages.at(-1)?.seq ?? 0 })));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export class MemoryFlows implements FlowArchive {
  readonly records = new Map<string, FlowRecord>();
  upToSeq = 0;
  /** What the next attempts to add are answered with. */
  readonly failures: Error[] = [];

  readUpTo(): Promise<number> {
    return Promise.resolve(this.upToSeq);
  }

  add(records: readonly FlowRecord[], upToSeq: number): Promise<void> {
    const failure = this.failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    for (const record of records) {
      const key = `${record.member} ${record.life} ${record.number}`;
      if (!this.records.has(key)) this.records.set(key, record);
    }
    this.upToSeq = upToSeq;
    return Promise.resolve();
  }

  counts(): Promise<ReadonlyMap<string, number>> {
    const counts = new Map<string, number>();
    for (const { kind } of this.records.values()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    return Promise.resolve(counts);
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
