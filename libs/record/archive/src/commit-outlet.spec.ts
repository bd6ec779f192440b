import { afterEach, describe, expect, it } from '@jest/globals';
import { encodeCommit } from '@rehearsal/kernel';
import { MemoryOutlet } from '@rehearsal/outlet/testing';
import { cloudEventOf } from '@rehearsal/replay';
import type { ArchivedMessage } from './archive-store.js';
import { CommitOutlet } from './commit-outlet.js';
import { positionsIn } from './positions.js';
import { MemoryLog } from './testing/memory-archive.js';
import { archivedMessage, STREAM } from './testing/messages.js';

const PLACE = { fabric: 'demo', run: 'r1', site: 1 };

/** A commit with a note of so many letters. */
function commit(seq: number, noteLength = 10): ArchivedMessage {
  const paid = { type: 'Paid', note: 'é'.repeat(noteLength) };
  const bytes = encodeCommit({
    id: `c${seq}`,
    stream: 'till.T1',
    version: seq,
    prev: seq === 1 ? '' : 'a'.repeat(64),
    input: { type: 'pay', id: `p${seq}`, at: seq, from: 'command' },
    events: [paid],
    principal: { name: 'anna', known: 'os-user' },
    build: 'b',
    time: { ms: 1_795_351_312_776, count: seq },
  });
  return archivedMessage(seq, { bytes });
}

const settled = async (): Promise<void> => {
  for (let i = 0; i < 500; i++) await Promise.resolve();
};

/** Remembers how much it is handed at once. */
class CountingOutlet extends MemoryOutlet {
  readonly batches: number[] = [];

  override publish(events: Parameters<MemoryOutlet['publish']>[0]): Promise<void> {
    this.batches.push(events.length);
    return super.publish(events);
  }
}

const begun: CommitOutlet[] = [];
afterEach(async () => {
  for (const one of begun.splice(0)) {
    const stopped = one.stop(0);
    await settled();
    await stopped;
  }
});

async function publish(log: MemoryLog, outlet: MemoryOutlet) {
  const counts = new Map<string, number>();
  const one = new CommitOutlet(outlet, PLACE, {
    after: () => () => undefined,
    note: () => undefined,
    count: (id, n) => counts.set(id, n),
  });
  begun.push(one);
  one.start(log, await log.checkpoint());
  await settled();
  return { one, counts };
}

describe('commits that are published', () => {
  it('are CloudEvents in the order of the log, by run, log and sequence, as many at once as a broker takes', async () => {
    const log = new MemoryLog({ run: 'r1', stream: STREAM });
    const [big, huge] = [100_000, 400_000];
    await log.append(
      [...Array.from({ length: 300 }, () => 10), big, big, big, huge, 10].map((n, i) => commit(i + 1, n)),
    );
    const outlet = new CountingOutlet();
    const { one, counts } = await publish(log, outlet);
    expect(outlet.events()).toEqual(
      log.messages.map(({ seq, bytes }) => ({
        series: `r1/${STREAM}`,
        seq,
        contentType: 'application/cloudevents+json; charset=UTF-8',
        body: cloudEventOf(bytes, seq, PLACE),
      })),
    );
    // By number; by bytes; a single one above that, alone.
    expect(outlet.batches).toEqual([256, 46, 1, 1, 1]);
    expect(one.status()).toEqual({ about: 'memory', state: 'up', publishedSeq: 305, lag: 0 });
    expect(Object.fromEntries(counts)).toEqual({ outlet_seq_now: 305, outlet_lag_now: 0, outlet_up_now: 1 });
    await log.append([commit(306)]);
    one.grown(306);
    await settled();
    expect(outlet.events().at(-1)).toMatchObject({ seq: 306 });
  });

  it('stop before one that is missing or is no commit, and say so', async () => {
    const log = new MemoryLog({ run: 'r1', stream: STREAM });
    await log.append([commit(1), commit(2), commit(4), commit(5)]);
    const outlet = new MemoryOutlet();
    const { one, counts } = await publish(log, outlet);
    expect(outlet.events().map(({ seq }) => seq)).toEqual([1, 2]);
    expect(one.status()).toMatchObject({
      state: 'away',
      publishedSeq: 2,
      lag: 3,
      reason: expect.stringMatching(/some are missing/),
    });
    expect(Object.fromEntries(counts)).toEqual({ outlet_seq_now: 2, outlet_lag_now: 3, outlet_up_now: 0 });
    const other = new MemoryLog({ run: 'r2', stream: STREAM });
    await other.append([archivedMessage(1)]);
    const second = await publish(other, new MemoryOutlet());
    expect(second.one.status()).toMatchObject({
      state: 'away',
      publishedSeq: 0,
      lag: 1,
      reason: expect.stringMatching(/^commit 1 /),
    });
  });
});

describe('positions', () => {
  it('are kept by kind and by where to; the latest of a kind stands for one that is not known yet', async () => {
    const log = new MemoryLog({ run: 'r1', stream: STREAM });
    const [commits, checkpoints] = [positionsIn(log, 'commits'), positionsIn(log, 'checkpoints')];
    await commits.confirm('kafka a x', 7);
    await commits.confirm('kafka b x', 3);
    await checkpoints.confirm('kafka b x', 90);
    expect(await Promise.all([commits.confirmed('kafka a x'), commits.confirmed('kafka b x')])).toEqual([7, 3]);
    expect(await Promise.all([commits.confirmed(), checkpoints.confirmed()])).toEqual([3, 90]);
    expect(await Promise.all([commits.confirmed('kafka c x'), positionsIn(log, 'x').confirmed()])).toEqual([0, 0]);
  });
});
