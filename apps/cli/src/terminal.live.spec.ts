import { spawn, spawnSync, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', '..');
const main = join(root, 'apps', 'cli', 'dist', 'main.js');
const PROMPT = '[Expert@SG1-ch01-01:0]# ';
const [UP, CTRL_C, CTRL_D, TAB, ENTER] = ['\u001b[A', '\u0003', '\u0004', '\t', '\r'];

/** A command in a terminal of its own: what it shows, and keys for it. */
class Terminal {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly exit: Promise<number | null>;
  #shown = '';
  #read = 0;
  #look: () => void = () => undefined;

  constructor(words: readonly string[], cwd: string, env: NodeJS.ProcessEnv) {
    const command = [process.execPath, main, ...words].map((word) => `'${word}'`).join(' ');
    this.#child = spawn('script', ['-qec', command, '/dev/null'], { cwd, env: { ...env, TERM: 'xterm' } });
    this.#child.stdout.setEncoding('utf8').on('data', (part: string) => {
      this.#shown += part;
      this.#look();
    });
    this.exit = new Promise((done) => {
      this.#child.once('exit', (code) => {
        this.#look();
        done(code);
      });
    });
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** What is shown up to these words, from where the last look ended. */
  async until(words: string): Promise<string> {
    await new Promise<void>((done, failed) => {
      this.#look = () => {
        if (this.#shown.includes(words, this.#read)) done();
        else if (this.#child.exitCode !== null) failed(new Error(`expected '${words}', saw: ${this.#shown}`));
      };
      this.#look();
    });
    const end = this.#shown.indexOf(words, this.#read) + words.length;
    const text = this.#shown.slice(this.#read, end);
    this.#read = end;
    return text;
  }

  kill(): void {
    if (this.#child.exitCode === null) this.#child.kill('SIGKILL');
  }
}

describe('at a terminal', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let terminal: Terminal | undefined;
  const open = (...words: string[]): Terminal => {
    terminal = new Terminal(words, folder, env);
    return terminal;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'terminal-'));
    env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
    delete env['REHEARSE_LAB'];
    writeFileSync(
      join(folder, 'small.fabric.yaml'),
      'fabric: small\nprofile: lossless\nsecurityGroups: {SG1: {members: 2}}\n',
    );
    // A machine that is busy with other tests keeps members silent for a while.
    const up = ['up', '--quiet', '--set', 'ccp.deadMultiplier=50'];
    const { status, stderr } = spawnSync(process.execPath, [main, ...up], { cwd: folder, env, encoding: 'utf8' });
    if (status !== 0) throw new Error(`rehearse up: exit code ${status}: ${stderr}`);
  }, 120_000);
  afterEach(() => terminal?.kill());
  afterAll(() => {
    spawnSync(process.execPath, [main, 'down', '--force'], { cwd: folder, env });
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('the shell has a prompt, completion, history, and ways out', async () => {
    const shell = open('shell', '1_01');
    await shell.until(PROMPT);
    shell.type(`fw v${TAB}`);
    await shell.until('fw ver');
    shell.type(ENTER);
    await shell.until("This is Check Point's software version R81.20");
    await shell.until(PROMPT);
    shell.type(`${UP}${ENTER}`);
    await shell.until('fw ver');
    await shell.until("This is Check Point's software version R81.20");
    await shell.until(PROMPT);
    shell.type('asg sta');
    await shell.until('asg sta');
    // Ctrl-C leaves the line, and not the shell.
    shell.type(CTRL_C);
    await shell.until('^C');
    await shell.until(PROMPT);
    shell.type(`asg stat -i act${TAB}`);
    await shell.until('asg stat -i active_ids');
    shell.type(CTRL_C);
    await shell.until(`^C`);
    await shell.until(PROMPT);
    shell.type(`exit${ENTER}`);
    expect(await shell.exit).toBe(0);
    const history = readFileSync(join(folder, 'state', 'rehearsal', 'shell-history'), 'utf8');
    expect(history).toBe('fw ver\nfw ver\n');
  }, 60_000);

  it('the shell remembers what was typed in an earlier session, and ends with Ctrl-D', async () => {
    const shell = open('shell', '1_01');
    await shell.until(PROMPT);
    shell.type(UP);
    await shell.until('fw ver');
    shell.type(ENTER);
    await shell.until(PROMPT);
    shell.type(CTRL_D);
    expect(await shell.exit).toBe(0);
  }, 60_000);

  it('Ctrl-C at a question of a command answers it with no', async () => {
    const shell = open('shell', '1_01');
    await shell.until(PROMPT);
    shell.type(`g_clusterXL_admin -b 1_02 down${ENTER}`);
    await shell.until('Are you sure? (Y - yes, any other key - no) ');
    shell.type(CTRL_C);
    await shell.until(PROMPT);
    shell.type(`asg stat${ENTER}`);
    await shell.until('| SGMs                          | 2 / 2');
    shell.type(CTRL_D);
    expect(await shell.exit).toBe(0);
  }, 60_000);

  it('asg monitor is shown again each second until q, and in the shell until Ctrl-C', async () => {
    const monitor = open('exec', '--', 'asg', 'monitor', '-v');
    const [first, second] = [await monitor.until('q ends)'), await monitor.until('q ends)')];
    const time = /\w{3} \w{3} +\d+ \d\d:\d\d:\d\d \d{4}/;
    expect(time.exec(first)?.[0]).toBeDefined();
    expect(time.exec(second)?.[0]).not.toBe(time.exec(first)?.[0]);
    expect(second).toContain('| 2                             ACTIVE');
    monitor.type('q');
    expect(await monitor.exit).toBe(0);
    const shell = open('shell', '1_01');
    await shell.until(PROMPT);
    shell.type(`asg monitor${ENTER}`);
    await shell.until('q ends)');
    await shell.until('q ends)');
    shell.type(CTRL_C);
    await shell.until(PROMPT);
    // The line that comes next is read as ever.
    shell.type(`fw ver${ENTER}`);
    await shell.until('R81.20');
    await shell.until(PROMPT);
    shell.type(CTRL_D);
    expect(await shell.exit).toBe(0);
  }, 60_000);

  it('asg monitor is one screen where there is no terminal', () => {
    const said = spawnSync(process.execPath, [main, 'exec', '--', 'asg', 'monitor'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect([said.status, said.stdout.split('| System Status').length]).toEqual([0, 2]);
  }, 30_000);

  it('auto-clone is what was set, by whom and why', () => {
    const exec = (...words: string[]): string =>
      spawnSync(process.execPath, [main, 'exec', ...words], { cwd: folder, env, encoding: 'utf8' }).stdout;
    const show = (): string => exec('--', 'show', 'smo', 'image', 'auto-clone', 'state');
    expect(show()).toBe('Auto clone is off\n');
    expect(exec('--full-name', 'Lab', '--reason', 'test', '--', 'set smo image auto-clone state on')).toBe('');
    expect(show()).toBe('Auto clone is on\n');
    expect(exec('--', 'asg log audit')).toMatch(/smo image auto-clone state on, User: Lab, Reason: test\n$/);
  }, 30_000);
});
