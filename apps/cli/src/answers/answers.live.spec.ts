import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { QUESTIONS } from './questions.js';
import type { Recorded } from './recorded.js';

// Runs are simulated, but conducted by processes of the built command: there a packet costs a fraction of what it
// costs within Jest.
const FOLDER = join(import.meta.dirname, '../../../../examples/questions');
const MEASURE = join(import.meta.dirname, '../../dist/answers/measure-answers.js');
const SEED = 1;
const MAY_TAKE_MS = 600_000;

describe('what answers to operators say is what simulation gives today', () => {
  const recorded = JSON.parse(readFileSync(join(FOLDER, 'figures.json'), 'utf8')) as Recorded;
  let today: Recorded;
  beforeAll(async () => {
    const words = [MEASURE, FOLDER, String(SEED), String(SEED)];
    const { stdout } = await promisify(execFile)(process.execPath, words, { maxBuffer: 1 << 24 });
    today = JSON.parse(stdout) as Recorded;
  }, MAY_TAKE_MS);

  // When it fails: node apps/cli/dist/answers/write-answers.js examples/questions
  it.each(QUESTIONS.map((q) => q.id))('%s, all settings with the first seed', (id) => {
    const at = SEED - recorded.seeds.from;
    const then = recorded.questions[id]!.map((v) =>
      Object.fromEntries(Object.entries(v).map(([name, values]) => [name, [values[at]]])),
    );
    expect(today.questions[id]).toEqual(then);
  });
});
