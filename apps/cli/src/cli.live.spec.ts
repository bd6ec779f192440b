import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', '..');
const main = join(root, 'apps', 'cli', 'dist', 'main.js');

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Result {
  readonly run: string;
  readonly folder: string;
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly ledger: { readonly packets: { readonly lost: Record<string, number> }; readonly unexplained: number };
  readonly connections: Record<'opened' | 'affected' | 'kept' | 'lost', number>;
  readonly failover: { readonly committedMs: number; readonly connectionsMoved: number };
  readonly log: { readonly chain: string };
}

const SMALL = (method: string): string => `title: small
description: a small fabric
steady-state-hypothesis:
  title: all members serve
  probes:
    - type: probe
      name: two active
      tolerance: 0
      provider: {type: process, path: rehearse, arguments: [wait, members-active, --equals, 2, --timeout-sec, 30]}
method:
${method}
extensions:
  - name: rehearsal
    fabric: small.fabric.yaml
    warmUpSec: 1
    traffic: {connections: 60, packetsPerSec: 400, durationMs: 9000}
`;
const PANIC = `  - type: action
    name: panic
    provider: {type: process, path: rehearse, arguments: [fault, panic, '1_02']}
  - type: probe
    name: it is lost
    tolerance: 0
    provider: {type: process, path: rehearse, arguments: [wait, members-active, --at-most, 1, --timeout-sec, 20]}`;
const IDLE = `  - type: probe
    name: connections are open
    pauses: {after: 6}
    provider: {type: process, path: rehearse, arguments: [probe, connections-open]}`;

describe('the command', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const rehearse = (...words: string[]): Outcome =>
    spawnSync(process.execPath, [main, ...words], { cwd: folder, env, encoding: 'utf8', timeout: 120_000 });
  const result = (outcome: Outcome): Result => JSON.parse(outcome.stdout) as Result;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rehearse-cli-'));
    env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
    writeFileSync(
      join(folder, 'small.fabric.yaml'),
      'fabric: small\nprofile: lossless\nsecurityGroups: {SG1: {members: 2}}\n',
    );
    writeFileSync(join(folder, 'panic.yaml'), SMALL(PANIC));
    writeFileSync(join(folder, 'idle.yaml'), SMALL(IDLE));
    writeFileSync(join(folder, 'bad.yaml'), SMALL(PANIC.replace("'1_02'", '1_02')));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('helps, and names what is nearest to what it does not know', () => {
    expect(rehearse('--help').stdout).toMatch(/^Rehearse failovers/);
    expect(rehearse('run', '--help').stdout).toMatch(/usage: rehearse run EXPERIMENT/);
    expect(rehearse('help', 'capture', 'info').stdout).toMatch(/usage: rehearse capture info FILE/);
    const unknown = rehearse('stats');
    expect([unknown.status, unknown.stdout]).toEqual([2, '']);
    expect(unknown.stderr).toMatch(/Did you mean 'status'/);
  });

  it('counts captures with the keys of their reference counts', () => {
    const captures = join(root, 'examples', 'captures');
    const oracle = JSON.parse(readFileSync(join(captures, 'oracle.json'), 'utf8')) as Record<string, unknown>;
    for (const [name, counts] of Object.entries(oracle)) {
      expect(JSON.parse(rehearse('capture', 'info', join(captures, name), '--json').stdout)).toEqual(counts);
    }
  });

  it('says what is wrong with a file, and where', () => {
    expect(rehearse('validate', 'small.fabric.yaml', 'panic.yaml').status).toBe(0);
    const bad = rehearse('validate', 'bad.yaml');
    expect(bad.status).toBe(2);
    expect(bad.stdout).toMatch(/^bad\.yaml:13:\d+: The id 1_02 has no quotes.*Write "1_02"\.\n$/);
    expect(rehearse('run', 'nothing.yaml').status).toBe(2);
    expect(rehearse('run', 'panic.yaml', '--set', 'ccp.heartbeat=1').stderr).toMatch(/nearest is "ccp.heartbeatMs"/);
  });

  it('ends with exit code 3 when there is no fabric to ask', () => {
    const outcome = rehearse('status', '--json');
    expect(outcome.status).toBe(3);
    expect(JSON.parse(outcome.stdout)).toMatchObject({ error: { kind: 'environment', exitCode: 3 } });
  });

  it('conducts an experiment in the simulator, the same for the same seed', () => {
    const outcome = rehearse('run', 'panic.yaml', '--sim', '--seed', '7', '--json');
    const first = result(outcome);
    expect([outcome.status, first.verdict, first.reasons]).toEqual([0, 'pass', []]);
    expect(first).toMatchObject({ mode: 'sim', seed: 7, faults: { applied: 1 }, connections: { opened: 60, lost: 0 } });
    expect(first.connections.affected).toBeGreaterThan(10);
    expect(first.failover.connectionsMoved).toBe(first.connections.affected);
    expect(result(rehearse('run', 'panic.yaml', '--seed', '7', '--json')).log.chain).toBe(first.log.chain);
    expect(result(rehearse('run', 'panic.yaml', '--seed', '8', '--json')).log.chain).not.toBe(first.log.chain);
  }, 120_000);

  it('verifies a run, and tells an altered log from other code', () => {
    const { folder: run } = result(rehearse('run', 'panic.yaml', '--seed', '9', '--json'));
    expect(rehearse('verify', 'latest').status).toBe(0);
    expect(rehearse('verify', run, '--with', 'current').status).toBe(0);

    const machines = join(folder, run, 'machines');
    const files = readdirSync(machines, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.js'));
    const settle = files.find((f) => readFileSync(join(machines, f), 'utf8').includes("type: 'SmoChanged'"))!;
    const code = readFileSync(join(machines, settle), 'utf8');
    writeFileSync(join(machines, settle), code.replace("type: 'SmoChanged'", "type: 'SmoAltered'"));
    expect(rehearse('verify', run).status).toBe(4);
    expect(rehearse('verify', run, '--with', 'current').status).toBe(0);
    writeFileSync(join(machines, settle), code);

    const log = join(folder, run, 'log.jsonl');
    writeFileSync(log, readFileSync(log, 'utf8').replace('"MemberLost"', '"MemberLast"'));
    const altered = rehearse('verify', run, '--json');
    expect(altered.status).toBe(1);
    expect(JSON.parse(altered.stdout)).toMatchObject({ verdict: 'fail', kind: 'tampered' });
  }, 120_000);

  it('tells the whole story of a connection, which agrees with the ledger and the log', () => {
    const { folder: run } = result(rehearse('run', 'panic.yaml', '--seed', '9', '--json'));
    const log = readFileSync(join(folder, run, 'log.jsonl'), 'utf8').split('\n');
    const losses = log.findIndex((line) => line.includes('"type":"MemberLost"')) + 1;
    const ledger = JSON.parse(readFileSync(join(folder, run, 'ledger.json'), 'utf8')) as {
      affected: { tuple: string; slot: number; member: string }[];
    };
    expect(ledger.affected.length).toBeGreaterThan(0);
    for (const { tuple, slot, member } of ledger.affected.slice(0, 3)) {
      const [, client, server, protocol] = /^(.+)>(.+)\/(.+)$/.exec(tuple)!;
      const told = rehearse('dossier', run, server!, client!, protocol!, '--json');
      const { connections } = JSON.parse(told.stdout) as {
        connections: { tuple: string; home: number; story: { kind: string; place: string; text: string }[] }[];
      };
      expect(connections.map((c) => [c.tuple, c.home])).toEqual([[tuple, slot]]);
      const { story } = connections[0]!;
      expect([story[0]!.kind, story.at(-1)!.kind]).toEqual(['begins', 'ends']);
      const decided = story.find((line) => line.text.startsWith('MemberLost'))!;
      expect(decided).toMatchObject({
        kind: 'decided',
        place: expect.stringMatching(new RegExp(`^1:${losses} security-group\\.SG1:`)),
        text: expect.stringMatching(new RegExp(`slot ${slot}: .* serves it \\(was ${member}\\)`)),
      });
    }
    const none = rehearse('describe', 'conn', run, '10.9.9.9:1', '10.9.9.8:2');
    expect([none.status, none.stderr]).toEqual([2, expect.stringMatching(/No connection of .* has these ends/)]);
  });

  it('exports decisions byte for byte as CloudEvents, and the ledger as a table', () => {
    const { folder: run } = result(rehearse('run', 'panic.yaml', '--seed', '9', '--json'));
    const log = readFileSync(join(folder, run, 'log.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    const events = rehearse('export', run, '--format', 'cloudevents').stdout.trimEnd().split('\n');
    expect(events.map((line) => line.slice(line.indexOf('"data":') + 7, -1))).toEqual(log);
    const ids = events.map((line) => (JSON.parse(line) as { source: string; id: string }).id);
    expect(new Set(ids).size).toBe(log.length);
    const words = ['export', run, '--format', 'csv', '--what', 'connections', '--to', 'connections.csv'];
    const rows = readFileSync(join(folder, run, 'connections.jsonl'), 'utf8')
      .trimEnd()
      .split('\n').length;
    expect(rehearse(...words).stdout).toBe(`${rows} rows in connections.csv\n`);
    expect(readFileSync(join(folder, 'connections.csv'), 'utf8').trimEnd().split('\r\n')).toHaveLength(rows + 1);
    expect(rehearse('export', run, '--format', 'csv', '--to', join('nowhere', 'x.csv')).status).toBe(3);
  });

  it('searches seeds, and gives for one that fails the command that repeats it', () => {
    const good = rehearse('run', 'panic.yaml', '--seeds', '1..3', '--json');
    expect(good.status).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ seeds: { from: 1, to: 3 }, passed: 3, failed: [] });

    const vendor = ['--set', 'profile=vendor', '--json'];
    writeFileSync(
      join(folder, 'tight.yaml'),
      SMALL(PANIC).replace('warmUpSec', 'budget: {vendor: {connectionsLost: 0}}\n    warmUpSec'),
    );
    const bad = rehearse('run', 'tight.yaml', '--seeds', '4..4', ...vendor);
    expect(bad.status).toBe(1);
    const { failed } = JSON.parse(bad.stdout) as { failed: { seed: number; repeat: string }[] };
    expect(failed.map((f) => [f.seed, f.repeat])).toEqual([
      [4, 'rehearse run tight.yaml --sim --seed 4 --set profile=vendor'],
    ]);
    expect(rehearse(...failed[0]!.repeat.split(' ').slice(1)).status).toBe(1);
  }, 120_000);

  it('accounts for a live member that someone else kills, and answers for its state meanwhile', async () => {
    // A dead socket is found at once; silence must not be, on a machine that is busy with other tests.
    const words = ['run', 'idle.yaml', '--live', '--json', '--set', 'ccp.deadMultiplier=50'];
    const child: ChildProcess = spawn(process.execPath, [main, ...words], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    child.stdout!.on('data', (part) => (stdout += String(part)));
    const ended = new Promise<number | null>((done) => child.on('close', done));
    for await (const line of createInterface({ input: child.stderr! })) {
      if (!line.startsWith('traffic runs')) continue;
      const status = JSON.parse(rehearse('status', '--json').stdout) as {
        fabric: string;
        members: { id: string; pid: number; incarnation: number; state: string; connections: number }[];
      };
      expect(status.fabric).toBe('small');
      expect(status.members.map((m) => [m.id, m.state, m.incarnation])).toEqual([
        ['1_01', 'ACTIVE', 1],
        ['1_02', 'ACTIVE', 1],
      ]);
      process.kill(status.members[1]!.pid, 'SIGKILL');
      break;
    }
    const code = await ended;
    const run = JSON.parse(stdout) as Result;
    expect([code, run.reasons]).toEqual([0, []]);
    expect(run).toMatchObject({
      verdict: 'pass',
      ledger: { packets: { lost: {} }, unexplained: 0 },
      connections: { lost: 0 },
    });
    expect(run.failover.connectionsMoved).toBeGreaterThan(0);
    expect(rehearse('status').status).toBe(3);
  }, 120_000);
});
