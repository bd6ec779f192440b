import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const main = join(import.meta.dirname, '..', 'dist', 'main.js');

const EXPERIMENT = `title: small
description: a small fabric
method:
  - type: action
    name: panic
    provider: {type: process, path: rehearse, arguments: [fault, panic, '1_02']}
  - type: probe
    name: it is lost
    tolerance: 0
    provider: {type: process, path: rehearse, arguments: [wait, members-active, --at-most, 2, --timeout-sec, 20]}
  - type: probe
    name: it is back
    tolerance: 0
    provider: {type: process, path: rehearse, arguments: [wait, exposed-slots, --equals, 0, --timeout-sec, 20]}
extensions:
  - name: rehearsal
    fabric: small.fabric.yaml
    warmUpSec: 1
    traffic: {connections: 60, packetsPerSec: 400, durationMs: 6000}
`;
const FABRIC = `fabric: small
profile: vendor
securityGroups:
  SG1: {members: 3}
`;

interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Answer {
  readonly from: { readonly seq: number };
  readonly changes: readonly unknown[];
  readonly states: readonly { readonly stream: string; readonly version: number; readonly hash: string }[];
  readonly checked: number;
  readonly figures: Record<string, Record<'original' | 'min' | 'p50' | 'p95' | 'max' | 'forks', number | null>>;
  readonly forks: readonly { readonly seed: number; readonly same: boolean; readonly unexplained: number }[];
  readonly failed: readonly { readonly seed: number; readonly why: string }[];
}

describe('what would have been', () => {
  let folder: string;
  let run: string;
  const rehearse = (...words: string[]): Outcome => {
    const env = { ...process.env, XDG_STATE_HOME: join(folder, '.state') };
    return spawnSync(process.execPath, [main, ...words], { cwd: folder, env, encoding: 'utf8' });
  };
  const whatif = (...words: string[]): Answer => {
    const { status, stdout, stderr } = rehearse('whatif', run, ...words, '--json');
    // A busy machine is told how far it is.
    expect([status, stderr.replaceAll(/\d+ of \d+ forks\n/g, '')]).toEqual([0, '']);
    return JSON.parse(stdout) as Answer;
  };
  /** A copy of the run in which one file is another. */
  const altered = (name: string, file: string, change: (text: string) => string): string => {
    const to = join(folder, 'runs', name);
    cpSync(join(folder, 'runs', run), to, { recursive: true });
    const text = readFileSync(join(to, file), 'utf8');
    expect(change(text)).not.toBe(text);
    writeFileSync(join(to, file), change(text));
    return name;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rehearse-whatif-'));
    writeFileSync(join(folder, 'panic.yaml'), EXPERIMENT);
    writeFileSync(join(folder, 'small.fabric.yaml'), FABRIC);
    const { stdout, status } = rehearse('run', 'panic.yaml', '--sim', '--seed', '5', '--json');
    expect(status).toBe(0);
    ({ run } = JSON.parse(stdout) as { readonly run: string });
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is the record again where nothing is changed, and never else', () => {
    const same = whatif('--seeds', '4..6');
    expect(same.forks.map(({ seed, same: isSame }) => [seed, isSame])).toEqual([
      [4, false],
      [5, true],
      [6, false],
    ]);
    expect(whatif('--from', '1:9').forks).toMatchObject([{ seed: 5, same: true }]);
    expect(whatif('--set', 'ccp.deadMultiplier=4').forks).toMatchObject([{ seed: 5, same: false }]);
  }, 120_000);

  it("begins with the record's states, hash for hash, of every stream", () => {
    const { from, states, checked, forks } = whatif('--set', 'ccp.deadMultiplier=20', '--seeds', '1..2');
    expect([checked, forks.length]).toEqual([2, 2]);
    const moment = JSON.parse(rehearse('at', run, `1:${from.seq}`, '--json').stdout) as {
      readonly streams: readonly { stream: string; version: number; stateHash: string }[];
    };
    expect(states).toEqual(moment.streams.map(({ stream, version, stateHash: hash }) => ({ stream, version, hash })));
    expect(states.map((s) => s.stream)).toEqual(['hypersync.SG1', 'run.sim-5', 'security-group.SG1']);
  }, 120_000);

  it('goes by the changed settings, and says the same every time', () => {
    const words = ['--set', 'ccp.deadMultiplier=20', '--set', 'hypersync.requireInStep=false', '--seeds', '1..3'];
    const later = whatif(...words);
    expect(later.changes).toEqual([
      { setting: 'ccp.deadMultiplier', from: '3', to: '20', actsOn: '' },
      { setting: 'hypersync.requireInStep', from: 'true', to: 'false', actsOn: expect.stringContaining('RulesSet') },
    ]);
    const { detectedMs, timeToRedundancyMs } = later.figures;
    expect(detectedMs!['original']).toBeLessThan(400);
    expect(detectedMs!['min']).toBeGreaterThan(1500);
    // A copy counts the moment it is chosen: whoever is found out to be lost is made up for.
    expect(timeToRedundancyMs!['max']).toBe(later.figures['committedMs']!['max']);
    expect(later.forks.map((fork) => fork.unexplained)).toEqual([0, 0, 0]);
    expect(whatif(...words)).toEqual(later);
  }, 120_000);

  it.each([
    [
      'another log',
      'log.jsonl',
      (text: string) => {
        const lines = text.split('\n');
        lines[11] = lines[11]!.replace(/"at":(\d)/, (_all, digit: string) => `"at":${digit === '1' ? 2 : 1}`);
        return lines.join('\n');
      },
      /commit 12 of its log, of \S+, comes out otherwise. Most likely it was recorded with another build. Record it again with this one, or use the build that recorded it\.\n$/,
    ],
    [
      'another build',
      'run.json',
      (text: string) => text.replace(/"build": "../, '"build": "zz'),
      /was recorded with another build: its decisions are by code zz\w{10}, and this is \w{12}. Record it again/,
    ],
    [
      'other seed',
      'run.json',
      (text: string) => text.replace('"seed": 5', '"seed": 6'),
      /commit 1 of its log, of run.sim-6, comes out otherwise/,
    ],
    [
      'no traffic',
      'run.json',
      (text: string) => text.replace('"traffic": {\n    "connections": 60', '"trafic": {\n    "connections": 60'),
      /does not say what traffic it had: an older version recorded it. Record it again/,
    ],
    [
      'real processes',
      'run.json',
      (text: string) => text.replace('"world": "simulated"', '"world": "processes"'),
      /is a run of real processes, and no seed leads through it again. Fork a simulated run of the same experiment/,
    ],
  ])(
    'is refused of a run with %s',
    (name, file, change, says) => {
      const { status, stderr } = rehearse('whatif', altered(name.replace(' ', '-'), file, change));
      expect(stderr).toMatch(says);
      expect(status).toBe(2);
    },
    60_000,
  );

  it('is refused of a setting that cannot be another by then, with the reason and the remedy', () => {
    expect(rehearse('whatif', run, '--set', 'dist.slots=1024', '--set', 'sync.delayMs=1')).toMatchObject({
      status: 2,
      stderr:
        "rehearse: dist.slots cannot be changed at a fork: it is part of the group's recorded state, set with the first " +
        'commit. Conduct the experiment with it from the start: rehearse run EXPERIMENT --set NAME=VALUE.\n',
    });
  });
});
