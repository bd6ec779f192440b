import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const main = join(import.meta.dirname, '..', '..', '..', 'apps', 'cli', 'dist', 'main.js');

const PANIC = `title: small
description: a small fabric
steady-state-hypothesis:
  title: all members serve
  probes:
    - type: probe
      name: two active
      tolerance: 0
      provider: {type: process, path: rehearse, arguments: [wait, members-active, --equals, 2, --timeout-sec, 30]}
method:
  - type: action
    name: panic
    provider: {type: process, path: rehearse, arguments: [fault, panic, '1_02']}
  - type: probe
    name: it is lost
    tolerance: 0
    provider: {type: process, path: rehearse, arguments: [wait, members-active, --at-most, 1, --timeout-sec, 20]}
extensions:
  - name: rehearsal
    fabric: small.fabric.yaml
    warmUpSec: 1
    traffic: {connections: 60, packetsPerSec: 1000, durationMs: 9000, retransmit: {firstMs: 500, maxMs: 1000, giveUpAfter: 2}}
`;

interface Ledger {
  readonly sent: number;
  readonly delivered: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly lost: Readonly<Record<string, number>>;
}

interface Captured extends Omit<Ledger, 'sent'> {
  readonly packets: number;
  readonly unexplained: number;
  readonly interfaces: Readonly<Record<string, number>>;
  readonly shortOf: readonly string[];
}

/** What tshark reads of each packet. */
function tshark(file: string): { on: string; comment: string; length: number; captured: number; sec: number }[] {
  const fields = ['frame.interface_name', 'frame.comment', 'frame.len', 'frame.cap_len', 'frame.time_epoch'];
  const args = ['-r', file, '-T', 'fields', '-E', 'separator=/t', ...fields.flatMap((field) => ['-e', field])];
  let text: string;
  try {
    text = execFileSync('tshark', args, { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const install = 'apt-get install -y --no-install-recommends tshark';
    throw new Error(`there is no tshark to read the export with; install it:  ${install}`, { cause: error });
  }
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [on = '', comment = '', length, captured, sec] = line.split('\t');
      return { on, comment, length: Number(length), captured: Number(captured), sec: Number(sec) };
    });
}

function counted(names: Iterable<string | undefined>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

describe('packets of a live fabric, as tshark reads them', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const rehearse = (...words: string[]): string => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], {
      cwd: folder,
      env,
      encoding: 'utf8',
      timeout: 180_000,
    });
    if (status !== 0) throw new Error(`rehearse ${words.join(' ')}: exit code ${status}\n${stdout}\n${stderr}`);
    return stdout;
  };
  const exported = (file: string): Captured => {
    const out = rehearse('export', 'latest', '--format', 'pcapng', '--to', file, '--json');
    return (JSON.parse(out) as { captured: Captured }).captured;
  };
  const ledgerOf = (run: string): Ledger =>
    (JSON.parse(readFileSync(join(folder, run, 'ledger.json'), 'utf8')) as { summary: Ledger }).summary;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rehearse-packets-'));
    env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
    writeFileSync(
      join(folder, 'small.fabric.yaml'),
      'fabric: small\nprofile: vendor\nsecurityGroups: {SG1: {members: 2}}\ntraffic: {connections: 40, packetsPerSec: 300}\n',
    );
    writeFileSync(join(folder, 'panic.yaml'), PANIC);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Holds what tshark reads against what the command and the ledger of the run say. */
  function compare(file: string, said: Captured, ledger: Ledger): ReturnType<typeof tshark> {
    expect(said).toMatchObject({ packets: ledger.sent, delivered: ledger.delivered, unexplained: 0, shortOf: [] });
    expect([said.dropped, said.lost]).toEqual([ledger.dropped, ledger.lost]);
    const seen = tshark(join(folder, file));
    expect(seen.length).toBe(ledger.sent);
    const busy = Object.entries(said.interfaces).filter(([, packets]) => packets > 0);
    expect(counted(seen.map((s) => s.on))).toEqual(Object.fromEntries(busy));
    expect(seen.filter((s) => s.comment.startsWith('delivered by ')).length).toBe(ledger.delivered);
    const named = (word: string): Record<string, number> =>
      counted(seen.map((s) => new RegExp(`^${word} .*: (\\w+)(?:;.*)? \\[packet`).exec(s.comment)?.[1]));
    expect(named('dropped')).toEqual(ledger.dropped);
    expect(named('lost')).toEqual(ledger.lost);
    for (const { length, captured } of seen) expect(captured).toBeLessThanOrEqual(length);
    return seen;
  }

  it('have an interface a member and a comment each, which add up to the ledger of a run with a panic', () => {
    const result = JSON.parse(rehearse('run', 'panic.yaml', '--live', '--capture-packets', '--json')) as {
      readonly folder: string;
      readonly verdict: string;
    };
    const ledger = ledgerOf(result.folder);
    expect(Object.keys(ledger.lost).length).toBeGreaterThan(0);
    const seen = compare('run.pcapng', exported('run.pcapng'), ledger);
    expect(new Set(seen.filter((s) => s.comment.startsWith('lost')).map((s) => s.on))).toEqual(new Set(['1_02']));
    expect(seen.some((s) => s.captured < s.length)).toBe(true);
    const head = JSON.parse(readFileSync(join(folder, result.folder, 'run.json'), 'utf8')) as Record<string, number>;
    expect(seen[0]!.sec * 1000).toBeGreaterThan(head['startedAtMs']!);
    expect(seen.at(-1)!.sec * 1000).toBeLessThan(head['endedAtMs']!);
  }, 240_000);

  it('are captured of a fabric that stays up, and are in its folder once it is down', () => {
    rehearse('up', 'small.fabric.yaml', '--capture-packets', '--links=false');
    try {
      rehearse('wait', 'connections-open', '--at-least', '10', '--timeout-sec', '30');
    } finally {
      rehearse('down');
    }
    const { run } = JSON.parse(rehearse('export', 'latest', '--format', 'pcapng', '--json')) as {
      readonly run: string;
    };
    const ledger = ledgerOf(run);
    expect(ledger.sent).toBeGreaterThan(0);
    compare('up.pcapng', exported('up.pcapng'), ledger);
  }, 240_000);
});
