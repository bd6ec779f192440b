import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { AppendFault, Commit, DeciderReply, StoredCommit } from './index.js';
import { commitIds, createDecider, decodeCommit, LogFollower, sha256Hex } from './index.js';
import { SmallWorld } from './testing/small-world.js';
import type { TillInput } from './testing/till.js';
import { pay, till, weigh } from './testing/till.js';

/** One input, and who submits it when; several may submit the same one. */
interface Submission {
  readonly input: TillInput;
  readonly by: readonly { readonly decider: number; readonly atMs: number }[];
}

const fault = fc.record<AppendFault>({
  request: fc.constantFrom('arrives', 'arrives', 'arrives-late', 'lost'),
  answer: fc.constantFrom('true', 'true', 'duplicate', 'conflict', 'unknown'),
});

const race = fc
  .record({ deciders: fc.integer({ min: 2, max: 6 }), inputs: fc.integer({ min: 1, max: 12 }) })
  .chain(({ deciders, inputs }) =>
    fc.record({
      deciders: fc.constant(deciders),
      duplicatesFirst: fc.boolean(),
      faults: fc.array(fault, { maxLength: 40 }),
      unknownReads: fc.array(fc.boolean(), { maxLength: 20 }),
      delaysMs: fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 1, maxLength: 50 }),
      submissions: fc.array(
        fc.record({
          command: fc.boolean(),
          amount: fc.integer({ min: 0, max: 3 }),
          by: fc.array(fc.record({ decider: fc.nat(deciders - 1), atMs: fc.nat(30) }), { minLength: 1, maxLength: 3 }),
        }),
        { minLength: inputs, maxLength: inputs },
      ),
    }),
  );

type Race = typeof race extends fc.Arbitrary<infer T> ? T : never;

function run(plan: Race) {
  const faults = [...plan.faults];
  const unknownReads = [...plan.unknownReads];
  let delays = 0;
  const world = new SmallWorld({
    duplicatesFirst: plan.duplicatesFirst,
    faults: {
      append: () => faults.shift(),
      read: () => unknownReads.shift() === true,
      delayMs: () => plan.delaysMs[delays++ % plan.delaysMs.length]!,
    },
  });
  const processes = Array.from({ length: plan.deciders }, (_, n) => {
    const { runtime, notes } = world.process('till', `1_${n + 1}`);
    const follower = new LogFollower(runtime);
    const decider = createDecider(runtime, follower, {
      machine: till,
      stream: 'till.T1',
      build: 'b',
      settings: { 'log.seenIds': true },
      newCommitId: commitIds(runtime.self),
    });
    const heard: number[] = [];
    decider.onCommit((commit) => heard.push(commit.version));
    follower.start();
    return { decider, notes, heard };
  });
  const submissions: Submission[] = plan.submissions.map(({ command, amount, by }, n) => ({
    input: command ? pay(`i${n}`, amount) : weigh(`i${n}`, amount),
    by,
  }));
  const replies: { readonly input: TillInput; readonly replies: DeciderReply[] }[] = [];
  for (const { input, by } of submissions) {
    for (const { decider, atMs } of by) {
      const entry = { input, replies: [] as DeciderReply[] };
      replies.push(entry);
      world.time.after(atMs, () =>
        processes[decider]!.decider.submit(input, undefined, undefined, (reply) => entry.replies.push(reply)),
      );
    }
  }
  world.time.runUntilIdle();
  return { stored: world.store.commits(), processes, submissions, replies };
}

function expectWholeChain(stored: readonly StoredCommit[], commits: readonly Commit[]): void {
  commits.forEach((commit, i) => {
    expect(commit.version).toBe(i + 1);
    expect(commit.prev).toBe(i === 0 ? '' : sha256Hex(stored[i - 1]!.bytes));
  });
}

describe('several deciders on one stream, whatever the log answers', () => {
  it('make exactly one commit of each command, agree on everything, and answer everybody', () => {
    fc.assert(
      fc.property(race, (plan) => {
        const { stored, processes, submissions, replies } = run(plan);
        const commits = stored.map(({ bytes }) => decodeCommit(bytes));
        expectWholeChain(stored, commits);

        const committed = commits.map(({ input }) => input.id);
        expect(new Set(committed).size).toBe(committed.length);
        const commands = submissions.filter(({ input }) => input.from === 'command').map(({ input }) => input.id);
        expect(committed.filter((id) => commands.includes(id)).sort()).toStrictEqual(commands.sort());

        let state = till.initial;
        for (const { input, events } of commits as readonly Commit<TillInput>[]) {
          expect(till.decide(state, input)).toStrictEqual(events);
          state = (events as readonly never[]).reduce<typeof state>(
            (folded, event) => till.evolve(folded, event),
            state,
          );
        }
        for (const { decider, notes, heard } of processes) {
          expect(decider.state).toStrictEqual(state);
          expect(heard).toStrictEqual(commits.map(({ version }) => version));
          expect(notes.filter(({ level }) => level === 'fatal')).toStrictEqual([]);
        }

        for (const { input, replies: got } of replies) {
          expect(got).toHaveLength(1);
          const [reply] = got;
          if (reply?.kind === 'ignored') expect(input.from).toBe('observation');
          else expect(reply).toStrictEqual({ kind: reply?.kind, commit: commits.find((c) => c.input.id === input.id) });
        }
        for (const id of committed) {
          const makers = replies.filter((entry) => entry.input.id === id && entry.replies[0]?.kind === 'committed');
          expect(makers.length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 250 },
    );
  });

  it('are shown all the outcomes there are', () => {
    const seen = new Set<string>();
    for (const plan of fc.sample(race, { numRuns: 200, seed: 1 })) {
      for (const { notes } of run(plan).processes) for (const { code } of notes) seen.add(code);
      for (const { request, answer } of plan.faults) seen.add(`${request}, ${answer}`);
    }
    expect([...seen].filter((word) => word.includes(','))).toHaveLength(12);
    expect(seen.has('append_unknown')).toBe(true);
  });
});
