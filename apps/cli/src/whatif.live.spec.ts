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
  readonly basis: { readonly connections: string; readonly words: string };
  readonly seeds: { readonly from: number; readonly to: number; readonly own: number | null };
  readonly held: Record<'open' | 'alike' | 'elsewhere' | 'missing' | 'more' | 'inStep' | 'inStepHere', number> | null;
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
      'nobody conducting it',
      'run.json',
      (text: string) => text.replace('"world": "simulated"', '"world": "processes",\n  "livedIn": true'),
      /is of a fabric that was brought up and lived in, and no experiment says what was done to it. Fork a run of an experiment/,
    ],
  ])(
    'is refused of a run with %s',
    (name, file, change, says) => {
      const { status, stderr } = rehearse('whatif', altered(name.replaceAll(' ', '-'), file, change));
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

  describe('of a run of real processes', () => {
    let live: string;
    let log: readonly { readonly stream: string; readonly events: readonly { readonly type: string }[] }[];
    const ofLive = (...words: string[]): Answer => {
      const { status, stdout, stderr } = rehearse('whatif', live, ...words, '--json');
      expect([status, stderr.replaceAll(/\d+ of \d+ forks\n/g, '')]).toEqual([0, '']);
      return JSON.parse(stdout) as Answer;
    };
    /** Sequence of the commit that says that the member is lost. */
    const lostAt = (): number => log.findIndex(({ events }) => events.some((e) => e.type === 'MemberLost')) + 1;

    beforeAll(() => {
      const { stdout, status } = rehearse('run', 'panic.yaml', '--live', '--json');
      expect(status).toBe(0);
      ({ run: live } = JSON.parse(stdout) as { readonly run: string });
      const lines = readFileSync(join(folder, 'runs', live, 'log.jsonl'), 'utf8')
        .trimEnd()
        .split('\n');
      log = lines.map((line) => JSON.parse(line) as (typeof log)[number]);
    }, 120_000);

    it("follows its log, and begins with the record's states, hash for hash", () => {
      for (const seq of [1, lostAt() - 1, lostAt(), lostAt() + 3, log.length]) {
        const { from, states, checked, forks, basis, seeds } = ofLive('--from', `1:${seq}`, '--seeds', '1..2');
        expect([from.seq, checked, forks.map((fork) => fork.unexplained)]).toEqual([seq, 2, [0, 0]]);
        const moment = JSON.parse(rehearse('at', live, `1:${seq}`, '--json').stdout) as {
          readonly streams: readonly { stream: string; version: number; stateHash: string }[];
        };
        expect(states).toEqual(
          moment.streams.map(({ stream, version, stateHash: hash }) => ({ stream, version, hash })),
        );
        expect([basis.connections, seeds]).toEqual(['rebuilt along the log', { from: 1, to: 2, own: null }]);
      }
    }, 240_000);

    it('begins with its connections, and says where they are not as its members reported them', () => {
      const { held } = ofLive('--from', `1:${lostAt()}`);
      const { open, alike, elsewhere, missing, more } = held!;
      expect(open).toBeGreaterThan(10);
      expect(alike + elsewhere + missing).toBe(open);
      // Each that differs began or ended within moments of the fork.
      expect(elsewhere).toBe(0);
      expect(missing + more).toBeLessThan(open / 4);
    }, 60_000);

    it('says the loss that is on record where it is before the fork, and another where it is after', () => {
      const settings = ['--set', 'ccp.deadMultiplier=20', '--seeds', '1..2'];
      const after = ofLive('--from', `1:${lostAt()}`, ...settings).figures['committedMs']!;
      expect(Math.abs(after['max']! - after['original']!)).toBeLessThan(100);
      const before = ofLive('--from', `1:${lostAt() - 1}`, ...settings).figures['committedMs']!;
      expect(before['min']).toBeGreaterThan(1500);
      expect(before['original']).toBe(after['original']);
    }, 120_000);

    it('says so where there are no flow records to hold it against', () => {
      rmSync(join(folder, 'runs', live, 'flows.bin'));
      const { held, basis } = ofLive('--from', `1:${lostAt()}`);
      expect(held).toBe(null);
      expect(basis.words).toMatch(/The record has no flow records to hold the connections against\.$/);
    }, 60_000);
  });
});
