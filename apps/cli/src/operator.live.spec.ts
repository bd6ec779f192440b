import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', '..');
const main = join(root, 'apps', 'cli', 'dist', 'main.js');

const EXPERIMENT = `title: small
description: a small fabric that somebody looks at
steady-state-hypothesis:
  title: all members serve
  probes:
    - type: probe
      name: two active
      tolerance: 0
      provider: {type: process, path: rehearse, arguments: [wait, members-active, --equals, 2, --timeout-sec, 60]}
method:
  - type: probe
    name: connections are open
    pauses: {after: 120}
    provider: {type: process, path: rehearse, arguments: [probe, connections-open]}
extensions:
  - name: rehearsal
    fabric: small.fabric.yaml
    warmUpSec: 1
    traffic: {connections: 60, packetsPerSec: 200, durationMs: 120000}
`;

describe("the vendor's commands at a fabric of processes", () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let lab: ChildProcess;
  const rehearse = (words: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } =>
    spawnSync(process.execPath, [main, ...words], { cwd: folder, env, input, encoding: 'utf8', timeout: 60_000 });

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rehearse-operator-'));
    env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
    writeFileSync(
      join(folder, 'small.fabric.yaml'),
      'fabric: small\nprofile: lossless\nsecurityGroups: {SG1: {members: 2}}\n',
    );
    writeFileSync(join(folder, 'idle.yaml'), EXPERIMENT);
    // A machine that is busy with other tests keeps members silent for a while.
    lab = spawn(process.execPath, [main, 'run', 'idle.yaml', '--live', '--set', 'ccp.deadMultiplier=50'], {
      cwd: folder,
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const said: string[] = [];
    for await (const line of createInterface({ input: lab.stderr! })) {
      said.push(line);
      if (line.startsWith('traffic runs')) return;
    }
    throw new Error(`the fabric did not come up:\n${said.join('\n')}`);
  }, 150_000);

  afterAll(async () => {
    const ended = new Promise((done) => lab.once('exit', done));
    lab.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it('show the group as its processes are', () => {
    const stat = rehearse(['exec', '--', 'asg', 'stat', '-v']);
    expect([stat.status, stat.stderr]).toEqual([0, '']);
    expect(stat.stdout).toMatch(/^\| SGMs {26}\| 2 \/ 2 +\|$/m);
    const json = JSON.parse(rehearse(['exec', '1_02', '--json', '--', 'cphaprob', 'state']).stdout) as {
      host: string;
      lines: { text: string; basis: string }[];
    };
    expect(json.host).toBe('SG1-ch01-02');
    expect(json.lines.find((l) => l.text.startsWith('1_02 (local)'))).toMatchObject({ basis: 'documented' });
    const perf = rehearse(['exec', '--', 'asg', 'perf']).stdout;
    expect(Number(/Packet rate +\| (\d+)/.exec(perf)?.[1])).toBeGreaterThan(0);
    expect(rehearse(['exec', 'mho', '1_1', '--', 'lldpctl']).stdout).toContain('SG1-ch01-02');
    expect(rehearse(['exec', '--', 'asg', 'sta'])).toMatchObject({
      status: 2,
      stderr: "rehearse: There is no command 'asg sta'. Did you mean 'asg stat'?\n",
    });
  }, 60_000);

  it('take a piped session, dialogue and all', () => {
    const session = rehearse(
      ['shell', '1_01'],
      'm 1_02\nfw ver\ng_clusterXL_admin -b 1_02 down\ny\nLab\ntest\nasg log audit\nexit\n',
    );
    expect([session.status, session.stderr]).toEqual([0, '']);
    const lines = session.stdout.split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '[Expert@SG1-ch01-01:0]# m 1_02',
      '[Expert@SG1-ch01-02:0]# fw ver',
      "This is Check Point's software version R81.20 - Build N/A",
    ]);
    expect(lines.slice(3, 10)).toEqual([
      '[Expert@SG1-ch01-02:0]# g_clusterXL_admin -b 1_02 down',
      'You are about to perform sgm_admin down on blades: 1_02',
      'Are you sure? (Y - yes, any other key - no) y',
      'sgm_admin down requires auditing',
      'Enter your full name: Lab',
      'Enter reason for sgm_admin down [Maintenance]: test',
      'WARNING: sgm_admin down on blades: 1_02, User: Lab, Reason: test',
    ]);
    expect(lines.slice(10, 12).join(' ')).toMatch(/asg log audit .* blades: 1_02, User: Lab, Reason: test$/);
  }, 60_000);

  it('take lines as engineers write them, and go to other machines and back', () => {
    const session = rehearse(
      ['shell', '1_01'],
      [
        'ssh sgm2',
        'fw ver && installed_jumbo_take | wc -l',
        'ssh 1_01 "fw ver; asg sta"',
        'exit',
        'gclish',
        'm 1_02 fw ver',
        'exit',
        'ssh nobody',
        'quit',
      ].join('\n'),
    );
    const version = "This is Check Point's software version R81.20 - Build N/A";
    expect([session.status, session.stdout.split('\n')]).toEqual([
      1,
      [
        '[Expert@SG1-ch01-01:0]# ssh sgm2',
        '[Expert@SG1-ch01-02:0]# fw ver && installed_jumbo_take | wc -l',
        version,
        '1',
        '[Expert@SG1-ch01-02:0]# ssh 1_01 "fw ver; asg sta"',
        version,
        "There is no command 'asg sta'. Did you mean 'asg stat'?",
        '[Expert@SG1-ch01-02:0]# exit',
        '[Expert@SG1-ch01-01:0]# gclish',
        '[Expert@SG1-ch01-01:0]# m 1_02 fw ver',
        version,
        '[Expert@SG1-ch01-01:0]# exit',
        '[Expert@SG1-ch01-01:0]# ssh nobody',
        'nobody is no machine of this fabric. Say a member as sgm3, or mho1.',
        '[Expert@SG1-ch01-01:0]# quit',
        '',
      ],
    ]);
  }, 60_000);
});
