import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  logFaults,
  makeKeyPair,
  proveGrowth,
  readCheckpoints,
  readRunLog,
  readSigner,
  readVerifier,
  signatureFaults,
  signCheckpoint,
  treesOf,
} from '@rehearsal/audit';
import type { RunLog } from '@rehearsal/audit';
import { encodeCommit } from '@rehearsal/kernel';
import * as fc from 'fast-check';
import { MemoryOutlet } from '@rehearsal/outlet/testing';
import { MemoryArchive } from '../testing/memory-archive.js';
import type { MemoryLog } from '../testing/memory-archive.js';
import { archivedMessage } from '../testing/messages.js';
import { CheckpointSigner } from './checkpoint-signer.js';

const PAIR = makeKeyPair('example.com/lab', new Uint8Array(32).fill(7));
const VERIFIER = readVerifier(PAIR.verifierKey);
const PLACE = { fabric: 'demo', run: 'r1', site: 1 };
const EVERY_MS = 60_000;

let dir: string;
let keyFile: string;
let file: string;
let store: MemoryArchive;
let log: MemoryLog;
const lives: Life[] = [];

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rehearsal-checkpoints-'));
  keyFile = join(dir, 'audit.key');
  file = join(dir, 'published', 'checkpoints.txt');
  writeFileSync(keyFile, `${PAIR.privateKey}\n`);
  store = new MemoryArchive();
  await store.openLog({ run: 'another', stream: 'demo_LOG_1' });
  log = await store.openLog({ run: 'r1', stream: 'demo_LOG_1' });
});
afterEach(async () => {
  for (const life of lives.splice(0)) await life.end();
  rmSync(dir, { recursive: true, force: true });
});

/** One run of the process that signs, whose time passes when it is told to. */
class Life {
  readonly signer: CheckpointSigner;
  readonly notes: string[] = [];
  readonly counts = new Map<string, number>();
  #due = new Set<{ delayMs: number; run: () => void }>();

  constructor(more: { site?: number; outlet?: MemoryOutlet } = {}) {
    const { site = 1, outlet } = more;
    const parts = { keyFile, file, everyMs: EVERY_MS, place: { ...PLACE, site }, outlet };
    this.signer = new CheckpointSigner(parts, {
      after: (delayMs, run) => {
        const timer = { delayMs, run };
        this.#due.add(timer);
        return () => this.#due.delete(timer);
      },
      count: (id, n) => this.counts.set(id, n),
      note: (_level, code) => this.notes.push(code),
    });
    lives.push(this);
    this.signer.start(log, 0, store);
  }

  /** What begins now, or once the time has come, is done. */
  async settled(): Promise<this> {
    for (let i = 0; i < 300; i++) await Promise.resolve();
    return this;
  }

  async interval(): Promise<this> {
    await this.settled();
    const due = [...this.#due].filter(({ delayMs }) => delayMs === EVERY_MS);
    for (const timer of due) {
      this.#due.delete(timer);
      timer.run();
    }
    return this.settled();
  }

  get status(): Readonly<Record<string, unknown>> {
    return this.signer.status();
  }

  async end(): Promise<void> {
    const stopped = this.signer.stop(1_000);
    await this.settled();
    await stopped;
  }
}

async function grow(to: number, of: MemoryLog = log): Promise<void> {
  const from = await of.checkpoint();
  await of.append(Array.from({ length: to - from }, (_, i) => archivedMessage(from + i + 1)));
}

const published = () => readCheckpoints(existsSync(file) ? readFileSync(file, 'utf8') : '');
const sizes = (): number[] => published().map(({ trees }) => trees.reduce((sum, { size }) => sum + size, 0));

/** The log as somebody else reads it. */
function theLog(...of: readonly MemoryLog[]): Promise<RunLog> {
  const sources = of.map(({ messages }, i) => ({ site: i + 1, commits: () => messages.map(({ bytes }) => bytes) }));
  return readRunLog(PLACE, sources);
}

describe('checkpoints of an archived log', () => {
  it('are signed again and again as it grows, each fitting the log and the one before', async () => {
    const life = await new Life().settled();
    expect(life.status).toMatchObject({ state: 'signs', commits: 0 });
    // The first there is does not wait for its time.
    await grow(3);
    life.signer.grown();
    await life.settled();
    expect(sizes()).toEqual([3]);
    await life.interval();
    await grow(2_500);
    life.signer.grown();
    await life.settled();
    expect(sizes()).toEqual([3]);
    await life.interval();
    await grow(2_504);
    await life.end();
    expect(sizes()).toEqual([3, 2_500, 2_504]);
    expect(life.status).toEqual({ state: 'signs', file, everySeconds: 60, commits: 2_504, signer: expect.any(String) });
    expect(life.counts.get('checkpoint_commits_now')).toBe(2_504);
    const all = await theLog(log);
    for (const checkpoint of published()) {
      expect([...signatureFaults(checkpoint, VERIFIER), ...logFaults(all, checkpoint)]).toEqual([]);
    }
    const [first, second, third] = published();
    expect(proveGrowth(all, first!, second!).faults).toEqual([]);
    expect(proveGrowth(all, second!, third!).faults).toEqual([]);
  });

  it('are none without a key, which is said in words, and begin once there is one', async () => {
    rmSync(keyFile);
    await grow(5);
    const life = await new Life().settled();
    expect(life.status).toMatchObject({
      state: 'unsigned',
      commits: 0,
      reason: `there is no key at ${keyFile}; make one: rehearse audit key`,
    });
    expect(existsSync(file)).toBe(false);
    writeFileSync(keyFile, PAIR.privateKey);
    await life.interval();
    expect(sizes()).toEqual([5]);
    expect(life.status).toMatchObject({ state: 'signs' });
  });

  it('go on after a restart, whatever is killed when, and are one growing log', async () => {
    const step = fc.record({ more: fc.nat(40), how: fc.constantFrom('interval', 'end', 'kill') });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
        rmSync(file, { force: true });
        log.messages = [];
        let life = await new Life().settled();
        for (const { more, how } of steps) {
          await grow((await log.checkpoint()) + more);
          if (how === 'interval') await life.interval();
          else {
            if (how === 'end') await life.end();
            life = await new Life().settled();
          }
        }
        await life.end();
        const all = await theLog(log);
        const covered = sizes();
        expect(covered).toEqual([...new Set(covered)].sort((a, b) => a - b));
        expect(covered.at(-1) ?? 0).toBe(log.messages.length);
        expect(published().flatMap((one) => logFaults(all, one))).toEqual([]);
      }),
      { numRuns: 12 },
    );
  });

  it.each([
    [
      'one byte of a commit changed',
      (): void => {
        const bytes = Uint8Array.from(log.messages[3]!.bytes);
        bytes[5]! ^= 1;
        log.messages[3] = { ...log.messages[3]!, bytes };
      },
      /^the archive does not fit the checkpoint of 9 commits in .*: root: expected root .* over the first 9 commits/,
    ],
    [
      'two commits swapped',
      (): void => {
        const [a, b] = [log.messages[2]!, log.messages[3]!];
        log.messages.splice(2, 2, { ...a, bytes: b.bytes }, { ...b, bytes: a.bytes });
      },
      /: root: expected root /,
    ],
    ['a commit removed', (): void => void log.messages.splice(4, 1), /^sequence 5 of log demo_LOG_1 is missing/],
    [
      'the checkpoint forged',
      (): void => {
        const text = readFileSync(file, 'utf8');
        writeFileSync(file, text.replace('\n9\n', '\n8\n'));
      },
      /^the archive does not fit the checkpoint of 8 commits in .*: signature: expected .* a signature that is not of this text/,
    ],
  ])('are refused after %s, and nothing more is signed', async (_what, tamper, reason) => {
    await grow(9);
    await (await new Life().settled()).end();
    tamper();
    const before = readFileSync(file, 'utf8');
    await grow(12);
    const life = await (await new Life().settled()).interval();
    expect(life.status).toMatchObject({ state: 'refused', reason: expect.stringMatching(reason) });
    expect(life.counts.get('checkpoint_refused_now')).toBe(1);
    expect(life.notes).toEqual(['checkpoint_refused']);
    await life.end();
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('wait for an archive that is behind what was signed by hand', async () => {
    await grow(9);
    const all = await theLog(log);
    const signer = readSigner(PAIR.privateKey);
    await new Life().end();
    log.messages.splice(6);
    rmSync(file);
    appendFileSync(file, signCheckpoint(all.origin, treesOf(all), signer).signedText);
    const life = await new Life().settled();
    expect(life.status).toMatchObject({
      state: 'behind',
      reason: expect.stringMatching(/: size: expected at least 9/),
    });
    await grow(11);
    await life.interval();
    expect(life.status).toMatchObject({ state: 'signs', commits: 11 });
    expect(sizes()).toEqual([9, 11]);
  });

  it('end with the run: what processes decide while they are stopped is in none', async () => {
    await grow(4);
    const closed = encodeCommit({
      id: 'c',
      stream: 'run.r1',
      version: 2,
      prev: 'a'.repeat(64),
      input: { type: 'close', id: 'i', at: 5, from: 'command' },
      events: [{ type: 'RunClosed' }],
      principal: { name: 'lab', known: 'service' },
      build: 'b',
      time: { ms: 1, count: 0 },
    });
    const life = await new Life().settled();
    await log.append([
      archivedMessage(5, { bytes: closed }),
      archivedMessage(6, { subject: 'demo.log.1.run.r1', bytes: closed }),
    ]);
    await grow(9);
    await life.interval();
    await life.interval();
    await life.end();
    await (await new Life().settled()).end();
    expect(sizes()).toEqual([4, 6]);
  });

  it('cover all sites of the run, signed by the archive of the lowest', async () => {
    const other = await store.openLog({ run: 'r1', stream: 'demo_LOG_2' });
    await grow(3);
    await grow(5, other);
    const second = await new Life({ site: 2 }).settled();
    expect(second.status).toMatchObject({ state: 'unsigned', reason: 'the archive of site 1 signs for all sites' });
    const first = await new Life().settled();
    await grow(6, other);
    await first.interval();
    expect(published().map(({ trees }) => trees.map(({ site, size }) => [site, size]))).toEqual([
      [
        [1, 3],
        [2, 5],
      ],
      [
        [1, 3],
        [2, 6],
      ],
    ]);
    const all = await theLog(log, other);
    expect(published().flatMap((one) => logFaults(all, one))).toEqual([]);
  });

  it('stand beside those of other runs and keys, and are not added to what cannot be read', async () => {
    await grow(3);
    const stranger = readSigner(makeKeyPair('stranger', new Uint8Array(32).fill(9)).privateKey);
    const lie = { site: 1, size: 70, root: new Uint8Array(32) };
    const text = [
      signCheckpoint('rehearsal/demo/r1/1', [lie], stranger).signedText,
      signCheckpoint('rehearsal/demo/r2/1', [lie], readSigner(PAIR.privateKey)).signedText,
    ].join('\n');
    await (await new Life().settled()).end();
    writeFileSync(file, text);
    await (await new Life().settled()).end();
    expect(readFileSync(file, 'utf8').startsWith(text)).toBe(true);
    expect(sizes()).toEqual([70, 70, 3]);
    appendFileSync(file, '\nno checkpoint\n');
    await grow(4);
    const life = await new Life().settled();
    expect(life.status).toMatchObject({ state: 'away', reason: expect.stringMatching(/checkpoints\.txt: line \d+: /) });
    expect(life.notes).toEqual(['checkpoint_away']);
    await life.end();
    expect(readFileSync(file, 'utf8').endsWith('\nno checkpoint\n')).toBe(true);
  });

  it('never show the key, not even one that cannot be read', async () => {
    await grow(3);
    writeFileSync(keyFile, PAIR.privateKey.slice(0, -4));
    const life = await new Life().settled();
    expect(life.status).toMatchObject({ state: 'away', reason: expect.stringContaining(keyFile) });
    expect(JSON.stringify([life.status, life.notes])).not.toContain(PAIR.privateKey.slice(-20, -4));
  });

  it('are published elsewhere, too, each once, and go on there', async () => {
    const outlet = new MemoryOutlet();
    await grow(3);
    const life = await new Life({ outlet }).settled();
    await grow(5);
    outlet.isAway = true;
    await life.interval();
    await life.end();
    outlet.isAway = false;
    await grow(8);
    await (await new Life({ outlet }).settled()).end();
    expect(outlet.events().map(({ body }) => body)).toEqual(published().map(({ signedText }) => signedText));
    expect(outlet.events().map(({ series, seq }) => `${series}/${seq}`)).toEqual([
      'rehearsal/demo/r1/1/3',
      'rehearsal/demo/r1/1/5',
      'rehearsal/demo/r1/1/8',
    ]);
    expect(log.positions).toEqual([{ name: 'checkpoints: memory 1', seq: 8 }]);
  });
});
