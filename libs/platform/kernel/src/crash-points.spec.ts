import { describe, expect, it } from '@jest/globals';
import type { InputReply } from './index.js';
import { askInput, commitIds, createDecider, decodeCommit, IntentSender, LogFollower, serveInputs } from './index.js';
import type { SmallProcess } from './testing/small-world.js';
import { SmallWorld } from './testing/small-world.js';
import { ledger, pay, till } from './testing/till.js';

const PAYMENTS = [
  ['p1', 3],
  ['p2', 5],
  ['p3', 7],
] as const;

/** A process that decides the till and the ledger and carries intents from one to the other. */
function open(world: SmallWorld, id: string, seenIds: boolean): SmallProcess {
  const process = world.process('shop', id);
  const { runtime } = process;
  const follower = new LogFollower(runtime);
  const shared = { build: 'b', settings: { 'log.seenIds': seenIds }, newCommitId: commitIds(runtime.self) };
  const deciders = [
    createDecider(runtime, follower, { ...shared, machine: till, stream: 'till.T1' }),
    createDecider(runtime, follower, { ...shared, machine: ledger, stream: 'ledger.L1' }),
  ] as const;
  follower.start(() => {
    serveInputs(runtime, deciders[0]);
    serveInputs(runtime, deciders[1]);
    new IntentSender(runtime, till as never).start();
  });
  return process;
}

interface Outcome {
  readonly paid: readonly string[];
  readonly booked: readonly string[];
  readonly replies: readonly string[];
  readonly fatal: readonly unknown[];
  /** Steps the world took until everything was done. */
  readonly steps: number;
}

/** Runs the payments; the first process dies after `crashAfter` steps and another takes its place. */
function run(crashAfter: number, seenIds: boolean, companions = 0): Outcome {
  const world = new SmallWorld();
  const first = open(world, '1_1', seenIds);
  const processes = [first];
  for (let n = 0; n < companions; n++) processes.push(open(world, `1_${n + 3}`, seenIds));
  const client = world.process('client', 'c');
  const replies: InputReply[] = [];
  for (const [id, amount] of PAYMENTS) {
    askInput(client.runtime, 'till.T1', { input: pay(id, amount) }, {}, (reply) => replies.push(reply));
  }
  const commits = () => world.store.commits().map(({ bytes }) => decodeCommit(bytes));
  let steps = 0;
  for (; steps < crashAfter; steps++) world.time.step();
  first.kill();
  if (companions === 0) processes.push(open(world, '1_2', seenIds));
  for (let more = 0; more < 3000; more++) world.time.step();
  const words = (kind: string) =>
    commits()
      .filter(({ stream }) => stream.startsWith(kind))
      .map(({ input }) => input.id);
  return {
    paid: words('till').sort(),
    booked: words('ledger').sort(),
    replies: replies.map((reply) => ('commit' in reply ? reply.commit.input.id : reply.kind)).sort(),
    fatal: processes.flatMap(({ notes }) => notes.filter(({ level }) => level === 'fatal')),
    steps,
  };
}

const ALL_WELL = {
  paid: ['p1', 'p2', 'p3'],
  booked: ['till.T1:1:0:0', 'till.T1:2:0:0', 'till.T1:3:0:0'],
  replies: ['p1', 'p2', 'p3'],
  fatal: [],
};

/** The steps from the first question to the last acknowledgement take fewer than this. */
const LAST_STEP = 90;

describe('a process that dies between any two steps', () => {
  it('has, undisturbed, done everything before the last crash point', () => {
    const world = new SmallWorld();
    open(world, '1_1', true);
    const client = world.process('client', 'c');
    for (const [id, amount] of PAYMENTS) askInput(client.runtime, 'till.T1', { input: pay(id, amount) }, {}, () => {});
    for (let step = 0; step < LAST_STEP; step++) world.time.step();
    expect(world.store.commits()).toHaveLength(6);
  });

  it('loses nothing and does nothing twice once another has folded the log', () => {
    for (let crashAfter = 0; crashAfter <= LAST_STEP; crashAfter++) {
      const { steps, ...outcome } = run(crashAfter, true);
      expect({ steps, ...outcome }).toStrictEqual({ steps, ...ALL_WELL });
    }
  });

  it('loses nothing and does nothing twice when another was there all the time', () => {
    for (let crashAfter = 0; crashAfter <= LAST_STEP; crashAfter++) {
      const { steps, ...outcome } = run(crashAfter, true, 2);
      expect({ steps, ...outcome }).toStrictEqual({ steps, ...ALL_WELL });
    }
  });

  it('would pay and book twice if seen ids were not looked for', () => {
    let paidTwice = 0;
    let bookedTwice = 0;
    for (let crashAfter = 0; crashAfter <= LAST_STEP; crashAfter++) {
      const { paid, booked } = run(crashAfter, false);
      if (new Set(paid).size < paid.length) paidTwice++;
      if (new Set(booked).size < booked.length) bookedTwice++;
    }
    expect(paidTwice).toBeGreaterThan(0);
    expect(bookedTwice).toBeGreaterThan(0);
  });
});
