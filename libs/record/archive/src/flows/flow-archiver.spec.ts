import { beforeEach, describe, expect, it } from '@jest/globals';
import { BatchWriter } from '@rehearsal/flows/testing';
import { MemoryArchive, type MemoryFlows } from '../testing/memory-archive.js';
import { FlowArchiver } from './flow-archiver.js';
import type { FlowBatch } from './flow-archive.js';

const KEY = { run: 'r1', stream: 'demo_FLOWS_1' };
const RECORDS_A_BATCH = 3;

/** A stream of flow records, and the process that archives it; time passes by hand. */
class World {
  batches: FlowBatch[] = [];
  readonly counts: Record<string, number> = {};
  readonly notes: string[] = [];
  readonly timers = new Set<() => void>();
  readonly followers = new Set<(batch: FlowBatch) => void>();
  readonly from: number[] = [];
  knowsLast = true;
  private readonly member = new BatchWriter();

  /** The next batch comes to the stream. */
  report(seq = (this.batches.at(-1)?.seq ?? 0) + 1): void {
    const batch = { seq, bytes: this.member.batch(RECORDS_A_BATCH) };
    this.batches.push(batch);
    for (const on of this.followers) on(batch);
  }

  lastFlowSeq(done: (lastSeq: number | undefined) => void): void {
    done(this.knowsLast ? (this.batches.at(-1)?.seq ?? 0) : undefined);
  }

  followFlows(fromSeq: number, on: (batch: FlowBatch) => void): () => void {
    this.from.push(fromSeq);
    this.followers.add(on);
    for (const batch of this.batches) if (batch.seq >= fromSeq) on(batch);
    return () => this.followers.delete(on);
  }

  after(_delayMs: number, run: () => void): () => void {
    this.timers.add(run);
    return () => this.timers.delete(run);
  }

  fire(): void {
    const due = [...this.timers];
    this.timers.clear();
    for (const run of due) run();
  }

  count(id: string, n: number): void {
    this.counts[id] = (this.counts[id] ?? 0) + n;
  }

  note(_level: string, code: string): void {
    this.notes.push(code);
  }
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

describe('the archive of flow records', () => {
  let world: World;
  let store: MemoryArchive;
  let flows: MemoryFlows;
  beforeEach(async () => {
    world = new World();
    store = new MemoryArchive();
    flows = await store.openFlows(KEY);
  });
  const start = async (): Promise<FlowArchiver> => {
    const archiver = new FlowArchiver(world, KEY.stream);
    archiver.start(await store.openLog({ run: KEY.run, stream: 'demo_LOG_1' }), 0, store);
    await settled();
    return archiver;
  };
  const numbers = (): number[] => [...flows.records.values()].map((r) => r.number);

  it('has all that is in the stream and all that comes, and goes on behind that when it is started again', async () => {
    world.report();
    const first = await start();
    world.report();
    await settled();
    expect([numbers(), flows.upToSeq]).toEqual([[0, 1, 2, 3, 4, 5], 2]);
    await first.stop(0);
    world.report();
    const second = await start();
    expect(world.from).toEqual([1, 3]);
    expect([numbers().length, second.status()]).toEqual([9, { state: 'up', archivedSeq: 3, records: 3 }]);
  });

  it('tries again where the database does not take it, and loses and doubles nothing', async () => {
    const archiver = await start();
    flows.failures.push(new Error('away'), new Error('away'));
    world.report();
    await settled();
    world.report();
    expect(archiver.status()).toEqual({ state: 'away', archivedSeq: 0, records: 0, reason: 'away' });
    for (let i = 0; i < 2; i++) {
      world.fire();
      await settled();
    }
    expect([numbers(), flows.upToSeq, world.notes]).toEqual([[0, 1, 2, 3, 4, 5], 2, ['flow_archive_away']]);
    expect(archiver.status()['state']).toBe('up');
  });

  it('reads another stream of that name from its start', async () => {
    flows.upToSeq = 500;
    world.report();
    await start();
    expect([world.from, numbers(), flows.upToSeq, world.notes]).toEqual([[1], [0, 1, 2], 1, ['flow_stream_is_new']]);
  });

  it('waits where the server does not say how far its stream is', async () => {
    world.knowsLast = false;
    world.report();
    await start();
    expect(world.from).toEqual([]);
    world.knowsLast = true;
    world.fire();
    await settled();
    expect(numbers()).toEqual([0, 1, 2]);
  });

  it('leaves out what is no batch, and says so', async () => {
    world.batches.push({ seq: 1, bytes: Uint8Array.of(1, 2, 3, 4) });
    world.report();
    await start();
    expect([numbers(), flows.upToSeq, world.notes]).toEqual([[0, 1, 2], 2, ['flow_batch_unreadable']]);
  });

  it('archives what is in the stream before it ends', async () => {
    const archiver = await start();
    flows.failures.push(new Error('away'));
    world.report();
    await settled();
    let isStopped = false;
    const stopped = archiver.stop(1_000).then(() => (isStopped = true));
    await settled();
    expect(isStopped).toBe(false);
    // Every timer but the deadline.
    const deadline = [...world.timers].at(-1)!;
    world.timers.delete(deadline);
    world.fire();
    await stopped;
    expect([numbers(), world.followers.size]).toEqual([[0, 1, 2], 0]);
  });
});
