import { describe, expect, it } from '@jest/globals';
import { LabError, type Lab } from '@rehearsal/lab-port';
import { readExperiment } from '../file/read-experiment.js';
import { conduct, type Perform } from './conduct.js';
import type { Journal } from './journal.js';
import { journalSchema } from './journal-schema.js';

const TEXT = `title: t
description: d
steady-state-hypothesis:
  title: all well
  probes:
    - {type: probe, name: first, tolerance: 0, provider: {type: process, path: rehearse, arguments: [look, a]}}
    - type: probe
      name: second
      tolerance: {type: regex, pattern: 'value: 4'}
      provider: {type: process, path: rehearse, arguments: [look, b]}
method:
  - type: action
    name: break it
    pauses: {before: 1, after: 2}
    provider: {type: process, path: rehearse, arguments: [break], timeout: 3}
  - {type: probe, name: see it, tolerance: [0, 1], provider: {type: process, path: rehearse, arguments: [see]}}
rollbacks:
  - {type: action, name: mend it, provider: {type: process, path: rehearse, arguments: [mend]}}
`;

interface Answer {
  readonly status: number;
  readonly stdout?: string;
}

/** Conducts the experiment on a lab that only has a clock; what was done is written down with its time. */
async function conducted(
  answers: Readonly<Record<string, Answer | Error>>,
): Promise<{ readonly journal: Journal; readonly done: string[] }> {
  let nowMs = 0;
  const done: string[] = [];
  const lab = {
    world: 'simulated',
    nowMs: () => nowMs,
    waitMs: async (ms: number) => void (nowMs += ms),
  } as unknown as Lab;
  const perform: Perform = async (argv, timeoutMs) => {
    const line = argv.join(' ');
    done.push(`${nowMs} ${line}${timeoutMs === undefined ? '' : ` within ${timeoutMs}`}`);
    nowMs += 100;
    const answer = answers[line] ?? { status: 0, stdout: 'value: 4' };
    if (answer instanceof Error) throw answer;
    return { stdout: '', stderr: 'why', ...answer };
  };
  const experiment = readExperiment(TEXT, 'x.yaml');
  const journal = await conduct(experiment, lab, { perform, say: () => {}, node: 'here' });
  return { journal, done };
}

describe('an experiment', () => {
  it('looks, does what the method says, looks again, and rolls back, with its pauses', async () => {
    const { journal, done } = await conducted({ see: { status: 1 } });
    expect(done).toEqual([
      '0 look a',
      '100 look b',
      '1200 break within 3000',
      '3300 see',
      '3400 look a',
      '3500 look b',
      '3600 mend',
    ]);
    expect(journal).toMatchObject({ status: 'completed', deviated: false, duration: 3.7 });
    expect(journal.steady_states.after?.steady_state_met).toBe(true);
    expect(journal.run.map((r) => [r.activity.name, r.status, r.tolerance_met])).toEqual([
      ['break it', 'succeeded', undefined],
      ['see it', 'succeeded', true],
    ]);
    expect(journal.run[0]).toMatchObject({ start: '1970-01-01T00:00:01.200', duration: 0.1 });
  });

  it.each([
    ['that went well', {}],
    ['that deviated', { see: { status: 1 }, 'look b': { status: 1 } }],
    ['that was refused', { break: new LabError('bad-input', 'no', 'Do not.') }],
    ['that never began', { 'look a': { status: 1 } }],
  ])('leaves a journal as the Chaos Toolkit describes one, of a run %s', async (_what, answers) => {
    const { journal } = await conducted(answers as Readonly<Record<string, Answer | Error>>);
    const read = JSON.parse(JSON.stringify(journal)) as unknown;
    expect(journalSchema.safeParse(read).error?.issues ?? []).toEqual([]);
    const bent = { ...(read as object), status: 'done' };
    expect(journalSchema.safeParse(bent).success).toBe(false);
  });

  it('does nothing to a fabric that is not well before', async () => {
    const { journal, done } = await conducted({ 'look a': { status: 1 } });
    expect(done).toEqual(['0 look a']);
    expect(journal).toMatchObject({ status: 'failed', deviated: false, run: [], rollbacks: [] });
    expect(journal.steady_states.before?.steady_state_met).toBe(false);
  });

  it('has deviated when all is not well afterwards, and rolls back all the same', async () => {
    let looks = 0;
    const answers = {
      get 'look b'(): Answer {
        return { status: 0, stdout: ++looks === 1 ? 'value: 4' : 'value: 3' };
      },
    };
    const { journal, done } = await conducted(answers);
    expect(journal).toMatchObject({ status: 'completed', deviated: true });
    expect(done[done.length - 1]).toMatch(/ mend$/);
  });

  it('notes an action that is refused, and goes on', async () => {
    const refused = await conducted({ break: { status: 2 } });
    expect(refused.journal.run[0]).toMatchObject({ status: 'failed', exception: 'x.yaml:12:5: why' });
    const late = await conducted({ break: new LabError('deviated', 'Late.', 'Wait.') });
    expect(late.journal.run[0]).toMatchObject({
      status: 'failed',
      output: null,
      exception: 'x.yaml:12:5: Late. Wait.',
    });
    expect(late.done).toContain('3300 see');
  });

  it('does not hide a mistake of the program itself', async () => {
    await expect(conducted({ break: new TypeError('oops') })).rejects.toThrow('oops');
  });
});
