import { describe, expect, it } from '@jest/globals';
import { parseCommit, type Settings } from '@rehearsal/kernel';
import type { ForkPoint, RunRecord } from '@rehearsal/lab-port';
import { calmOptions, roughOptions } from './options.js';
import { SimLab } from './sim-lab.js';
import { panicRun } from './testing/panic-run.js';
import { toyPlan } from './testing/toy-plan.js';
import { toyFactories } from './testing/toy-roles.js';

const SEED = 11;
/** Long after the member that panics is back. */
const AT = 40;

interface Lived {
  readonly record: RunRecord;
  /** When each line was stored, ms since the run began. */
  readonly storedAtMs: readonly number[];
}

/** A world in which a member panics: a rough one, or one that follows the record of another as far as it goes. */
async function live(fork?: ForkPoint, seed = SEED): Promise<Lived> {
  const plan = toyPlan();
  const optionsOf = fork === undefined ? roughOptions : calmOptions;
  const lab = new SimLab({
    plan,
    seed,
    options: optionsOf(plan.settings),
    ...(fork && { fork: { point: fork, options: roughOptions(fork.settings) } }),
    factories: toyFactories,
  });
  const record = await panicRun(lab);
  return { record, storedAtMs: lab.storedAtMs().map((atMs) => atMs - record.startedAtMs) };
}

const { settings } = toyPlan();

/** The record as if it were one of real processes, which began at another time. */
function asRecorded({ record }: Lived, at: number, other: Partial<ForkPoint> = {}): ForkPoint {
  const { runId, startedAtMs } = record;
  return { log: record.log.slice(0, at), settings, seed: 1, recorded: { runId, startedAtMs }, ...other };
}

describe('going along the log of a run of real processes', () => {
  it('stores each of its commits at its time, in its order, and none beside them', async () => {
    const lived = await live();
    expect(lived.record.log.length).toBeGreaterThan(AT);
    for (const at of [1, 2, AT]) {
      const again = await live(asRecorded(lived, at), 3);
      expect(again.record.log.slice(0, at)).toEqual(lived.record.log.slice(0, at));
      const saidMs = lived.record.log.map((line) => parseCommit(line).time.ms - lived.record.startedAtMs);
      for (let i = 0; i < at; i++) {
        const latest = Math.max(...saidMs.slice(0, i + 1));
        expect(again.storedAtMs[i]! - latest).toBeGreaterThanOrEqual(0);
        expect(again.storedAtMs[i]! - latest).toBeLessThan(1);
      }
      expect(again.record.fork).toEqual({ seq: at, atMs: expect.any(Number) });
    }
  });

  it('goes on by itself after that, on the same streams, with the chances of each seed', async () => {
    const lived = await live();
    const fork = (seed: number): Promise<Lived> => live(asRecorded(lived, AT, { seed }));
    const one = await fork(1);
    const own = one.record.log.slice(AT).map((line) => parseCommit(line));
    expect(own.length).toBeGreaterThan(10);
    expect(new Set(own.map((commit) => commit.stream))).toEqual(
      new Set(lived.record.log.slice(AT).map((line) => parseCommit(line).stream)),
    );
    // Nobody took a recorded commit for one of its own, or numbers one of its own as a recorded one.
    const ids = one.record.log.map((line) => parseCommit(line).id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(own.at(-1)).toMatchObject({ stream: `run.${lived.record.runId}`, input: { type: 'close' } });
    expect((await fork(1)).record).toEqual(one.record);
    expect((await fork(2)).record.log).not.toEqual(one.record.log);
  });

  it('begins when that run began, so that what is decided after it comes after it', async () => {
    const lived = await live();
    const { record } = await live(asRecorded(lived, AT));
    const times = record.log.map((line) => parseCommit(line).time.ms);
    expect(Math.min(...times.slice(AT))).toBeGreaterThanOrEqual(Math.max(...times.slice(0, AT)) - 1);
  });

  it('can be done to the very end', async () => {
    const lived = await live();
    const { record } = await live(asRecorded(lived, lived.record.log.length));
    expect(record.log).toEqual(lived.record.log);
    expect(record.seal).toEqual(lived.record.seal);
  });

  it('goes by other settings from there on', async () => {
    const lived = await live();
    const slower: Settings = { ...settings, 'sim.appendUs': 9000 };
    const same = await live(asRecorded(lived, AT));
    const other = await live(asRecorded(lived, AT, { settings: slower }));
    expect(other.record.log.slice(0, AT)).toEqual(same.record.log.slice(0, AT));
    expect(other.record.log).not.toEqual(same.record.log);
  });

  it('does not take a log whose commits do not follow from one another', async () => {
    const lived = await live();
    const log = lived.record.log.slice(0, AT);
    const [gone] = log.splice(9, 1);
    const next = log.findIndex((line, i) => i >= 9 && parseCommit(line).stream === parseCommit(gone!).stream);
    await expect(live(asRecorded(lived, AT, { log }))).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringContaining(
        `commit ${next + 1} of its log, ${parseCommit(gone!).stream}:${parseCommit(gone!).version + 1}, does not follow`,
      ),
    });
  });
});
