import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { announceLab, labsFolder } from '@rehearsal/verbs';
import { outcomeOf } from './outcome.js';
import { WRONG_FILES } from './testing/wrong-files.js';
import { WRONG_ROWS } from './testing/wrong-rows.js';

const before = process.cwd();
const stateBefore = process.env['XDG_STATE_HOME'];
let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'wrong-inputs-')));
  for (const [name, text] of Object.entries(WRONG_FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  process.chdir(folder);
  process.env['XDG_STATE_HOME'] = join(folder, '.state');
});
afterAll(() => {
  process.chdir(before);
  if (stateBefore === undefined) delete process.env['XDG_STATE_HOME'];
  else process.env['XDG_STATE_HOME'] = stateBefore;
  rmSync(folder, { recursive: true });
});

interface Said {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was told before the end. */
  readonly told: readonly string[];
}

async function carryOut(argv: readonly string[]): Promise<Said> {
  const told: string[] = [];
  const gone = new AbortController().signal;
  const outcome = await outcomeOf(argv, { say: (l) => told.push(l), out: (t) => told.push(t), gone });
  return { exit: outcome.status, stdout: outcome.stdout, stderr: outcome.stderr, told };
}

const shown = (text: string): string =>
  text.replaceAll(folder, '<here>').replaceAll(/\d{8}-\d{6}-[a-z]+-\d+/g, '<run>');

const everything = (): string[] => readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();

describe('a wrong input', () => {
  it('is one of more than a hundred here, and no two are the same', () => {
    expect(new Set(WRONG_ROWS.map((r) => r.argv.join(' '))).size).toBe(WRONG_ROWS.length);
    expect(WRONG_ROWS.length).toBeGreaterThan(100);
  });

  it.each(WRONG_ROWS.map((row) => [row.argv.join(' '), row] as const))('%s', async (_words, { argv, exit, says }) => {
    const there = everything();
    const said = await carryOut(argv);
    // One line with the place and the remedy, the exit code, nothing else said, and nothing half done.
    expect({ ...said, stderr: shown(said.stderr) }).toEqual({
      exit,
      stdout: '',
      stderr: `rehearse: ${says}\n`,
      told: [],
    });
    expect(says).toMatch(/^[^\n]+[.?]$/);
    expect(everything()).toEqual(there);
  });

  it('is a document with --json, of the same words and exit code', async () => {
    const said = await carryOut(['fault', 'panik', '1_03', '--json']);
    expect(JSON.parse(said.stdout)).toEqual({
      error: { kind: 'bad-input', message: said.stderr.slice('rehearse: '.length, -1), exitCode: 2 },
    });
  });
});

describe('where fabrics run', () => {
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    const about = { fabric: 'small', folder: join(folder, 'runs', 'x'), startedAtMs: 1, standing: true };
    const deaf = (): Promise<never> => Promise.reject(new Error('a mistake\nof many lines'));
    for (const run of ['r1', 'r2']) ends.push((await announceLab(labsFolder(), { ...about, run }, deaf)).withdraw);
  });
  afterAll(async () => {
    for (const end of ends) await end();
  });

  it.each([
    [['status'], 2, 'There are 2 fabrics running. Add --name, one of: small, small-2.'],
    [['down', '--name', 'smal'], 2, "No fabric 'smal' runs now. Did you mean 'small'?"],
    [['env', '--name', 'third'], 2, "No fabric 'third' runs now. Did you mean 'small'?"],
    [['env', '--name', 'small'], 3, 'The bus of this fabric does not run yet. Wait until the fabric is up.'],
    [
      ['up', 'fabrics/good.fabric.yaml', '--name', 'small-2'],
      2,
      "There is a fabric 'small-2' already. Choose another --name, or take it down: rehearse down --name small-2.",
    ],
    [['status', '--name', 'small'], 3, "The fabric's process made a mistake: a mistake. See its supervisor.log."],
  ] as const)('%j', async (argv, exit, says) => {
    const said = await carryOut(argv);
    expect([said.exit, said.stderr]).toEqual([exit, `rehearse: ${says}\n`]);
  });
});
