import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Traffic } from '@rehearsal/experiment';
import { loadFabric } from '@rehearsal/fabric';
import type { RunRecord } from '@rehearsal/lab-port';
import { frameBytes, readCapture } from '@rehearsal/packets';
import { SimLab } from '@rehearsal/simulator';
import type { LedgerSummary } from '@rehearsal/traffic';
import { carryOut, findVerb, readSet } from '@rehearsal/verbs';
import { roleFactories } from './labs.js';
import { createServices } from './services.js';
import { settle } from './testing/settled-lab.js';

const FABRIC = join(import.meta.dirname, '../../../examples/fabrics/hide-nat.fabric.yaml');
const TRAFFIC = {
  connections: 120,
  packetsPerSec: 600,
  durationMs: 4000,
  mix: { https: 70, ssh: 10, dns: 10, ping: 10 },
};
/** Losses are found by silence alone, so that packets go to a member that is gone. */
const SILENT = { 'detector.socketLoss': false };

interface Lived {
  readonly record: RunRecord;
  readonly ledger: LedgerSummary;
}

interface Seen {
  readonly on: string;
  readonly comment: string;
  readonly us: number;
  readonly origLen: number;
  readonly bytes: Uint8Array;
}

let folder: string;

/** Member 1_03 panics while packets flow behind hide NAT. With a name, packets are captured into the run of that name. */
async function lived(profile: 'vendor' | 'lossless', name?: string, limits: object = {}): Promise<Lived> {
  const plan = loadFabric(FABRIC, { profile, overrides: SILENT });
  const run = join(folder, 'runs', name ?? '');
  const capture = { maxPackets: 1e6, maxBytes: 1e8, ...limits, file: join(run, 'packets.capture') };
  const factories = roleFactories(plan, 'spec', name === undefined ? undefined : capture);
  const lab = new SimLab({ plan, seed: 11, factories });
  try {
    await settle(lab);
    const traffic = new Traffic(lab);
    await traffic.start(TRAFFIC);
    await lab.waitMs(1500);
    await lab.kill({ role: 'member', id: '1_03' }, { rebootAfterMs: 1000 });
    await lab.command(
      { role: 'outside-world', id: 'outside' },
      { name: 'finish', args: { deadlineMs: 60_000 } },
      70_000,
    );
    const ledger = await traffic.ledger();
    const record = await lab.collect();
    await lab.down();
    if (name !== undefined) {
      const { log: _log, notes: _notes, metrics: _metrics, ...head } = record;
      writeFileSync(join(run, 'run.json'), JSON.stringify({ ...head, runId: name, build: 'b', machines: [] }));
    }
    return { record, ledger };
  } finally {
    await lab.down();
  }
}

const rehearse = async (...words: string[]): ReturnType<typeof carryOut> => {
  const { entry, rest } = findVerb(words);
  const say = (): void => {};
  const context = {
    services: createServices(say),
    set: readSet([]),
    runsFolder: join(folder, 'runs'),
    say,
    cwd: folder,
  };
  return carryOut((await entry.load()).default, rest, context);
};

/** The packets of an export, and what the command said of them. */
async function exported(run: string, ...words: string[]): Promise<{ seen: Seen[]; said: Record<string, unknown> }> {
  const { status, stdout, stderr } = await rehearse(
    'export',
    run,
    '--format',
    'pcapng',
    '--to',
    `${run}.pcapng`,
    ...words,
    '--json',
  );
  expect([status, stderr]).toEqual([0, '']);
  const capture = readCapture(readFileSync(join(folder, `${run}.pcapng`)));
  const seen: Seen[] = [];
  for (const f of capture) {
    const us = f.seconds * 1e6 + f.nanoseconds / 1000;
    const bytes = Uint8Array.from(frameBytes(capture, f));
    seen.push({ on: f.interfaceName, comment: f.comment, us, origLen: f.origLen, bytes });
  }
  expect(capture.partial).toBeUndefined();
  return { seen, said: (JSON.parse(stdout) as { captured: Record<string, unknown> }).captured };
}

/** How many packets have a comment like that, by what is in its group; by interface where it has none. */
function count(seen: readonly Seen[], like: RegExp): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { comment } of seen) {
    const found = like.exec(comment);
    if (found === null) continue;
    const name = found[1] ?? '';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

describe('a run with its packets captured', () => {
  let vendor: Lived;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rehearse-packets-'));
    mkdirSync(join(folder, 'runs', 'r1'), { recursive: true });
    vendor = await lived('vendor', 'r1');
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is the same as without, commit for commit and packet for packet', async () => {
    const plain = await lived('vendor');
    expect(vendor.record.log).toEqual(plain.record.log);
    expect(vendor.ledger).toEqual(plain.ledger);
    expect(vendor.record.metrics).toEqual(plain.record.metrics);
  }, 120_000);

  it('says of every packet what the ledger says, on the interface of the member that had it', async () => {
    const { ledger, record } = vendor;
    const { seen, said } = await exported('r1');
    expect(ledger.unexplained).toBe(0);
    expect(total(ledger.lost)).toBeGreaterThan(0);
    expect(ledger.correction.packets).toBeGreaterThan(0);
    expect(said).toMatchObject({ packets: ledger.sent, delivered: ledger.delivered, shortOf: [] });
    expect(said).toMatchObject({ dropped: ledger.dropped, lost: ledger.lost, unexplained: 0, copies: 0, late: 0 });
    expect(seen.length).toBe(ledger.sent);
    expect(total(count(seen, /^delivered by (1_0\d) after/))).toBe(ledger.delivered);
    expect(count(seen, /^dropped by .*: (\w+) \[/)).toEqual(ledger.dropped);
    expect(count(seen, /^lost (?:in|on the way to|with) .*: (\w+) \[/)).toEqual(ledger.lost);
    expect(total(count(seen, /; corrected: judged by (1_0\d), which serves its connection/))).toBe(
      ledger.correction.packets,
    );
    for (const { on, comment } of seen) {
      const member = /^(?:delivered by|dropped by|lost in|lost on the way to) (1_\d\d) after/.exec(comment)?.[1];
      expect(member ?? 'outside').toBe(on);
      expect(comment).not.toContain(`by ${on}, which serves`);
    }
    // Whoever was lost has the packets that were lost.
    expect(new Set(seen.filter((s) => s.comment.startsWith('lost')).map((s) => s.on))).toEqual(new Set(['1_03']));
    expect(said['interfaces'] as object).toEqual({
      outside: 0,
      ...Object.fromEntries(
        record.plan.securityGroup.members.map(({ id }) => [id, seen.filter((s) => s.on === id).length]),
      ),
    });
    const times = seen.map((s) => s.us);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]! / 1000).toBeGreaterThan(record.startedAtMs);
    expect(times.at(-1)! / 1000).toBeLessThan(record.endedAtMs);
  });

  it('cuts packets to their headers unless payload is asked for, and says how long they were', async () => {
    const cut = (await exported('r1')).seen;
    const whole = (await exported('r1', '--payload')).seen;
    expect(whole.length).toBe(cut.length);
    let isShorter = 0;
    for (const [i, { bytes, origLen, comment }] of cut.entries()) {
      const all = whole[i]!;
      expect([origLen, comment]).toEqual([all.origLen, all.comment]);
      expect(all.bytes.length).toBe(all.origLen);
      expect(Buffer.from(bytes).equals(all.bytes.subarray(0, bytes.length))).toBe(true);
      // Headers alone: IPv4 and TCP, UDP or ICMP.
      expect(bytes.length).toBe(all.bytes[9] === 6 ? 40 : 28);
      if (bytes.length < all.bytes.length) isShorter++;
    }
    expect(isShorter).toBeGreaterThan(100);
  });

  it('goes into the folder of the run where nothing else is said, and says so', async () => {
    const { status, stdout } = await rehearse('export', 'r1', '--format', 'pcapng');
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /^\d+ packets in runs\/r1\/packets\.pcapng: delivered \d+, dropped .*, lost .*, unexplained 0\n/,
    );
    expect(existsSync(join(folder, 'runs/r1/packets.pcapng'))).toBe(true);
  });

  it('tells packets that were steered again when their member was lost', async () => {
    mkdirSync(join(folder, 'runs', 'r2'));
    const { ledger } = await lived('lossless', 'r2');
    const { seen } = await exported('r2');
    expect([ledger.lost, ledger.unexplained, seen.length]).toEqual([{}, 0, ledger.sent]);
    const again = seen.filter((s) => s.comment.includes('; re-steered on the way'));
    expect(again.length).toBeGreaterThan(3);
    expect(again.every((s) => s.on !== '1_03' && s.comment.startsWith('delivered by'))).toBe(true);
  }, 120_000);

  it('stops at its limit, and says so in the export', async () => {
    mkdirSync(join(folder, 'runs', 'r3'));
    const { ledger, record } = await lived('vendor', 'r3', { maxPackets: 500 });
    expect(record.log).toEqual(vendor.record.log);
    expect(record.notes.filter((n) => n.code === 'packet_capture_full')).toMatchObject([{ fields: { packets: 500 } }]);
    const { seen, said } = await exported('r3');
    expect(seen.length).toBe(500);
    const missed = ledger.sent - 500;
    const sentence = `The capture reached its limit (--capture-max-packets) at `;
    expect(said['shortOf']).toEqual([expect.stringContaining(sentence)]);
    expect((said['shortOf'] as string[])[0]).toContain(`: it lacks ${missed} later packets.`);
    const text = new TextDecoder('latin1').decode(readFileSync(join(folder, 'r3.pcapng')));
    expect(text).toContain(sentence);
  }, 120_000);

  it('refuses runs without a capture, and says how to have one', async () => {
    const bare = join(folder, 'runs', 'bare');
    mkdirSync(bare);
    writeFileSync(join(bare, 'run.json'), readFileSync(join(folder, 'runs/r1/run.json')));
    const { status, stdout, stderr } = await rehearse('export', 'bare', '--format', 'pcapng');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(
      'has no packet capture. Conduct it again with one: rehearse run EXPERIMENT --capture-packets',
    );
    writeFileSync(join(bare, 'packets.capture'), 'something else altogether');
    const damaged = await rehearse('export', 'bare', '--format', 'pcapng');
    expect(damaged.status).toBe(2);
    expect(damaged.stderr).toContain('at byte 0: expected the beginning of a packet capture');
  });
});
