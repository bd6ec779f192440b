import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { journalSchema } from '@rehearsal/experiment';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', '..');
const main = join(root, 'apps', 'cli', 'dist', 'main.js');

const FABRIC = `fabric: small
profile: lossless
securityGroups: {SG1: {members: 2}}
traffic: {connections: 60, packetsPerSec: 300}
`;

interface Said {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}
interface Process {
  readonly id: string;
  readonly pid: number | null;
  readonly state: string;
  readonly incarnation: number;
  readonly restarts: number;
}
interface Up {
  readonly name: string;
  readonly run: string;
  readonly folder: string;
  readonly pid: number;
  readonly members: readonly Process[];
  readonly busRestarts: number;
}
interface Signed {
  readonly origin: string;
  readonly trees: readonly { readonly site: number; readonly size: number; readonly root: string }[];
}
interface Entry {
  readonly seq: number;
  readonly kind: string;
  readonly types: readonly string[];
  readonly text: string;
}

/** Processes of this machine that carry a folder's name in their command line. */
function running(folder: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
    } catch {
      return false; // Gone meanwhile.
    }
  });
}

/**
 * Whether a process has not ended, though its end may still have to be noticed by its parent. One with several threads
 * counts as ended when the first of them is; what it listens at is closed with the last.
 */
function lives(pid: number): boolean {
  try {
    const ended = /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    return !ended || readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}

describe('a fabric that stays up', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const rehearse = (...words: string[]): Said => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
      cwd: folder,
      env,
      encoding: 'utf8',
      timeout: 120_000,
    });
    return { exit: status, stdout, stderr };
  };
  const json = <T>(...words: string[]): T => {
    const said = rehearse(...words, '--json');
    if (said.exit !== 0) throw new Error(`rehearse ${words.join(' ')}: exit code ${said.exit}: ${said.stderr}`);
    return JSON.parse(said.stdout) as T;
  };
  let first: Up;
  let second: Up;
  /** The states after the commit that declared a member lost, as they were while the fabric was up. */
  let atLoss: { readonly seq: number; readonly hashes: readonly string[] };
  const hashesAt = (run: string, seq: number): string[] =>
    json<{ streams: { stateHash: string }[] }>('at', run, `1:${seq}`).streams.map((s) => s.stateHash);

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'standing-'));
    env = { ...process.env, XDG_STATE_HOME: join(folder, 'state'), XDG_CONFIG_HOME: join(folder, 'config') };
    delete env['REHEARSE_LAB'];
    writeFileSync(join(folder, 'small.fabric.yaml'), FABRIC);
  });
  afterAll(() => {
    for (const name of ['small', 'second']) rehearse('down', '--force', '--name', name);
    rmSync(folder, { recursive: true, force: true });
  });

  it('comes up with progress on the way, and survives whoever brought it up', () => {
    const said = rehearse('up', '--json');
    expect(said.stderr.split('\n')).toEqual(
      expect.arrayContaining([
        'starting fabric small (lossless): 2 orchestrators, 2 members',
        '2 members active, every slot has its backup',
        'traffic flows: 60 connections, 300 packets/s',
      ]),
    );
    first = JSON.parse(said.stdout) as Up;
    expect(first.members.map((m) => [m.id, m.state])).toEqual([
      ['1_01', 'ACTIVE'],
      ['1_02', 'ACTIVE'],
    ]);
    // A session of its own, with no terminal.
    const stat = readFileSync(`/proc/${first.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
    expect([Number(stat[3]), Number(stat[4])]).toEqual([first.pid, 0]);
    expect(json<Up & { standing: { flow: { state: string } } }>('status')).toMatchObject({
      run: first.run,
      standing: { flow: { state: 'running', packetsPerSec: 300 } },
    });
  }, 120_000);

  it('has its log signed while it is up', () => {
    expect(rehearse('audit', 'key').exit).toBe(0);
    const { trees, origin } = json<Signed>('audit', 'checkpoint', first.run);
    expect(origin).toBe(`rehearsal/small/${first.run}/1`);
    expect(trees).toEqual([{ site: 1, size: expect.any(Number), root: expect.any(String) }]);
  });

  it('is broken by hand, tells of it, and mends', () => {
    expect(rehearse('wait', 'connections-open', '--at-least', '60').exit).toBe(0);
    expect(rehearse('fault', 'link', '1:1_01', '--delay', '5ms').stdout).toBe('link member 1_01\n');
    expect(rehearse('fault', 'mend', '1_01').stdout).toBe('mend member 1_01\n');
    expect(rehearse('fault', 'panic', '1_02').stdout).toBe('panic member 1_02\n');
    expect(rehearse('wait', 'members-active', '--at-most', '1', '--timeout', '30s').exit).toBe(0);
    expect(rehearse('wait', 'exposed-slots', '--equals', '0', '--timeout', '60s').exit).toBe(0);
    const { entries } = json<{ entries: Entry[] }>('log', '--member', '1_02');
    const told = entries.map((e) => `${e.kind} ${e.types.find((t) => /^(panic|MemberLost)$/.test(t)) ?? ''}`);
    const [panic, lost] = [told.indexOf('fault panic'), told.indexOf('commit MemberLost')];
    expect(panic).toBeGreaterThanOrEqual(0);
    expect(lost).toBeGreaterThan(panic);

    const { seq } = entries[lost]!;
    atLoss = { seq, hashes: hashesAt('small', seq) };
    expect(rehearse('at', 'small', `1:${seq}`).stdout).toMatch(/^member +1_02 +LOST +\d+ +0 +0 +0$/m);
    expect(rehearse('diff', first.run, `1:${seq - 1}`, `1:${seq}`).stdout).toMatch(
      /^member 1_02: ACTIVE before, LOST now$/m,
    );
    const why = json<{ input: string; causes: unknown[] }>('log', '--explain', `1:${seq}`);
    expect([why.input, why.causes]).toEqual(['memberSilent', []]);
    expect(json<{ sinceStartMs: number }>('at', 'small', 'end').sinceStartMs).toBeGreaterThan(0);
  }, 120_000);

  it('starts a process again that ended by itself, the bus too, and says so', () => {
    const before = json<Up>('status').members[0]!;
    process.kill(before.pid!, 'SIGKILL');
    expect(rehearse('wait', 'members-active', '--at-most', '1', '--timeout', '30s').exit).toBe(0);
    expect(rehearse('wait', 'members-active', '--equals', '2', '--timeout', '60s').exit).toBe(0);
    const bus = JSON.parse(readFileSync(join(first.folder, 'live', 'processes.json'), 'utf8')) as {
      name: string;
      pid: number;
    }[];
    process.kill(bus.find((p) => p.name === 'bus')!.pid, 'SIGKILL');
    expect(rehearse('wait', 'ready', '--equals', 'true', '--timeout', '60s').exit).toBe(0);
    const after = json<Up>('status');
    expect(after.members[0]).toMatchObject({ id: '1_01', restarts: 1, incarnation: before.incarnation + 1 });
    expect(after.busRestarts).toBe(1);
    expect(rehearse('status').stdout).toMatch(/member 1_01 ended by itself and was started again\n/);
    const { entries } = json<{ entries: Entry[] }>('log', '--type', 'ended');
    expect(entries.map((e) => e.text)).toEqual(['ended member 1_01 (signal SIGKILL)', 'ended bus (signal SIGKILL)']);
  }, 180_000);

  it('has traffic that is paced, stopped and started', () => {
    expect(json('traffic', 'rate', '600')).toMatchObject({ state: 'running', packetsPerSec: 600 });
    expect(json('traffic', 'stop')).toMatchObject({ state: 'stopped', connections: 0 });
    expect(rehearse('traffic', 'rate', '5').stderr).toMatch(/No traffic flows\. Start it/);
    expect(json('traffic', 'start')).toMatchObject({ state: 'running' });
    expect(rehearse('traffic', 'start').exit).toBe(2);
  }, 120_000);

  it('has others beside it, each by its name, with ports and folders of its own', () => {
    second = json<Up>('up', '--name', 'second', '--set', 'ccp.deadMultiplier=7', '--quiet');
    expect(second.folder).not.toBe(first.folder);
    expect(rehearse('status').stderr).toMatch(/Add --name, one of: small, second\./);
    const setting = (name: string): unknown =>
      json<{ settings: { name: string; value: unknown }[] }>('settings', '--name', name).settings.find(
        (s) => s.name === 'ccp.deadMultiplier',
      )!.value;
    expect([setting('small'), setting('second')]).toEqual([3, 7]);
    const url = (name: string): string => json<{ REHEARSE_NATS_URL: string }>('env', '--name', name).REHEARSE_NATS_URL;
    expect(url('small')).not.toBe(url('second'));
    expect(rehearse('completion', 'words', '--', 'status', '--name', '').stdout).toBe('second\nsmall\n');
    expect(rehearse('completion', 'words', '--', 'fault', 'panic', '1_0').stdout).toBe('1_01\n1_02\n');
  }, 120_000);

  it('tells what happens while somebody follows', async () => {
    const child = spawn(
      process.execPath,
      [main, 'log', '--follow', '--since', '0s', '--name', 'small', '--kind', 'fault'],
      {
        cwd: folder,
        env,
      },
    );
    const line = new Promise<string>((done) => child.stdout.once('data', (part) => done(String(part))));
    // Whoever follows has to be there first: it tells of what is done after it asked.
    const told = (async (): Promise<string> => {
      for (;;) {
        expect(rehearse('fault', 'link', '1_01', '--delay', '1ms', '--name', 'small').exit).toBe(0);
        const said = await Promise.race([
          line,
          new Promise<undefined>((done) => setTimeout(() => done(undefined), 2000)),
        ]);
        if (said !== undefined) return said;
      }
    })();
    expect(await told).toMatch(/fault +link member 1_01/);
    child.kill('SIGINT');
  }, 60_000);

  it('leaves nothing running when its process is killed, and a run without a seal that can be checked', async () => {
    process.kill(second.pid, 'SIGKILL');
    // On a busy machine it takes its time to die.
    while (lives(second.pid)) await new Promise((done) => setImmediate(done));
    const said = rehearse('status');
    expect(said.stderr).toMatch(/fabric second was left by its process .*its run has no seal and is kept/);
    expect([said.exit, said.stdout.split(',')[0]]).toEqual([0, 'fabric small (lossless)']);
    const deadline = performance.now() + 20_000;
    while (running(second.folder).length > 0 && performance.now() < deadline) {
      await new Promise((done) => setImmediate(done));
    }
    expect(running(second.folder)).toEqual([]);
    expect(existsSync(join(second.folder, 'live', 'bus'))).toBe(false);
    expect(rehearse('audit', 'checkpoint', second.folder).stdout).toContain(`rehearsal/small/${second.run}/1\n`);
    const verified = rehearse('verify', second.folder);
    expect([verified.exit, verified.stdout]).toEqual([0, expect.stringMatching(/the log holds.*\nThere is no seal/)]);
    expect(rehearse('up', '--name', 'second', '--set', 'ccp.heartbeat=1').exit).toBe(2);
  }, 120_000);

  it('goes down with a seal, and leaves a run that holds', () => {
    const ended = json<{ folder: string; commits: number; seal: string; result: Record<string, unknown> }>('down');
    expect(ended).toMatchObject({ folder: first.folder, seal: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(ended.result).toMatchObject({ ledger: { unexplained: 0 }, faults: { applied: expect.any(Number) } });
    expect(running(folder)).toEqual([]);
    const report = json<{ kind: string; commits: number; decided: number; seal: string }>('verify', first.run);
    expect(report).toMatchObject({ kind: 'ok', commits: ended.commits, decided: ended.commits, seal: ended.seal });
    expect(hashesAt(first.run, atLoss.seq)).toEqual(atLoss.hashes);
    expect(rehearse('losses', 'latest').stdout).toMatch(/all of it adds up to the ledger/);
    const checkpoints = join(folder, 'config', 'rehearsal', 'checkpoints.txt');
    copyFileSync(checkpoints, join(folder, 'held.txt'));
    const signed = json<Signed>('audit', 'checkpoint', first.run);
    expect(signed).toMatchObject({ trees: [{ size: ended.commits }], appended: true });
    const { proofs } = json<{ proofs: { from: number; to: number }[] }>('audit', 'consistent', 'held.txt', checkpoints);
    expect(proofs).toMatchObject([{ from: expect.any(Number), to: ended.commits }]);
    expect(proofs[0]!.from).toBeLessThan(ended.commits);
    expect(rehearse('verify', first.run, '--checkpoint', checkpoints).exit).toBe(0);
    const journal = JSON.parse(readFileSync(join(first.folder, 'journal.json'), 'utf8')) as {
      run: { activity: { name: string } }[];
    };
    expect(journalSchema.safeParse(journal).error?.issues ?? []).toEqual([]);
    expect(journal.run.map((a) => a.activity.name)).toEqual(
      expect.arrayContaining(['fault link 1:1_01 --delay 5ms', 'fault panic 1_02', 'traffic rate 600 --json']),
    );
    const summary = readFileSync(join(first.folder, 'report.md'), 'utf8');
    expect(summary).toMatch(/The same fabric:\s+```[a-z]*\s+rehearse up\n/);
    expect(summary).toMatch(/s after the first thing that was done to it:\s+```[a-z]*\s+rehearse fault panic 1_02\n/);
    expect(rehearse('status').exit).toBe(3);
  }, 120_000);

  it('goes down with an account of nothing where nothing was ever sent through it', () => {
    json<Up>('up', '--quiet');
    const ended = json<{ folder: string; result: Record<string, unknown> }>('down');
    expect(ended.result).toMatchObject({
      verdict: 'inconclusive',
      ledger: { packets: { sent: 0, delivered: 0 }, unexplained: 0 },
    });
    expect(rehearse('losses', ended.folder).exit).toBe(0);
  }, 60_000);
});
