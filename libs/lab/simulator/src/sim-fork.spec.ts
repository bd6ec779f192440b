import { describe, expect, it } from '@jest/globals';
import type { Settings } from '@rehearsal/kernel';
import type { ForkPoint, RunRecord } from '@rehearsal/lab-port';
import { roughOptions } from './options.js';
import { SimLab } from './sim-lab.js';
import { panicRun } from './testing/panic-run.js';
import { toyPlan } from './testing/toy-plan.js';
import { toyFactories } from './testing/toy-roles.js';

const SEED = 11;
const AT = 20;

interface Lived {
  readonly record: RunRecord;
  /** For each time that settings were changed under the members: how long the log was, and the value they saw. */
  readonly changed: readonly (readonly [lines: number, heartbeatMs: number])[];
}

/** A rough world in which a member panics, from a point of a record on otherwise. */
async function live(fork?: ForkPoint): Promise<Lived> {
  const plan = toyPlan();
  const changed: [number, number][] = [];
  const lab: SimLab = new SimLab({
    plan,
    seed: SEED,
    options: roughOptions(plan.settings),
    ...(fork && { fork: { point: fork, options: roughOptions(fork.settings) } }),
    factories: {
      ...toyFactories,
      member: (rt, entry, own, probe) =>
        Object.assign(toyFactories.member(rt, entry, own, probe), {
          settingsChanged: () => changed.push([lab.sim.log.lastSeq, own.settings['ccp.heartbeatMs']]),
        }),
    },
  });
  const record = await panicRun(lab);
  return { record, changed };
}

const { settings } = toyPlan();
const otherwise: Settings = { ...settings, 'ccp.heartbeatMs': 777, 'sim.appendUs': 9000 };

describe('a fork of a simulated run', () => {
  it('is the record again with nothing changed and its own seed, byte for byte', async () => {
    const { record } = await live();
    for (const at of [1, AT, record.log.length - 1]) {
      const again = await live({ log: record.log.slice(0, at), settings, seed: SEED });
      expect(again.record).toEqual({ ...record, fork: { seq: at, atMs: expect.any(Number) } });
      expect(again.changed).toEqual([]);
    }
  });

  it('has other chances with another seed, from there on and not before', async () => {
    const { record } = await live();
    const fork = (seed: number): Promise<Lived> => live({ log: record.log.slice(0, AT), settings, seed });
    const other = await fork(12);
    expect(other.record.log.slice(0, AT)).toEqual(record.log.slice(0, AT));
    // Long before anybody is started anew, who draws from a seed of his own.
    expect(other.record.log.slice(AT, AT + 8)).not.toEqual(record.log.slice(AT, AT + 8));
    expect((await fork(12)).record).toEqual(other.record);
    expect((await fork(13)).record.log).not.toEqual(other.record.log);
  });

  it('tells its roles of other settings once, when the last common commit is stored', async () => {
    const { record } = await live();
    const { changed, record: forked } = await live({ log: record.log.slice(0, AT), settings: otherwise, seed: SEED });
    expect(changed).toEqual(Array.from({ length: 3 }, () => [AT, 777]));
    expect(forked.log.slice(0, AT)).toEqual(record.log.slice(0, AT));
    expect(forked.log).not.toEqual(record.log);
    expect(forked.fork).toEqual({ seq: AT, atMs: expect.any(Number) });
  });

  it('is refused at the first commit that is not as it is recorded', async () => {
    const { record } = await live();
    const log = record.log.slice(0, AT);
    log[7] = log[7]!.replace('"version"', '"Version"');
    log[9] = '';
    await expect(live({ log, settings, seed: SEED })).rejects.toMatchObject({
      kind: 'bad-input',
      message: expect.stringMatching(
        /: commit 8 of its log, of \S+\.SG1, comes out otherwise\. Most likely .* another build/,
      ),
    });
  });
});
