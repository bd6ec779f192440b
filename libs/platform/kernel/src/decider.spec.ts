import { describe, expect, it } from '@jest/globals';
import type { DeciderReply, MemoryStoreFaults, StoredCommit } from './index.js';
import {
  commitIds,
  createDecider,
  Decider,
  decodeCommit,
  encodeCommit,
  LogFollower,
  MachineView,
  sha256Hex,
} from './index.js';
import type { SmallProcess } from './testing/small-world.js';
import { SmallWorld } from './testing/small-world.js';
import type { TillEvent, TillInput, TillState } from './testing/till.js';
import { pay, till, weigh } from './testing/till.js';

type Till = Decider<TillState, TillInput, TillEvent>;

function openTill(world: SmallWorld, id: string, seenIds = true): { process: SmallProcess; decider: Till } {
  const process = world.process('till', id);
  const follower = new LogFollower(process.runtime);
  const decider = createDecider(process.runtime, follower, {
    machine: till,
    stream: 'till.T1',
    build: 'b',
    settings: { 'log.seenIds': seenIds },
    newCommitId: commitIds(process.runtime.self),
  });
  follower.start();
  return { process, decider };
}

function submit(decider: Till, input: TillInput): DeciderReply[] {
  const replies: DeciderReply[] = [];
  decider.submit(input, undefined, undefined, (reply) => replies.push(reply));
  return replies;
}

function idsAndEvents(commits: readonly StoredCommit[]): unknown[] {
  return commits.map((stored) => {
    const { id, version, input, events } = decodeCommit(stored.bytes);
    return [id, version, input.id, events];
  });
}

describe('one decider', () => {
  it('answers a command with its commit, after the listeners heard it', () => {
    const world = new SmallWorld();
    const { decider } = openTill(world, '1_1');
    const heard: unknown[] = [];
    decider.onCommit((commit) => heard.push(`commit ${commit.version}`));
    decider.submit(pay('p1', 5), { name: 'anna', known: 'os-user' }, 'x.1:7', (reply) => heard.push(reply));
    world.time.runUntilIdle();
    const commit = decodeCommit(world.store.commits()[0]!.bytes);
    expect(commit).toStrictEqual({
      id: '1_1.1.1',
      stream: 'till.T1',
      version: 1,
      prev: '',
      input: pay('p1', 5),
      events: [{ type: 'Paid', amount: 5, total: 5 }],
      cause: 'x.1:7',
      principal: { name: 'anna', known: 'os-user' },
      build: 'b',
      time: { ms: 1_700_000_000_000, count: 0 },
    });
    expect(heard).toStrictEqual(['commit 1', { kind: 'committed', commit }]);
    expect(decider.state.total).toBe(5);
    expect([decider.version, decider.lastSeq]).toStrictEqual([1, 1]);
  });

  it('chains each commit to the stored bytes of the one before', () => {
    const world = new SmallWorld();
    const { decider } = openTill(world, '1_1');
    for (const id of ['p1', 'p2', 'p3']) submit(decider, pay(id));
    world.time.runUntilIdle();
    const stored = world.store.commits();
    expect(stored.map((commit) => decodeCommit(commit.bytes).prev)).toStrictEqual([
      '',
      sha256Hex(stored[0]!.bytes),
      sha256Hex(stored[1]!.bytes),
    ]);
  });

  it('leaves no commit of an observation that leads to nothing, and always one of a command', () => {
    const world = new SmallWorld();
    const { decider } = openTill(world, '1_1');
    const replies = [submit(decider, weigh('w1', 0)), submit(decider, pay('p1', 0)), submit(decider, weigh('w2', 3))];
    world.time.runUntilIdle();
    expect(replies.map(([reply]) => reply?.kind)).toStrictEqual(['ignored', 'committed', 'committed']);
    expect(idsAndEvents(world.store.commits())).toStrictEqual([
      ['1_1.1.1', 1, 'p1', [{ type: 'PayRefused', reason: 'nothing to pay' }]],
      ['1_1.1.2', 2, 'w2', [{ type: 'HeavierThanEver', grams: 3 }]],
    ]);
  });

  it('answers a repeated input from the commit it led to, also after a restart', () => {
    const world = new SmallWorld();
    const { decider } = openTill(world, '1_1');
    const first = submit(decider, pay('p1', 5));
    const second = submit(decider, pay('p1', 5));
    world.time.runUntilIdle();
    const restarted = openTill(world, '1_1');
    const third = submit(restarted.decider, pay('p1', 5));
    world.time.runUntilIdle();
    expect([first, second, third].map(([reply]) => reply?.kind)).toStrictEqual(['committed', 'repeated', 'repeated']);
    const commit = decodeCommit(world.store.commits()[0]!.bytes);
    expect(third).toStrictEqual([{ kind: 'repeated', commit }]);
    expect(world.store.commits()).toHaveLength(1);
  });

  it('acts twice on a repeated command when it does not look for seen ids', () => {
    const world = new SmallWorld();
    const { decider } = openTill(world, '1_1', false);
    submit(decider, pay('p1', 5));
    submit(decider, pay('p1', 5));
    world.time.runUntilIdle();
    expect(decider.state.total).toBe(10);
    expect(world.store.commits()).toHaveLength(2);
  });

  it('refuses an input whose id stands for another one', () => {
    const world = new SmallWorld();
    const { decider } = openTill(world, '1_1');
    submit(decider, pay('x', 5));
    const reply = submit(decider, { ...weigh('x', 5) });
    world.time.runUntilIdle();
    expect(reply).toStrictEqual([{ kind: 'failed', reason: 'input id x was already used for pay; use a new id' }]);
  });

  it('answers an input that cannot be written down, stores nothing of it, and goes on', () => {
    const world = new SmallWorld();
    const { decider } = openTill(world, '1_1');
    const bad = submit(decider, pay('p1', 1.5));
    const shapeless = submit(decider, { ...pay('p2'), at: undefined } as unknown as TillInput);
    const good = submit(decider, pay('p3'));
    world.time.runUntilIdle();
    expect(bad).toStrictEqual([
      { kind: 'failed', reason: expect.stringContaining('$.amount: expected an integer within ±(2^53 − 1), saw 1.5') },
    ]);
    expect(shapeless[0]?.kind).toBe('failed');
    expect(good[0]?.kind).toBe('committed');
    expect(world.store.commits()).toHaveLength(1);
  });

  it('decides nothing before it has read the stream to its end', () => {
    const world = new SmallWorld();
    const early = openTill(world, '1_1');
    submit(early.decider, weigh('w1', 10));
    world.time.runUntilIdle();
    const late = openTill(world, '1_2');
    const reply = submit(late.decider, weigh('w2', 7));
    expect(late.decider.version).toBe(0);
    world.time.runUntilIdle();
    expect(reply).toStrictEqual([{ kind: 'ignored' }]);
  });

  it('says that it stops to all who wait, and appends nothing more', () => {
    const world = new SmallWorld();
    const { decider } = openTill(world, '1_1');
    world.time.runUntilIdle();
    const replies = [submit(decider, pay('p1')), submit(decider, pay('p2'))];
    decider.stop();
    world.time.runUntilIdle();
    replies.push(submit(decider, pay('p3')));
    const stopping = [{ kind: 'failed', reason: 'this process is stopping' }];
    expect(replies).toStrictEqual([stopping, stopping, stopping]);
    expect(world.store.commits()).toHaveLength(1);
  });

  it('stops the process when a commit does not follow the ones before', () => {
    const world = new SmallWorld();
    const { decider, process } = openTill(world, '1_1');
    submit(decider, pay('p1'));
    world.time.runUntilIdle();
    const first = decodeCommit(world.store.commits()[0]!.bytes);
    const bytes = encodeCommit({ ...first, id: 'x', version: 2, prev: '0'.repeat(64) });
    world.store.append({ stream: 'till.T1', bytes, expectLastSeq: 1, msgId: 'x' }, () => {});
    world.time.runUntilIdle();
    expect(process.notes.map(({ level, code }) => [level, code])).toStrictEqual([['fatal', 'log_broken']]);
    expect((process.notes[0]!.fields as { reason: string }).reason).toContain('version 2 of till.T1 should follow');
  });
});

describe('a decider and a log that does not answer clearly', () => {
  it.each([
    ['stored, answer lost', { request: 'arrives', answer: 'unknown' }],
    ['not stored, answer lost', { request: 'lost', answer: 'unknown' }],
    ['stored later than the answer', { request: 'arrives-late', answer: 'unknown' }],
    ['stored, called a duplicate', { request: 'arrives', answer: 'duplicate' }],
    ['stored, called a conflict', { request: 'arrives', answer: 'conflict' }],
    ['not stored, called a duplicate', { request: 'lost', answer: 'duplicate' }],
    ['not stored, called a conflict', { request: 'lost', answer: 'conflict' }],
  ] as const)('makes one commit of one input: %s', (_name, fault) => {
    for (const followed of [true, false]) {
      let faults = 2;
      const world = new SmallWorld({ faults: { append: () => (faults-- > 0 ? fault : undefined) } });
      const { decider } = followed ? openTill(world, '1_1') : unfollowed(world);
      const reply = submit(decider, pay('p1', 5));
      world.time.runUntilIdle();
      expect(reply.map(({ kind }) => kind)).toStrictEqual(['committed']);
      expect(decider.state.total).toBe(5);
      expect(idsAndEvents(world.store.commits())).toStrictEqual([
        ['1_1.1.1', 1, 'p1', [{ type: 'Paid', amount: 5, total: 5 }]],
      ]);
    }
  });

  it('decides again on the new state when another was first, although that one has gone on since', () => {
    const world = new SmallWorld();
    const other = openTill(world, '1_2').decider;
    const { decider } = unfollowed(world);
    world.time.runUntilIdle();
    submit(other, pay('q1', 1));
    submit(other, pay('q2', 2));
    world.time.runUntilIdle();
    const reply = submit(decider, pay('p1', 4));
    world.time.runUntilIdle();
    expect(reply.map(({ kind }) => kind)).toStrictEqual(['committed']);
    expect(idsAndEvents(world.store.commits())).toStrictEqual([
      ['1_2.1.1', 1, 'q1', [{ type: 'Paid', amount: 1, total: 1 }]],
      ['1_2.1.2', 2, 'q2', [{ type: 'Paid', amount: 2, total: 3 }]],
      ['1_1.2.3', 3, 'p1', [{ type: 'Paid', amount: 4, total: 7 }]],
    ]);
  });

  it('finds its own commit at the version it tried although another has gone on since', () => {
    const faults: MemoryStoreFaults = {
      append: (request) => (request.msgId.includes('1_1.') ? { request: 'arrives', answer: 'unknown' } : undefined),
      delayMs: (step) => (step === 'answer' ? 50 : 0),
    };
    const world = new SmallWorld({ faults });
    const { decider } = unfollowed(world);
    const other = openTill(world, '1_2').decider;
    const mine = submit(decider, pay('p1', 5));
    world.time.advance(10);
    const theirs = submit(other, pay('q1', 1));
    world.time.runUntilIdle();
    expect([mine[0]?.kind, theirs[0]?.kind]).toStrictEqual(['committed', 'committed']);
    expect(world.store.commits()).toHaveLength(2);
  });

  it('says within ten seconds that the log is out of reach, and still makes one commit of the retried input', () => {
    let reachable = false;
    const world = new SmallWorld({
      faults: {
        append: () => (reachable ? undefined : { request: 'lost', answer: 'unknown' }),
        read: () => !reachable,
      },
    });
    const { decider, process } = openTill(world, '1_1');
    const first = submit(decider, pay('p1', 5));
    const queued = submit(decider, pay('p2', 1));
    world.time.advance(9_999);
    expect([first, queued]).toStrictEqual([[], []]);
    world.time.advance(1);
    expect(first[0]).toStrictEqual({
      kind: 'failed',
      reason: 'the log did not settle a commit within 10000 ms; it may still be stored',
    });
    expect(queued[0]?.kind).toBe('failed');
    expect(submit(decider, pay('p3'))).toStrictEqual([{ kind: 'failed', reason: 'the log cannot be reached' }]);
    expect(process.notes.at(-1)).toMatchObject({ level: 'error', code: 'log_out_of_reach' });
    reachable = true;
    world.time.runUntilIdle();
    const again = [submit(decider, pay('p1', 5)), submit(decider, pay('p2', 1))];
    world.time.runUntilIdle();
    expect(again.map(([reply]) => reply?.kind)).toStrictEqual(['repeated', 'committed']);
    expect(decider.state.total).toBe(6);
  });

  it('answers what a full log refuses, and goes on when there is room for something smaller', () => {
    const world = new SmallWorld({ maxBytes: 1200 });
    const { decider } = openTill(world, '1_1');
    const replies = [submit(decider, pay('p1')), submit(decider, pay('p'.repeat(1000))), submit(decider, pay('p3'))];
    world.time.runUntilIdle();
    expect(replies.map(([reply]) => reply?.kind)).toStrictEqual(['committed', 'failed', 'committed']);
    expect(replies[1]).toStrictEqual([{ kind: 'failed', reason: 'the log is full: maximum bytes exceeded' }]);
  });

  it('says once that the log is full, however often it is asked, and once that it has room again', () => {
    const world = new SmallWorld({ maxBytes: 1200 });
    const { decider, process } = openTill(world, '1_1');
    for (const id of ['a', 'b', 'c']) submit(decider, pay(id.repeat(1000)));
    submit(decider, pay('p1'));
    submit(decider, pay('d'.repeat(1000)));
    world.time.runUntilIdle();
    expect(process.notes.map(({ code }) => code)).toStrictEqual(['log_full', 'log_has_room', 'log_full']);
  });
});

describe('deadlines', () => {
  const START = 1_700_000_000_000;
  const openUntil = (id: string, closeAt: number): TillInput => ({
    type: 'openUntil',
    id,
    at: START,
    from: 'command',
    closeAt,
  });

  it('are told once at their time, by whichever decider comes first', () => {
    const world = new SmallWorld();
    const tills = [openTill(world, '1_1'), openTill(world, '1_2')];
    submit(tills[0]!.decider, openUntil('o1', START + 5000));
    world.time.advance(4999);
    expect(tills.map(({ decider }) => decider.state.closed)).toStrictEqual([false, false]);
    world.time.runUntilIdle();
    expect(tills.map(({ decider }) => decider.state.closed)).toStrictEqual([true, true]);
    const commits = world.store.commits().map((stored) => decodeCommit(stored.bytes));
    expect(commits.map(({ input }) => input)).toStrictEqual([
      openUntil('o1', START + 5000),
      { type: 'close', id: `deadline:till.T1:close:${START + 5000}`, at: START + 5000, from: 'deadline' },
    ]);
  });

  it('survive a restart, and are kept although their time passed meanwhile', () => {
    const world = new SmallWorld();
    const first = openTill(world, '1_1');
    submit(first.decider, openUntil('o1', START + 5000));
    world.time.advance(1000);
    first.process.kill();
    world.time.advance(60_000);
    const second = openTill(world, '1_1');
    world.time.runUntilIdle();
    expect(second.decider.state.closed).toBe(true);
  });

  it('follow the state: a moved deadline is told at its new time only', () => {
    const world = new SmallWorld();
    const { decider } = openTill(world, '1_1');
    submit(decider, openUntil('o1', START + 5000));
    submit(decider, openUntil('o2', START + 9000));
    world.time.advance(8999);
    expect(decider.state.closed).toBe(false);
    world.time.advance(2);
    expect(decider.state.closed).toBe(true);
    expect(decider.version).toBe(3);
  });

  it('are kept when they are further away than a timer can count', () => {
    const world = new SmallWorld();
    const { decider } = openTill(world, '1_1');
    const tenYearsMs = 10 * 365 * 86_400_000;
    submit(decider, openUntil('o1', START + tenYearsMs));
    world.time.advance(tenYearsMs - 1);
    expect(decider.state.closed).toBe(false);
    world.time.advance(2);
    expect(decider.state.closed).toBe(true);
  });
});

describe('the follower of a process', () => {
  it('gives commit times that lie after every commit it has read', () => {
    const world = new SmallWorld();
    const process = world.process('view', '1');
    const follower = new LogFollower(process.runtime);
    follower.add(new MachineView(till, 'till.T1'));
    follower.start();
    const { decider } = openTill(world, '1_1');
    submit(decider, pay('p1'));
    world.time.runUntilIdle();
    const { time } = decodeCommit(world.store.commits()[0]!.bytes);
    expect(follower.hlc()).toStrictEqual({ ms: time.ms, count: time.count + 1 });
  });

  it('stops the process at a hole in the log', () => {
    const world = new SmallWorld();
    const process = world.process('view', '1');
    const { log } = process.runtime;
    const holed = { ...log, follow: (p: string, _from: number, on: (c: StoredCommit) => void) => log.follow(p, 2, on) };
    const { decider } = openTill(world, '1_1');
    submit(decider, pay('p1'));
    submit(decider, pay('p2'));
    world.time.runUntilIdle();
    new LogFollower({ ...process.runtime, log: holed }).start();
    world.time.runUntilIdle();
    expect(process.notes).toStrictEqual([
      {
        level: 'fatal',
        code: 'log_broken',
        fields: { seq: 2, stream: 'till.T1', reason: 'expected log sequence 1, saw 2' },
      },
    ]);
  });
});

/** A decider that no follower feeds: it learns of others only by reading after a failed append. */
function unfollowed(world: SmallWorld): { decider: Till } {
  const { runtime } = world.process('till', '1_1');
  const decider: Till = new Decider({
    machine: till,
    stream: 'till.T1',
    store: runtime.log,
    hlc: () => ({ ms: runtime.nowMs(), count: 0 }),
    after: runtime.after,
    nowMs: runtime.nowMs,
    note: runtime.note,
    fatal: runtime.fatal,
    principal: { name: 'till', known: 'service' },
    build: 'b',
    newCommitId: commitIds(runtime.self),
    settings: { seenIds: true },
  });
  decider.start();
  return { decider };
}
