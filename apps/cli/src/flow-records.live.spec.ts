import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { readConnections, readLosses, readRunHead } from '@rehearsal/experiment/run-folder';
import { FlowBook, readEnds, type FlowRecord } from '@rehearsal/flows';
import type { ConnectionRow } from '@rehearsal/traffic';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const EXPERIMENTS = fileURLToPath(new URL('../../../examples/experiments/', import.meta.url));
/** Members say so often that they live, and report then. */
const REPORT_EVERY_MS = 100;

jest.setTimeout(120_000);

interface Run {
  readonly folder: string;
  readonly rows: readonly ConnectionRow[];
  readonly book: FlowBook;
  /** By connection, in the order of `rows`. */
  readonly stories: readonly (readonly FlowRecord[])[];
}

let runsFolder: string;
beforeAll(() => {
  runsFolder = realpathSync(mkdtempSync(join(tmpdir(), 'rehearsal-flows-')));
});
afterAll(() => rmSync(runsFolder, { recursive: true, force: true }));

/** What the command says, as it is used: with its built code. */
function say<T>(...argv: string[]): T {
  const { stdout, stderr } = spawnSync(process.execPath, [MAIN, ...argv, '--runs', runsFolder, '--json'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const said = JSON.parse(stdout) as T & { readonly error?: unknown };
  if (said.error !== undefined) throw new Error(`${stdout}${stderr}`);
  return said;
}

function conducted(experiment: string, ...more: string[]): Run {
  const file = join(EXPERIMENTS, `${experiment}.yaml`);
  const { folder } = say<{ folder: string }>('run', file, '--sim', ...more);
  const rows = readConnections(folder);
  const book = new FlowBook(readFileSync(join(folder, 'flows.bin')));
  return { folder, rows, book, stories: book.of(rows.map((row) => readEnds(row.tuple)!)) };
}

/**
 * Tells what does not follow from what was said before it; of the first that is said of a connection nothing is asked,
 * since a member that died may have known more.
 */
function problemsOf(story: readonly FlowRecord[]): string[] {
  const problems: string[] = [];
  let serving: number | undefined;
  let releasedTo: number | null | undefined;
  story.forEach((record, i) => {
    const { kind, member, peer } = record;
    const wrong = (why: string): number => problems.push(`${i}: ${kind} by ${member}: ${why}`);
    if (kind === 'refused' || kind === 'lost') return;
    if (kind === 'opened') {
      if (serving !== undefined && !record.reopened && serving === member) wrong('it is open');
      serving = member;
    } else if (kind === 'taken_over') {
      if (peer !== null && i > 0 && releasedTo !== member) wrong(`released to ${releasedTo}`);
      serving = member;
      releasedTo = undefined;
    } else {
      if (serving !== undefined && serving !== member) wrong(`${serving} serves it`);
      if (kind === 'in_step' && peer === member) wrong('it is its own backup');
      if (kind === 'handed_over') releasedTo = peer;
      serving = kind === 'in_step' ? member : undefined;
    }
  });
  return problems;
}

const packetsOf = (record: FlowRecord | undefined): number => (record ? record.packets[0] + record.packets[1] : -1);

describe('what members report of connections', () => {
  it('is a beginning, a copy and an end of each, with the packets that the ledger says were delivered', () => {
    const { rows, stories, book, folder } = conducted('steady', '--seed', '3');
    const done = rows.flatMap((row, i) =>
      row.outcome === 'done' && row.tuple.endsWith('/tcp') ? [[row, stories[i]!] as const] : [],
    );
    expect(done.length).toBeGreaterThan(100);
    for (const [row, story] of done) {
      expect(story.map((r) => r.kind)).toEqual(['opened', 'in_step', 'closed']);
      expect([row.id, packetsOf(story.at(-1))]).toEqual([row.id, row.delivered]);
      expect(story.at(-1)).toMatchObject({ reason: 'finished', corrected: 0 });
    }
    const { settings } = readRunHead(folder);
    expect(settings['sync.policy']).toBe('strict');
    expect(book.reported().map((life) => [life.leftOut, life.gone])).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
  });

  it.each([
    ['double-panic', 'vendor'],
    ['admin-down-up', 'vendor'],
    ['nat-member-panic', 'lossless'],
    ['hang-and-wake', 'vendor'],
  ])('follows from what was reported before: %s, %s', (experiment, profile) => {
    const { stories, book } = conducted(experiment, '--seed', '5', '--set', `profile=${profile}`);
    expect(book.records).toBeGreaterThan(400);
    expect(stories.flatMap(problemsOf)).toEqual([]);
    expect(new Set([...book.all()].map((r) => r.kind))).toContain('taken_over');
  });

  it('agrees with the ledger about those that were lost for want of a copy; what is not reported began right before', () => {
    const { folder, rows, stories, book } = conducted('double-panic', '--seed', '7');
    const table = join(runsFolder, 'flows.csv');
    const { losses } = readLosses(folder);
    const lost = losses.connections.listed.filter((c) => c.faultAtMs !== null);
    expect(lost.length).toBeGreaterThan(20);
    const head = readRunHead(folder);
    const number = (id: string | null): number => head.plan.securityGroup.members.findIndex((m) => m.id === id) + 1;
    for (const { id, tuple, cause, faultAtMs, member } of lost) {
      const at = rows.findIndex((row) => row.id === id);
      const begun = stories[at]!.findLast((r) => r.kind === 'opened' || r.kind === 'taken_over');
      if (begun === undefined) {
        expect([tuple, rows[at]!.openedMs! > faultAtMs! - REPORT_EVERY_MS]).toEqual([tuple, true]);
        continue;
      }
      // Where two members are gone the one that it is put down to need not be the one that it began at.
      if (cause !== 'not_yet_synced') continue;
      const isCopied = stories[at]!.some((r) => r.kind === 'in_step');
      expect([tuple, begun.member, isCopied]).toEqual([tuple, number(member), false]);
    }
    const { rows: exported } = say<{ rows: number }>(
      'export',
      folder,
      '--format',
      'csv',
      '--what',
      'flows',
      '--to',
      table,
    );
    const [names, ...lines] = readFileSync(table, 'utf8').trimEnd().split('\r\n');
    expect([exported, lines.length, names!.split(',').slice(0, 5)]).toEqual([
      book.records,
      book.records,
      ['at', 'member', 'life', 'number', 'kind'],
    ]);
    type Losses = { connections: { listed: { reported: unknown }[] }; reported: { records: number; lost: unknown } };
    const said = say<Losses>('losses', folder);
    const unreported = said.connections.listed.filter((c) => c.reported === null).length;
    const all = said.connections.listed.length;
    expect(said.reported.lost).toEqual({ reported: all - unreported, unreported });
  });

  it('is nothing where they are told not to, and changes no decision', () => {
    const [on, off] = [
      conducted('double-panic', '--seed', '7'),
      conducted('double-panic', '--seed', '7', '--set', 'flow.records=false'),
    ];
    expect(off.book.records).toBe(0);
    expect(off.rows).toEqual(on.rows);
  });
});
