import { describe, expect, it } from '@jest/globals';
import {
  commitIds,
  createDecider,
  encodeCommit,
  LogFollower,
  parseCommit,
  type AppendOutcome,
  type AppendRequest,
  type CommitStore,
  type Runtime,
} from '@rehearsal/kernel';
import { commitStoreContract } from '@rehearsal/kernel/testing';
import { sealLog } from '@rehearsal/lab-port';
import { roughOptions, type SimOptions } from './options.js';
import { SimStore } from './sim-store.js';
import { scriptedWorld } from './testing/scripted-world.js';
import { toyPlan } from './testing/toy-plan.js';
import { counter, TOY_STREAM } from './testing/toy-roles.js';

const REDELIVER_MS = 20;

/** Two clients of one simulated log, and one that never hears an answer; virtual time runs along with real time. */
function harness(maxBytes: number, options: Partial<SimOptions>) {
  const { world, process, runMs } = scriptedWorld(
    {},
    { redeliverMs: REDELIVER_MS, appendTimeoutMs: 20, checkCommits: false, logMaxBytes: maxBytes, ...options },
  );
  runMs(1);
  const timer = setInterval(() => runMs(5), 1);
  const deafToAppends = new SimStore(process('1_03'), { appendAnswerLostPerMillion: 1_000_000 });
  expect(world.violation).toBeUndefined();
  return {
    store: new SimStore(process('1_01')),
    other: new SimStore(process('1_02')),
    deaf: deafToAppends,
    redeliverMs: REDELIVER_MS,
    close: () => clearInterval(timer),
  };
}

commitStoreContract('simulated, message id first', ({ maxBytes }) => harness(maxBytes, {}));
commitStoreContract('simulated, sequence first', ({ maxBytes }) =>
  harness(maxBytes, { appendChecksFirst: 'sequence' }),
);

describe('two deciders on a simulated log that fails now and then', () => {
  it.each([1, 2, 3, 4])('decide each input once and agree, and meet every outcome (seed %i)', (seed) => {
    const outcomes = new Set<string>();
    const answered = new Map<string, string>();
    const decide = (runtime: Runtime): void => {
      const follower = new LogFollower(runtime);
      const { log } = runtime;
      const watched = {
        self: runtime.self,
        log: {
          readNext: log.readNext.bind(log),
          append: (request: AppendRequest, done: (o: AppendOutcome) => void) =>
            log.append(request, (outcome) => {
              outcomes.add(outcome.kind);
              done(outcome);
            }),
        } as CommitStore,
        after: runtime.after.bind(runtime),
        nowMs: runtime.nowMs.bind(runtime),
        note: runtime.note.bind(runtime),
        fatal: runtime.fatal.bind(runtime),
      };
      const decider = createDecider(watched, follower, {
        machine: counter,
        stream: TOY_STREAM,
        build: 'toy',
        settings: { 'log.seenIds': true },
        newCommitId: commitIds(runtime.self),
      });
      follower.start();
      let n = 0;
      const again = (): void => {
        if (n >= 60) return;
        const id = `${runtime.self.id}.${n++}`;
        const ask = (): void =>
          decider.submit(
            { type: 'add', id, at: 0, from: 'command', by: runtime.self.id },
            undefined,
            undefined,
            (reply) => {
              if (reply.kind === 'failed') runtime.after(10, ask);
              else answered.set(id, reply.kind);
            },
          );
        ask();
        runtime.after(30, again);
      };
      runtime.after(5, again);
    };
    const { appendChecksFirst, ...rough } = roughOptions(toyPlan().settings);
    const { world, runMs } = scriptedWorld(
      { '1_1': decide, '1_2': decide },
      {
        ...rough,
        appendChecksFirst: seed % 2 === 0 ? appendChecksFirst : 'message-id',
        // Slow enough that a second try meets the first one, which arrived after all.
        appendSlowPerMillion: 600_000,
        appendSlowMaxMs: 300,
        appendTimeoutMs: 150,
        followLagPerMillion: 500_000,
      },
      seed,
    );
    runMs(60_000);
    expect(world.violation).toBeUndefined();
    const commits = world.log.lines().map(parseCommit);
    expect(commits.map((c) => (c.events[0] as unknown as { total: number }).total)).toEqual(
      Array.from({ length: 120 }, (_, i) => i + 1),
    );
    expect(new Set(commits.map((c) => c.input.id)).size).toBe(120);
    expect(answered.size).toBe(120);
    expect(sealLog(world.log.lines(), 1).streams[0]!.version).toBe(120);
    const expected = seed % 2 === 0 ? ['conflict', 'ok', 'unknown'] : ['conflict', 'duplicate', 'ok', 'unknown'];
    expect([...outcomes].sort()).toEqual(expected);
  });
});

describe('a commit of the simulated log', () => {
  it('is read once for everybody who follows, and whoever changes it is found out', () => {
    const bytes = encodeCommit({
      id: '1_1.1.1',
      stream: TOY_STREAM,
      version: 1,
      prev: '',
      input: { type: 'add', id: 'a', at: 0, from: 'command' },
      events: [{ type: 'Added' }],
      principal: { name: '1_1', known: 'service' },
      build: 'test',
      time: { ms: 0, count: 0 },
    });
    const seen: unknown[] = [];
    const follow = (runtime: Runtime): void => {
      runtime.log.follow('', 1, (stored) => seen.push(stored.commit));
    };
    const change = (runtime: Runtime): void => {
      runtime.log.append({ stream: TOY_STREAM, bytes, expectLastSeq: 0, msgId: 'a' }, () => {});
      const forge = (): unknown =>
        runtime.log.follow('', 1, ({ commit }) => (commit!.events as unknown[]).push({ type: 'Forged' }));
      runtime.after(500, forge);
    };
    const { world, runMs } = scriptedWorld({ '1_01': follow, '1_02': follow, '1_1': change });
    runMs(1000);
    expect(world.violation?.reason).toMatch(/1_1 threw in a handler: TypeError.*not extensible/);
    expect([seen.length, seen[0] !== undefined && seen[0] === seen[1]]).toEqual([2, true]);
  });
});
