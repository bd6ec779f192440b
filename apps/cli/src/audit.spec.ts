import {
  appendFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { encodeCommit, sealOf, sha256Hex } from '@rehearsal/kernel';
import { outcomeOf } from './outcome.js';

const HEAD = {
  runId: 'r1',
  startedAtMs: 1000,
  endedAtMs: 2000,
  faults: [],
  machines: [],
  build: 'b',
  settings: {},
  plan: { fabric: 'branch', site: 1, settings: { 'log.seenIds': true } },
};

/** Nine commits: what a small lab may have written. */
const LINES: string[] = [];
for (let version = 1; version <= 9; version++) {
  const before = LINES.at(-1);
  const bytes = encodeCommit({
    id: `1_1.1.${version}`,
    stream: 'till.T1',
    version,
    prev: before === undefined ? '' : sha256Hex(Buffer.from(before)),
    input: { type: 'Pay', id: `pay-${version}`, at: version, from: 'command' },
    events: [{ type: version === 7 ? 'MemberLost' : 'Paid' }],
    principal: { name: 'Ann Lee', known: 'asserted' },
    build: 'b',
    time: { ms: version === 8 ? Number.MAX_SAFE_INTEGER : 1000 + version, count: 0 },
  });
  LINES.push(Buffer.from(bytes).toString());
}
const SEAL = sealOf(LINES.map((line, i) => ({ seq: i + 1, bytes: Buffer.from(line) })));

const before = { folder: process.cwd(), config: process.env['XDG_CONFIG_HOME'] };
let folder: string;
let verifierKey: string;

interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

async function rehearse(...argv: string[]): Promise<Said> {
  const none = (): void => {};
  const { status, stdout, stderr } = await outcomeOf(argv, {
    say: none,
    out: none,
    gone: new AbortController().signal,
  });
  return { exit: status, out: stdout, err: stderr };
}

const put = (path: string, text: string): void => {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};
const log = (lines: readonly string[]): void => put('runs/r1/log.jsonl', lines.map((l) => `${l}\n`).join(''));
/** Line `n` with another word in it, as a forger would change it. */
const changed = (n: number): string[] => LINES.map((l, i) => (i === n - 1 ? l.replace('Ann Lee', 'Bob Lee') : l));
const swapped = (): string[] => [LINES[1]!, LINES[0]!, ...LINES.slice(2)];

/** A lab that is up and has decided five times, and is writing the sixth; then one that is over. */
beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'audit-')));
  process.chdir(folder);
  process.env['XDG_CONFIG_HOME'] = join(folder, 'config');
  verifierKey = (await rehearse('audit', 'key')).out.split('\n')[0]!;
  put('runs/r1/lab.json', JSON.stringify({ ...HEAD, state: 'up' }));
  log(LINES.slice(0, 5));
  appendFileSync('runs/r1/log.jsonl', LINES[5]!.slice(0, 40));
  expect((await rehearse('audit', 'checkpoint', 'r1')).exit).toBe(0);
  cpSync('config/rehearsal/checkpoints.txt', 'held.txt');
  rmSync('runs/r1/lab.json');
  put('runs/r1/run.json', JSON.stringify({ ...HEAD, runId: 'sim-7', seal: SEAL, result: { run: 'r1' } }));
  log(LINES);
  expect((await rehearse('audit', 'checkpoint')).exit).toBe(0);
});
beforeEach(() => log(LINES));
afterAll(() => {
  process.chdir(before.folder);
  if (before.config === undefined) delete process.env['XDG_CONFIG_HOME'];
  else process.env['XDG_CONFIG_HOME'] = before.config;
  rmSync(folder, { recursive: true });
});

const rooted = (text: string): string => text.replaceAll(/[A-Za-z0-9+/]{43}=/g, '<root>');

describe('the key', () => {
  it('is for its owner alone, is never written over, and lies in no run', async () => {
    expect(statSync('config/rehearsal/audit.key').mode & 0o777).toBe(0o600);
    expect(readFileSync('config/rehearsal/audit.key.pub', 'utf8')).toBe(`${verifierKey}\n`);
    expect(verifierKey).toMatch(/^rehearsal\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/);
    const again = await rehearse('audit', 'key');
    expect([again.exit, again.err]).toEqual([2, expect.stringContaining('audit.key is there already.')]);
    for (const words of [
      ['key', '--key', 'runs/r1/audit.key'],
      ['checkpoint', '--to', 'runs/r1/x/checkpoints.txt'],
    ]) {
      const inside = await rehearse('audit', ...words);
      expect([inside.exit, inside.err]).toEqual([2, expect.stringContaining('lies in the folder of a run')]);
    }
    expect(readdirSync('runs/r1').sort()).toEqual(['log.jsonl', 'run.json']);
    expect((await rehearse('audit', 'key', '--key', 'other.key', '--signer', 'a b')).err).toBe(
      'rehearse: --signer: expected a key\'s name without spaces and +, saw "a b". For example: --signer example.com/lab.\n',
    );
  });
});

describe('checkpoints', () => {
  it('are appended as the log grows, once each, under one origin', async () => {
    const file = readFileSync('config/rehearsal/checkpoints.txt', 'utf8');
    expect(file.split('\n').filter((_, i) => i % 6 < 2)).toEqual([
      'rehearsal/branch/r1/1',
      '5',
      'rehearsal/branch/r1/1',
      '9',
    ]);
    const again = await rehearse('audit', 'checkpoint', '--json');
    expect(JSON.parse(again.out)).toMatchObject({ origin: 'rehearsal/branch/r1/1', appended: false });
    expect(readFileSync('config/rehearsal/checkpoints.txt', 'utf8')).toBe(file);
  });

  it.each([
    ['cut', LINES.slice(0, 8), 'size: expected at least 9 commits'],
    ['changed', changed(3), 'root: expected root <root> over the first 5 commits'],
  ])('are not made of a log that was %s since', async (_what, lines, words) => {
    const file = readFileSync('config/rehearsal/checkpoints.txt', 'utf8');
    log(lines);
    const { exit, err } = await rehearse('audit', 'checkpoint');
    expect([exit, rooted(err)]).toEqual([1, expect.stringContaining(words)]);
    expect(readFileSync('config/rehearsal/checkpoints.txt', 'utf8')).toBe(file);
  });

  it('are proven to be of one log that grew', async () => {
    const file = 'config/rehearsal/checkpoints.txt';
    for (const words of [
      ['held.txt', file],
      ['latest', `${file}:5`, `${file}:9`],
    ]) {
      const { exit, out } = await rehearse('audit', 'consistent', ...words, '--key', verifierKey);
      expect([exit, out]).toEqual([
        0,
        'rehearsal/branch/r1/1 only grew from the checkpoint of 5 commits to the checkpoint of 9 commits\n' +
          'site 1: 5 to 9 commits, 5 hashes\n',
      ]);
    }
    const back = await rehearse('audit', 'consistent', file, 'held.txt');
    expect([back.exit, back.out]).toEqual([1, expect.stringContaining('size: expected at least 9 commits')]);
    log(changed(3));
    const forged = await rehearse('audit', 'consistent', 'held.txt', file);
    expect([forged.exit, rooted(forged.out)]).toEqual([1, expect.stringContaining('root: expected root <root> over')]);
    const none = await rehearse('audit', 'consistent', `${file}:6`, file);
    expect([none.exit, none.err]).toEqual([2, expect.stringContaining('It has some of: 5, 9.')]);
  });
});

describe('a bundle', () => {
  const held = ['--key', 'elsewhere/audit.key.pub', '--since', 'elsewhere/held.txt'];
  beforeAll(async () => {
    log(LINES);
    mkdirSync('elsewhere');
    cpSync('held.txt', 'elsewhere/held.txt');
    cpSync('config/rehearsal/audit.key.pub', 'elsewhere/audit.key.pub');
    const prove = (...words: string[]) => rehearse('audit', 'prove', ...words, '--since', 'held.txt');
    expect((await prove('1:3', '--out', 'elsewhere/three.json')).out).toBe(
      'wrote elsewhere/three.json: commit 1:3 in the log of the checkpoint of 9 commits, grown from the checkpoint of 5 commits\n',
    );
    expect((await prove('latest', 'till.T1:7', '--out', 'elsewhere/seven.json')).exit).toBe(0);
    expect((await prove('1:8', '--out', 'elsewhere/eight.json')).exit).toBe(0);
  });

  /** As somebody who has nothing but the files in one folder. */
  async function check(...words: string[]): Promise<Said> {
    cpSync('runs', 'runs-away', { recursive: true });
    rmSync('runs', { recursive: true });
    try {
      return await rehearse('audit', 'check', ...words);
    } finally {
      cpSync('runs-away', 'runs', { recursive: true });
      rmSync('runs-away', { recursive: true });
    }
  }

  it('is proven by key and earlier checkpoint, without the run', async () => {
    const { exit, out } = await check('elsewhere/three.json', ...held);
    expect([exit, rooted(out)]).toEqual([
      0,
      [
        'proven unaltered since the checkpoint of 5 commits',
        `commit 1:3 of rehearsal/branch/r1/1, among 9 with root <root>, signed by ${verifierKey.slice(0, 18)}`,
        'till.T1:3 at 1970-01-01T00:00:01.003Z by 1_1: Paid',
        'That the recorded inputs are complete and true is not shown by the log itself.',
        '',
      ].join('\n'),
    ]);
  });

  it.each([
    ['three.json', []],
    ['three.json', held.slice(0, 2)],
    ['three.json', held.slice(2)],
    ['seven.json', held],
  ])('is otherwise consistent and no more: %s %j', async (file, words) => {
    const { exit, out } = await check(`elsewhere/${file}`, ...words);
    expect([exit, out.split('\n')[0]]).toEqual([0, 'internally consistent, not proven unaltered']);
  });

  it('is shown whatever its commit says', async () => {
    // An event without what its name promises, and a time that no calendar has.
    expect((await check('elsewhere/seven.json')).out).toContain('till.T1:7 at 1970-01-01T00:00:01.007Z by 1_1: ');
    expect((await check('elsewhere/eight.json')).out).toContain('till.T1:8 at 9007199254740991 ms by 1_1: Paid\n');
  });

  it('is found out when a word of it was changed, or who signed it', async () => {
    const text = readFileSync('elsewhere/three.json', 'utf8');
    put('elsewhere/forged.json', text.replace('Ann Lee', 'Bob Lee'));
    const forged = await check('elsewhere/forged.json', '--json');
    expect([forged.exit, JSON.parse(forged.out)]).toMatchObject([1, { kind: 'altered' }]);
    expect(rooted(forged.out)).toContain('inclusion: expected a proof that leads from commit 1:3 to root <root> over');
    const other = (await rehearse('audit', 'key', '--key', 'other/audit.key')).out.split('\n')[0]!;
    const strange = await check('elsewhere/three.json', '--key', other);
    expect([strange.exit, strange.out]).toEqual([
      1,
      expect.stringContaining('signature: expected the checkpoint of 9'),
    ]);
    // Signed by the right key, and of another log.
    cpSync('runs/r1', 'runs/r2', { recursive: true });
    put('runs/r2/run.json', JSON.stringify({ ...HEAD, runId: 'r2', result: { run: 'r2' } }));
    await rehearse('audit', 'checkpoint', 'r2', '--to', 'r2.txt');
    rmSync('runs/r2', { recursive: true });
    const another = await check('elsewhere/three.json', ...held.slice(0, 2), '--since', 'r2.txt');
    expect([another.exit, another.out]).toEqual([1, expect.stringContaining('saw one of rehearsal/branch/r2/1')]);
  });

  it('is told from what is none, with another exit code', async () => {
    put('elsewhere/none.json', '{"format": "rehearsal-audit-bundle/2"}');
    for (const [words, says] of [
      [['elsewhere/none.json'], 'expected a bundle (rehearsal-audit-bundle/1): format: '],
      [['elsewhere/held.txt'], 'expected a bundle in JSON'],
      [['elsewhere/three.json', '--key', 'config/rehearsal/audit.key'], 'saw a private one'],
      [['elsewhere/three.json', '--since', 'elsewhere/three.json'], 'three.json: line 1: expected a note'],
      [['elsewhere/three.json', '--since', 'config/rehearsal/checkpoints.txt:7'], 'It has some of: 5, 9.'],
    ] as const) {
      const { exit, err } = await check(...words);
      expect([exit, err]).toEqual([2, expect.stringContaining(says)]);
    }
    await rehearse('audit', 'prove', '1:3', '--out', 'elsewhere/alone.json');
    const alone = await check('elsewhere/alone.json', ...held);
    expect([alone.exit, alone.err]).toEqual([2, expect.stringContaining('Make the bundle anew for this checkpoint')]);
  });

  it('is not made of a log that was altered, nor for what is not in it or not covered', async () => {
    const prove = (...words: string[]) => rehearse('audit', 'prove', ...words);
    expect((await prove('1:10')).err).toBe(
      'rehearse: The log has no commit 1:10. It has 1:1 to 1:9; see rehearse log RUN --kind commit.\n',
    );
    expect((await prove('till.T2:1')).exit).toBe(2);
    expect((await prove('3')).out).toBe((await prove('1:3')).out);
    expect((await prove('seven')).err).toContain("COMMIT: expected a place in the log or in a stream, saw 'seven'.");
    const later = await prove('1:7', '--checkpoint', 'held.txt');
    expect([later.exit, later.err]).toEqual([2, expect.stringContaining('Commit 1:7 came after the checkpoint of 5')]);
    expect((await prove('1:3', '--out', 'held.txt')).err).toContain('held.txt is there already.');
    log(changed(4));
    const altered = await prove('1:3');
    expect([altered.exit, altered.err]).toEqual([
      1,
      expect.stringContaining('does not fit the checkpoint of 9 commits'),
    ]);
  });
});

describe('verify with checkpoints that are held', () => {
  const all = 'config/rehearsal/checkpoints.txt';
  const verify = async (...words: string[]) => {
    const { exit, out } = await rehearse('verify', 'r1', '--with', 'current', '--json', ...words);
    const { problems, limits } = JSON.parse(out) as { problems: string[]; limits: string[] };
    return { exit, problems: problems.map(rooted), limits };
  };

  it('needs no seal, and says how far they reach', async () => {
    const [undecided, truth] = [expect.stringContaining('till.T1'), expect.any(String)];
    const some = expect.stringContaining('could not be decided again');
    const seal = expect.stringContaining('The seal was not compared');
    expect(await verify('--checkpoint', all, '--key', verifierKey)).toEqual({
      exit: 0,
      problems: [],
      limits: [undecided, some, truth],
    });
    expect((await verify('--checkpoint', 'held.txt', '--key', verifierKey)).limits).toEqual([
      undecided,
      'The checkpoints cover the first 5 of 9 commits.',
      seal,
      some,
      truth,
    ]);
    expect((await verify('--checkpoint', all)).limits[1]).toBe(
      'No key was given: who signed the checkpoints was not looked at.',
    );
    expect((await rehearse('verify', 'r1', '--key', verifierKey)).err).toContain('there is no checkpoint to check');
  });

  it.each([
    ['one byte changed', changed(3), ['till.T1:3 (line 3): hash', 'checkpoint of 5 commits: root', 'checkpoint of 9']],
    [
      'one row removed',
      LINES.filter((_, i) => i !== 6),
      ['till.T1:8 (line 7): version', 'checkpoint of 9 commits: size'],
    ],
    ['two swapped', swapped(), ['till.T1:2 (line 1): version', 'checkpoint of 5 commits: root']],
    ['the last changed', changed(9), ['till.T1:9 (line 9): hash', 'checkpoint of 9 commits: root']],
  ])('names %s', async (_what, lines, words) => {
    log(lines);
    const { exit, problems } = await verify('--checkpoint', all, '--key', verifierKey);
    expect(exit).toBe(1);
    for (const word of words) expect(problems).toContainEqual(expect.stringContaining(word));
  });

  it('finds a cut tail and a changed end under a seal made anew, which the log alone does not show', async () => {
    for (const [lines, says] of [
      [
        LINES.slice(0, 7),
        'checkpoint of 9 commits: size: expected at least 9 commits of site 1, which the checkpoint covers, saw 7 in the log',
      ],
      [
        changed(9),
        'checkpoint of 9 commits: root: expected root <root> over the first 9 commits of site 1, saw <root> in the log',
      ],
    ] as const) {
      log(lines);
      const head = readFileSync('runs/r1/run.json', 'utf8');
      const seal = sealOf(lines.map((line, i) => ({ seq: i + 1, bytes: Buffer.from(line) })));
      put('runs/r1/run.json', JSON.stringify({ ...(JSON.parse(head) as object), seal }));
      const alone = await verify();
      const beside = await verify('--checkpoint', all, '--key', verifierKey);
      put('runs/r1/run.json', head);
      expect([alone.exit, alone.problems]).toEqual([0, []]);
      expect([beside.exit, beside.problems]).toEqual([1, [says]]);
    }
  });

  it('finds a forged checkpoint', async () => {
    put('forged.txt', readFileSync(all, 'utf8').replace('\n5\n', '\n6\n'));
    const { exit, problems } = await verify('--checkpoint', 'forged.txt', '--key', verifierKey);
    expect([exit, problems]).toEqual([
      1,
      [
        `checkpoint of 6 commits: signature: expected the checkpoint of 6 commits to be signed by ${verifierKey.slice(0, 18)}, saw a signature that is not of this text by this key`,
        'checkpoint of 6 commits: root: expected root <root> over the first 6 commits of site 1, saw <root> in the log',
      ],
    ]);
  });
});
