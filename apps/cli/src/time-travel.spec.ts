import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadFabric } from '@rehearsal/fabric';
import type { RunRecord } from '@rehearsal/lab-port';
import { applyFault } from '@rehearsal/lab-port/faults';
import { momentOf, recordedView } from '@rehearsal/operator';
import { bytesInMemory, LogHistory, stateHash, type Snapshot } from '@rehearsal/replay';
import { carryOut, findVerb, readSet } from '@rehearsal/verbs';
import { MACHINES } from './machines.js';
import { createServices } from './services.js';
import { settle, settled, simulated } from './testing/settled-lab.js';

const FABRIC = join(import.meta.dirname, '../../../examples/fabrics/single-site.fabric.yaml');
const member = (id: string) => ({ role: 'member', id }) as const;

/** A member panics and comes back, one stops its services, one is set down by an operator. */
async function lived(): Promise<RunRecord> {
  const lab = simulated(loadFabric(FABRIC), 5);
  await settle(lab);
  await lab.kill(member('1_03'), { rebootAfterMs: 1000 });
  await lab.waitUntil({ name: 'members-active', until: { equals: 3 } }, 5000);
  await lab.waitMs(500);
  await settled(lab, 60_000);
  await applyFault(lab, 'cpstop', { target: member('1_02'), to: member('1_02'), args: {} });
  await lab.waitMs(500);
  await applyFault(lab, 'admin', { target: member('1_04'), to: member('1_04'), args: { state: 'down' } });
  await lab.waitMs(2500);
  const record = await lab.collect();
  await lab.down();
  return record;
}

describe('a moment of a run', () => {
  let folder: string;
  let record: RunRecord;
  let bytes: Uint8Array;
  const history = (snapshotEvery: number, snapshots: readonly Snapshot[] = []): LogHistory =>
    new LogHistory({ log: bytesInMemory(bytes), machines: MACHINES, snapshotEvery, snapshots });
  const rehearse = async (...words: string[]): ReturnType<typeof carryOut> => {
    const { entry, rest } = findVerb(words);
    const say = (): void => {};
    const context = { services: createServices(say), set: readSet([]), runsFolder: join(folder, 'runs'), say };
    return carryOut((await entry.load()).default, rest, context);
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rehearse-time-travel-'));
    record = await lived();
    const text = record.log.map((line) => `${line}\n`).join('');
    bytes = new TextEncoder().encode(text);
    const { log: _log, flows: _flows, notes, metrics: _metrics, ...head } = record;
    const run = join(folder, 'runs', 'r1');
    mkdirSync(run, { recursive: true });
    writeFileSync(join(run, 'log.jsonl'), text);
    writeFileSync(join(run, 'notes.jsonl'), notes.map((n) => `${JSON.stringify(n)}\n`).join(''));
    writeFileSync(join(run, 'run.json'), JSON.stringify({ ...head, runId: 'r1', build: 'b', machines: [] }));
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is the same from states that were kept and read back, hash for hash, after every commit', () => {
    const plain = history(1000);
    const keeping = history(5);
    keeping.atEnd();
    const kept = JSON.parse(JSON.stringify(keeping.newSnapshots)) as Snapshot[];
    expect(kept.length).toBe(Math.floor(record.log.length / 5));
    const hashes = (h: LogHistory, seq: number): string[] => h.atSeq(seq).streams.map((s) => stateHash(s.state));
    for (let seq = 1; seq <= record.log.length; seq++) {
      expect(hashes(history(5, kept), seq)).toEqual(hashes(plain, seq));
    }
  });

  it('has the states, slots and counts that the commands of the vendor show of it', () => {
    const h = history(5);
    const seen = new Set<string>();
    for (let seq = 1; seq <= record.log.length; seq++) {
      const states = h.atSeq(seq);
      const notes = record.notes.filter((n) => n.atMs <= states.atMs);
      const { plan } = record;
      const commitOf = (stream: string, version: number): string | undefined => {
        const found = h.commitOf(stream, version);
        return found === undefined ? undefined : new TextDecoder().decode(found.line);
      };
      const moment = momentOf({ plan, states, commitOf, notes });
      const log = record.log.slice(0, seq);
      const parts = { plan, run: 'r1', startedAtMs: 0, log, notes, metrics: null, sampled: null };
      const view = recordedView({ ...parts, atMs: states.atMs });
      if (moment.members.length === 0) continue;
      const held = (column: readonly string[], id: string): number => column.filter((x) => x === id).length;
      const { active, backup } = moment.slots;
      expect(moment.members.map((m) => [m.id, m.state, held(active, m.id), held(backup, m.id)])).toEqual(
        view.members.map((m) => [m.id, m.state, m.slots.active, m.slots.backup]),
      );
      expect(moment.smo).toBe(view.group.smo);
      for (const m of moment.members) seen.add(m.state);
    }
    expect([...seen].sort()).toEqual(expect.arrayContaining(['ACTIVE', 'DOWN', 'HA module not started.', 'LOST']));
  });

  it('is shown as a table and as a document, by time, by commit, and beside a command', async () => {
    const lost = record.log.findIndex((line) => line.includes('"type":"MemberLost"')) + 1;
    const at = await rehearse('at', 'r1', `1:${lost}`);
    expect([at.status, at.stderr]).toEqual([0, '']);
    expect(at.stdout).toMatch(/^run r1, fabric branch \(vendor\), \+\d+\.\d{3}s, after commit 1:\d+\n/);
    expect(at.stdout).toMatch(/^member +1_03 +LOST +\d+ +0 +0 +0$/m);
    const document = JSON.parse((await rehearse('at', 'r1', `1:${lost}`, '--json')).stdout);
    expect(document).toMatchObject({ seq: lost, last: { seq: lost }, slots: { total: 512 } });
    for (const { state, stateHash: hash } of document.streams) expect(stateHash(state)).toBe(hash);
    const typed = await rehearse('at', 'r1', `1:${lost}`, '--', 'asg', 'stat', '-v');
    expect(typed.stdout).toMatch(/^\| 3 +LOST +\|$/m);
    const before = JSON.parse((await rehearse('at', 'r1', 'fault-1ms', '--json')).stdout);
    expect(before.members.map((m: { state: string }) => m.state)).toEqual(Array(4).fill('ACTIVE'));
    expect(existsSync(join(folder, 'runs', 'r1', 'states.jsonl'))).toBe(false);
  });

  it('differs from another in what happened between them, and from itself in nothing', async () => {
    const lost = record.log.findIndex((line) => line.includes('"type":"MemberLost"')) + 1;
    const { stdout } = await rehearse('diff', 'r1', `1:${lost - 1}`, `1:${lost}`);
    expect(stdout).toMatch(/^member 1_03: ACTIVE before, LOST now$/m);
    expect(stdout).toMatch(/^ {2}active: \d+ slots from 1_03 to 1_0\d$/m);
    expect((await rehearse('diff', 'r1', '2s', '2s')).stdout).toMatch(/\n\nNothing changed\.\n$/);
    const there = JSON.parse((await rehearse('diff', 'r1', '1s', 'end', '--json')).stdout);
    const back = JSON.parse((await rehearse('diff', 'r1', 'end', '1s', '--json')).stdout);
    expect(back.versions).toEqual(
      there.versions.map((v: { stream: string; from: number; to: number }) => ({ ...v, from: v.to, to: v.from })),
    );
  });

  it('has commits that say what they followed from and what followed, by any of their names', async () => {
    const lines = record.log.map((line) => JSON.parse(line));
    const due = lines.findIndex(
      (c) => c.cause !== undefined && lines.some((d) => `${d.stream}:${d.version}` === c.cause),
    );
    const { stream, version, cause } = lines[due];
    const names = [`1:${due + 1}`, String(due + 1), `${stream}:${version}`];
    const shown = await Promise.all(names.map((name) => rehearse('log', 'r1', '--explain', name)));
    expect(new Set(shown.map((s) => s.stdout)).size).toBe(1);
    expect(shown[0]!.stdout).toContain(`sent by event`);
    expect(shown[0]!.stdout).toMatch(new RegExp(`^followed from +1:\\d+ ${cause.replaceAll('.', '\\.')} `, 'm'));
    const up = JSON.parse((await rehearse('log', 'r1', '--explain', cause, '--json')).stdout);
    expect(up.followed.map((f: { seq: number }) => f.seq)).toContain(due + 1);
    const loss = lines.find((c) => c.events.some((e: { type: string }) => e.type === 'MemberLost'));
    const why = JSON.parse(
      (await rehearse('log', 'r1', '--explain', `${loss.stream}:${loss.version}`, '--json')).stdout,
    );
    expect(why.evidence).toEqual(loss.input.evidence);
  });

  it('is read without a last commit that was cut off, and refused with exit code 2 where a line is none', async () => {
    const lines = record.log.map((line) => `${line}\n`);
    const kept = (name: string, text: string): void => {
      cpSync(join(folder, 'runs', 'r1'), join(folder, 'other', name), { recursive: true });
      writeFileSync(join(folder, 'other', name, 'log.jsonl'), text);
    };
    kept('torn', lines.join('').slice(0, -40));
    kept('broken', [lines[0], '{"no":"commit"}\n', ...lines.slice(1)].join(''));
    const of = (name: string): string => join(folder, 'other', name);
    const listed = JSON.parse((await rehearse('log', of('torn'), '--kind', 'commit', '--json')).stdout);
    const exported = (await rehearse('export', of('torn'))).stdout;
    expect([listed.entries.length, exported.trimEnd().split('\n').length]).toEqual([
      lines.length - 1,
      lines.length - 1,
    ]);
    for (const words of [['log'], ['export'], ['export', '--format', 'csv']]) {
      const { status, stderr } = await rehearse(words[0]!, of('broken'), ...words.slice(1));
      expect([status, stderr]).toEqual([2, expect.stringMatching(/^rehearse: A commit of the log cannot be read: /)]);
    }
  });

  it.each([
    [
      ['at', 'r1', '1:9999'],
      /^rehearse: TIME: expected a commit of the run, whose log goes from 1:1 to 1:\d+, saw '1:9999'\. /,
    ],
    [['at', 'r1', '900s'], /^rehearse: TIME: expected a moment of the run, which lasted \d+/],
    [['at', 'r2', '1s'], /^rehearse: There is no run 'r2' in .* Did you mean 'r1'\?/],
    [['at', 'r1', '1s', '--target', '1_01'], /^rehearse: --target is for a command, and there is none\. /],
    [['diff', 'r1', '1s', '2:7'], /^rehearse: B: this run has the log of site 1 alone, saw '2:7'\. /],
    [['diff', 'r1', '2020-01-01T00:00:00Z', 'end'], /^rehearse: A: expected a moment of the run, /],
    [['log', 'r1', '--explain', '0'], /^rehearse: --explain: expected a commit of the run, /],
    [
      ['log', 'r1', '--explain', 'hypersync.SG1:999'],
      /^rehearse: --explain: the log has no commit hypersync\.SG1:999\. It has /,
    ],
    [['log', 'r1', '--explain', '1:3', '--last', '2'], /^rehearse: --last is for the list, /],
  ])('is refused where there is none: %j', async (words, says) => {
    const { status, stdout, stderr } = await rehearse(...words);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(says);
  });
});
