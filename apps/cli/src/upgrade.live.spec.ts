import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../../..');
const CLI = join(ROOT, 'apps/cli/dist/main.js');
const RUNS = mkdtempSync(join(tmpdir(), 'rehearsal-upgrade-'));
const WITHIN_MS = 240_000;

interface Commit {
  readonly stream: string;
  readonly events: readonly (Readonly<Record<string, unknown>> & { readonly type: string })[];
}

interface Lived {
  readonly verdict: string;
  readonly reasons: string[];
  readonly folder: string;
  readonly commits: Commit[];
}

/** What `verify` says of a run. */
function verified(folder: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, 'verify', folder], { cwd: RUNS }, (_error, stdout) => resolve(stdout));
  });
}

/** A machine with much to do keeps processes waiting, which is not to be taken for their death. */
const NOBODY_DIES = ['--set', 'ccp.deadMultiplier=30'];

/** Conducts an example with real processes. */
function live(experiment: string, set: readonly string[] = []): Promise<Lived> {
  const file = join(ROOT, 'examples/experiments', `${experiment}.yaml`);
  const args = [CLI, 'run', file, '--live', '--json', '--runs', RUNS, ...set];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, args, { cwd: RUNS, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (stdout === '') return reject(new Error(`${error?.message ?? ''}\n${stderr}`));
      const { verdict, reasons, folder } = JSON.parse(stdout) as { verdict: string; reasons: string[]; folder: string };
      const lines = readFileSync(join(folder, 'log.jsonl'), 'utf8').trim().split('\n');
      resolve({ verdict, reasons, folder, commits: lines.map((line) => JSON.parse(line) as Commit) });
    });
  });
}

/** Events of one kind of stream, in order. */
const of = (commits: readonly Commit[], kind: string, types: readonly string[]): Commit['events'] =>
  commits
    .filter(({ stream }) => stream.startsWith(`${kind}.`))
    .flatMap(({ events }) => events.filter(({ type }) => types.includes(type)));

interface Probed {
  readonly asked?: readonly { readonly service: string; readonly asked: number; readonly answered: number }[];
  readonly flow?: { readonly service: string; readonly silentMs: number };
}

/** What a gate has seen of its own probes. */
function probed(event: Commit['events'][number]): string[] {
  const { asked = [], flow } = (event['probe'] ?? {}) as Probed;
  const kept = flow === undefined ? [] : [`${flow.service} ${flow.silentMs <= 3000 ? 'kept open' : 'is silent'}`];
  return [...asked.map((s) => `${s.service} ${s.answered} of ${s.asked}`), ...kept];
}

const OF_A_GROUP = ['down', 'install', 'up', 'gate'];
const KINDS = ['check', 'backup', 'import', 'verify', ...OF_A_GROUP, ...OF_A_GROUP, 'final-check'];

afterAll(() => rmSync(RUNS, { recursive: true, force: true }));

describe('an upgrade of real processes, under traffic', () => {
  it(
    'takes one group after the other, each member by a start of its own, and loses nothing',
    async () => {
      const { verdict, reasons, folder, commits } = await live('rolling-upgrade');
      expect([verdict, reasons]).toEqual(['pass', []]);
      expect(of(commits, 'upgrade', ['StepDone']).map((e) => e['kind'])).toEqual(KINDS);
      const starts = of(commits, 'software', ['ApplianceBooted']).filter((e) =>
        String(e['appliance']).startsWith('1_0'),
      );
      const second = starts.filter((e) => e['incarnation'] === 2).map((e) => String(e['appliance']));
      expect(second.slice(0, 2).toSorted()).toEqual(['1_03', '1_04']);
      expect(second.slice(2).toSorted()).toEqual(['1_01', '1_02']);
      expect(of(commits, 'security-group', ['MemberLost'])).toEqual([]);
      expect(of(commits, 'upgrade', ['StepDone']).flatMap(probed)).toEqual(
        [1, 2].flatMap(() => ['http 16 of 16', 'dns 16 of 16', 'ssh 16 of 16', 'ssh kept open']),
      );
      // The code that decided it is kept with the run, and decides all of it again.
      expect(await verified(folder)).toContain(`(${commits.length} commits, ${commits.length} decided again the same)`);
    },
    WITHIN_MS,
  );

  it(
    'stops where policy does not get ready for the new release, and installs it when it is resumed',
    async () => {
      const { verdict, reasons, commits } = await live('policy-fails-mid-upgrade', NOBODY_DIES);
      expect([verdict, reasons]).toEqual(['pass', []]);
      expect(of(commits, 'upgrade', ['UpgradeStopped']).map((e) => e['rule'])).toEqual(['policy-differs']);
      // Nobody of the new release serves before its policy is there, and all get it once more in the end.
      const said = of(commits, 'security-group', ['PolicyInstallAborted', 'PolicyInstalled', 'MemberJoined']);
      const old = said.find((e) => e.type === 'MemberJoined')?.['rank'];
      const firstNew = said.findIndex((e) => e.type === 'MemberJoined' && e['rank'] !== old);
      const policies = (events: Commit['events']): unknown[] =>
        events.filter((e) => e.type !== 'MemberJoined').map((e) => [e.type, (e['release'] as { name: string }).name]);
      expect(policies(said.slice(0, firstNew))).toEqual([
        ['PolicyInstallAborted', 'R81.20'],
        ['PolicyInstalled', 'R81.20'],
      ]);
      expect(policies(said.slice(firstNew))).toEqual([['PolicyInstalled', 'R81.20']]);
    },
    WITHIN_MS,
  );

  it(
    'goes on exactly once where its conductor is killed twice',
    async () => {
      const { verdict, reasons, commits } = await live('upgrade-conductor-panic');
      expect([verdict, reasons]).toEqual(['pass', []]);
      expect(of(commits, 'upgrade', ['StepDone']).map((e) => e['kind'])).toEqual(KINDS);
      const begun = of(commits, 'software', ['WorkBegun']).map((e) => String(e['appliance']));
      expect(begun.toSorted()).toEqual(['1_01', '1_02', '1_03', '1_04']);
    },
    WITHIN_MS,
  );

  it(
    'is stopped by a gate where ssh does not come through, which only the gate asks for',
    async () => {
      const { verdict, reasons, commits } = await live('upgrade-gate-stops');
      expect([verdict, reasons]).toEqual(['pass', []]);
      const [stopped, ...more] = of(commits, 'upgrade', ['UpgradeStopped']);
      expect(more).toEqual([]);
      expect(stopped).toMatchObject({ rule: 'probe', step: KINDS.indexOf('gate') });
      expect(stopped?.['reason']).toMatch(
        /: 16 of 16 probes of ssh at .*1_03, 1_04: policy_drop; the connection of ssh /,
      );
      const begun = of(commits, 'software', ['WorkBegun']).map((e) => String(e['appliance']));
      expect(begun.toSorted()).toEqual(['1_03', '1_04']);
    },
    WITHIN_MS,
  );
});

describe('appliances that come into a group of real processes, under traffic', () => {
  it(
    'take the place of one that has failed, by the image of the others and a reboot, and nothing is lost',
    async () => {
      const { verdict, reasons, folder, commits } = await live('replace-appliance', ['--set', 'profile=lossless']);
      expect([verdict, reasons]).toEqual(['pass', []]);
      const [replaced] = of(commits, 'software', ['ApplianceReplaced']);
      expect(replaced).toMatchObject({ appliance: '1_03', serial: 'LR2025-0417', software: { take: 0 } });
      const about = of(commits, 'software', ['ApplianceReplaced', 'WorkBegun', 'WorkFinished', 'ApplianceBooted'])
        .filter((e) => e['appliance'] === '1_03')
        .map((e) => [e.type, e['incarnation']]);
      expect(about).toEqual([
        ['ApplianceBooted', 1],
        ['ApplianceReplaced', undefined],
        ['ApplianceBooted', 2],
        ['WorkBegun', undefined],
        ['WorkFinished', undefined],
        ['ApplianceBooted', 3],
      ]);
      const joins = of(commits, 'security-group', ['MemberJoined', 'MemberLost']).filter((e) => e['member'] === '1_03');
      expect(joins.map((e) => e.type)).toEqual(['MemberJoined', 'MemberLost', 'MemberJoined']);
      expect(await verified(folder)).toContain(`(${commits.length} commits, ${commits.length} decided again the same)`);
    },
    WITHIN_MS,
  );

  it(
    'are spares that an operator assigns and takes out again, and nothing is lost',
    async () => {
      const { verdict, reasons, folder, commits } = await live('scale-out-and-in', NOBODY_DIES);
      expect([verdict, reasons]).toEqual(['pass', []]);
      const moves = ['SpareAssigned', 'MemberJoined', 'SpareLeaving', 'MemberDrained', 'SpareDetached'];
      const about = of(commits, 'security-group', moves).filter((e) => e['member'] === '1_05');
      expect(about.map((e) => e.type)).toEqual(moves);
      expect(of(commits, 'software', ['ApplianceAssigned']).map((e) => e['assigned'])).toEqual([true, false]);
      expect(of(commits, 'security-group', ['MemberLost'])).toEqual([]);
      expect(await verified(folder)).toContain(`(${commits.length} commits, ${commits.length} decided again the same)`);
    },
    WITHIN_MS,
  );
});
