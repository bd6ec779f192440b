import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readCapture } from '@rehearsal/packets';
import { emitAux, REASONS } from '@rehearsal/protocol';
import { HOW, PacketCapture, type CaptureLimits, type How } from '@rehearsal/traffic';
import { packetsAsPcapng } from './packets.js';

const HEAD = {
  runId: 'r1',
  world: 'simulated',
  plan: {
    fabric: 'branch',
    profile: 'vendor',
    orchestrators: ['1_1'],
    securityGroup: { name: 'SG1', members: [{ id: '1_01' }, { id: '1_02' }] },
  },
};
const LIMITS: CaptureLimits = { maxPackets: 1000, maxBytes: 100_000 };

describe('the export of a packet capture', () => {
  let folder: string;
  let chunks: Uint8Array[];
  let refuses: boolean;

  const begun = (limits = LIMITS): PacketCapture => {
    const take = (words: Int32Array): boolean => {
      if (!refuses) chunks.push(new Uint8Array(words.slice().buffer));
      return !refuses;
    };
    const end = (words: Int32Array, done: () => void): void => {
      refuses = false;
      take(words);
      done();
    };
    return new PacketCapture(limits, { heldBytes: 0, write: take, end }, 0);
  };
  const send = (capture: PacketCapture, tag: number, ms: number): void =>
    capture.sent(tag, 1, 0, 0, Int32Array.of(0x45, 0, 0, 0, 0, 0), 0, 24, ms);
  const say = (capture: PacketCapture, tag: number, how: How, member: number, ms: number, code = 0): void =>
    capture.fate(tag, how, code, 0, emitAux(0, member), ms);
  /** Interface, ms and the beginning of the comment of each packet. */
  const seen = (): { readonly rows: unknown[]; readonly counts: object } => {
    writeFileSync(join(folder, 'packets.capture'), Buffer.concat(chunks));
    const { bytes, counts } = packetsAsPcapng(folder, { payload: true });
    const rows = [];
    for (const f of readCapture(bytes)) {
      rows.push([f.interfaceName, f.seconds * 1000 + f.nanoseconds / 1e6, f.comment.split(' after')[0]]);
    }
    return { rows, counts };
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'export-packets-'));
    chunks = [];
    refuses = false;
    writeFileSync(join(folder, 'run.json'), JSON.stringify(HEAD));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('has packets when they were sent, and copies and late ones when they came', () => {
    const capture = begun();
    for (const tag of [1, 2, 3]) send(capture, tag, tag * 10);
    say(capture, 1, HOW.delivered, 1, 12);
    say(capture, 2, HOW.presumed, 0, 25, REASONS.orchestrator_lost);
    say(capture, 1, HOW.copy, 2, 27);
    say(capture, 2, HOW.overtaken, 1, 40);
    say(capture, 3, HOW.judged, 0, 41, REASONS.hold_overflow);
    capture.end(50, () => {});
    const { rows, counts } = seen();
    expect(rows).toEqual([
      ['1_01', 10, 'delivered by 1_01'],
      ['outside', 20, 'lost with orchestrator 1_1'],
      ['1_02', 27, 'copy by 1_02'],
      ['outside', 30, 'dropped by orchestrator 1_1'],
      ['1_01', 40, 'came out late by 1_01'],
    ]);
    expect(counts).toEqual({
      packets: 3,
      delivered: 1,
      dropped: { hold_overflow: 1 },
      lost: { orchestrator_lost: 1 },
      unexplained: 0,
      copies: 1,
      late: 1,
      interfaces: { outside: 2, '1_01': 2, '1_02': 1 },
      shortOf: [],
    });
  });

  it('says what is missing where the disk did not keep up', () => {
    const capture = begun();
    send(capture, 1, 10);
    capture.flush(10);
    refuses = true;
    send(capture, 2, 20);
    say(capture, 1, HOW.delivered, 1, 21);
    capture.flush(22);
    capture.end(30, () => {});
    const { rows, counts } = seen();
    expect(rows).toEqual([['outside', 10, 'no word of the fabric was captured [packet 1, connection 1]']]);
    expect(counts).toMatchObject({
      unexplained: 1,
      shortOf: ['The capture lacks 1 packet and 1 word about packets: its file could not be written fast enough.'],
    });
  });

  it('says when a limit was reached, and what that left out', () => {
    const capture = begun({ ...LIMITS, maxPackets: 1 });
    for (const tag of [1, 2, 3]) send(capture, tag, tag * 10);
    capture.end(30, () => {});
    expect(seen().counts).toMatchObject({
      packets: 1,
      shortOf: [
        'The capture reached its limit (--capture-max-packets) at 1970-01-01T00:00:00.020Z: it lacks 2 later packets.',
      ],
    });
  });

  it('says that the end is missing, or that the file is damaged', () => {
    const capture = begun();
    send(capture, 1, 10);
    capture.flush(10);
    const noEnd = 'The process that captured ended without a word: its last packets may be missing.';
    expect(seen().counts).toMatchObject({ packets: 1, shortOf: [noEnd] });
    chunks.push(Uint8Array.of(99, 0, 0, 0));
    const damaged = 'The file is damaged at byte 64: the rest is not read.';
    expect(seen().counts).toMatchObject({ packets: 1, shortOf: [damaged] });
  });
});
