import { describe, expect, it } from '@jest/globals';
import {
  checksumOk,
  LINK,
  PacketView,
  TCP_PAYLOAD_AT,
  TCP_FLAG,
  UDP_PAYLOAD_AT,
  writePcap,
  writeTcp,
  writeUdp,
} from '@rehearsal/packets';
import { Layout } from '../layout.js';
import { Ledger } from '../ledger/ledger.js';
import { connectionRows } from '../ledger/ledger-report.js';
import { TrafficSource } from '../traffic-source.js';
import { resolvePlan } from '../workload/plan.js';
import { readRecording } from './recording.js';

const ip = (text: string): number => text.split('.').reduce((n, part) => (n << 8) | Number(part), 0);
const CLIENT = ip('192.0.2.1');
const SERVER = ip('192.0.2.9');
const GROUP = ip('224.0.0.251');

function tcp(src: number, srcPort: number, dst: number, dstPort: number, payload = 0): Uint8Array {
  const bytes = new Uint8Array(TCP_PAYLOAD_AT + payload).fill(7);
  writeTcp(
    bytes,
    0,
    { src, dst, srcPort, dstPort, ipId: 1, ttl: 64, seq: 1, ack: 1, flags: TCP_FLAG.ack, window: 1 },
    payload,
  );
  return bytes;
}

function udp(src: number, srcPort: number, dst: number, dstPort: number, payload: number): Uint8Array {
  const bytes = new Uint8Array(UDP_PAYLOAD_AT + payload).fill(3);
  writeUdp(bytes, 0, { src, dst, srcPort, dstPort, ipId: 77, ttl: 64 }, payload);
  return bytes;
}

/** The UDP datagram above in two fragments; as routers make them, the checksum spans both. */
function fragments(whole: Uint8Array): [Uint8Array, Uint8Array] {
  const first = whole.slice(0, 20 + 16);
  const second = new Uint8Array(whole.length - 16);
  second.set(whole.subarray(0, 20));
  second.set(whole.subarray(36), 20);
  first[3] = first.length;
  first[6] = 0x20;
  second[3] = second.length;
  second[6] = 0;
  second[7] = 2;
  return [first, second].map((bytes) => {
    bytes[10] = bytes[11] = 0;
    let sum = 0;
    for (let i = 0; i < 20; i += 2) sum += ((bytes[i] as number) << 8) | (bytes[i + 1] as number);
    sum = ~((sum & 0xffff) + (sum >>> 16)) & 0xffff;
    bytes[10] = sum >>> 8;
    bytes[11] = sum & 255;
    return bytes;
  }) as [Uint8Array, Uint8Array];
}

function ethernet(type: number, payload: Uint8Array, padTo = 0): Uint8Array {
  const frame = new Uint8Array(Math.max(14 + payload.length, padTo));
  frame[12] = type >>> 8;
  frame[13] = type & 255;
  frame.set(payload, 14);
  return frame;
}

const [FIRST, SECOND] = fragments(udp(CLIENT, 5000, SERVER, 53, 40));
const ARP = new Uint8Array(28).fill(1);
const FRAMES: readonly (readonly [number, Uint8Array])[] = [
  [0, ethernet(0x0800, tcp(CLIENT, 1024, SERVER, 80), 60)],
  [10_000, ethernet(0x0800, tcp(SERVER, 80, CLIENT, 1024, 101))],
  [5_000, ethernet(0x0806, ARP)],
  [20_000, ethernet(0x0800, FIRST)],
  [20_000, ethernet(0x0800, SECOND)],
  [30_000, ethernet(0x0800, tcp(SERVER, 2000, GROUP, 5353))],
  [40_000, ethernet(0x86dd, Uint8Array.of(0x60, 0, 0, 0))],
];

const FILE = writePcap(
  FRAMES.map(([us, bytes]) => ({ seconds: 1_700_000_000, nanoseconds: us * 1000, bytes })),
  { linkType: LINK.ethernet },
);

describe('a recording', () => {
  const recording = readRecording('mixed', FILE);

  it('sends a fragment recorded before its first one the way of that one, from the same side', () => {
    const question = udp(SERVER, 53, CLIENT, 5000, 40);
    const [first, second] = fragments(question);
    const stray = second.slice();
    stray[5] = 99;
    const frames = [udp(CLIENT, 5000, SERVER, 53, 8), second, stray, first].map((bytes) => ({
      seconds: 1,
      nanoseconds: 0,
      bytes: ethernet(0x0800, bytes),
    }));
    const early = readRecording('early', writePcap(frames, { linkType: LINK.ethernet }));
    expect([[...early.flow], [...early.along], [...early.side]]).toEqual([
      [0, 1, 1, 0],
      [0, 0, 1, 0],
      [0, 1, 0, 1],
    ]);
  });

  it('puts packets into flows, each side by who spoke first', () => {
    expect(recording.flows.map((f) => [f.protocol, f.srcPort, f.dstPort, f.firstPacket, f.lastPacket])).toEqual([
      ['tcp', 1024, 80, 0, 1],
      ['odd', 0, 0, 2, 6],
      ['udp', 5000, 53, 3, 4],
      ['tcp', 2000, 5353, 5, 5],
    ]);
    expect([...recording.flow]).toEqual([0, 0, 1, 2, 2, 3, 1]);
    expect([...recording.side]).toEqual([0, 1, 0, 0, 0, 0, 0]);
  });

  it('frees packets of their link layer and of Ethernet padding', () => {
    expect([...recording.lenBytes]).toEqual([40, 141, 28, 36, 52, 40, 4]);
    const arp = new Uint8Array(recording.words.buffer, (recording.wordAt[2] as number) * 4, 28);
    expect(arp).toEqual(ARP);
  });

  it('keeps time from going back', () => {
    expect([...recording.atUs]).toEqual([0, 10_000, 10_000, 20_000, 20_000, 30_000, 40_000]);
  });

  it('counts the hosts that began something, and leaves groups alone', () => {
    expect([recording.clients, recording.servers]).toEqual([2, 0]);
    expect([recording.dst[5], recording.src[2]]).toEqual([-1, -1]);
  });

  it('says where a damaged file ends', () => {
    expect(readRecording('cut', FILE.slice(0, -2))).toMatchObject({
      packets: 6,
      damage: expect.stringMatching(/^at byte \d+: /),
    });
  });
});

function playAll(captures: object[], everyMs = 1) {
  const reply = resolvePlan({ captures });
  if (!reply.ok) throw new Error(reply.problems.join('; '));
  const layout = new Layout(
    reply.plan,
    captures.map(() => readRecording('mixed', FILE)),
  );
  const ledger = new Ledger({
    connections: layout.connections,
    capacity: 1024,
    startMs: 0,
    reasonName: String,
    isLoss: () => false,
  });
  const sent: { ms: number; connection: number; bytes: Uint8Array }[] = [];
  const words = new Int32Array(1000);
  const bytes = new Uint8Array(words.buffer);
  let ms = 0;
  const source = new TrafficSource(layout, ledger, (connection, step) => {
    const len = source.build(connection, step, words, bytes);
    ledger.send(connection, source.side(connection, step), step, 0, words, 0, len, ms);
    sent.push({ ms, connection, bytes: bytes.slice(0, len) });
  });
  for (; !source.finished && ms < 10_000; ms += everyMs) source.advance(everyMs, ms);
  const names = {
    tuple: (c: number) => layout.tuple(c),
    follows: (c: number) => layout.follows(c),
    service: (c: number) => layout.service(c),
    via: () => '',
  };
  return { layout, sent, rows: connectionRows(ledger, names, ms, { from: 0, count: layout.connections }) };
}

describe('playing a recording', () => {
  it('sends every packet at its time, with valid checksums and addresses of the plan', () => {
    const { sent } = playAll([{ name: 'mixed' }]);
    expect(sent.map((s) => s.ms)).toEqual([0, 9, 9, 19, 19, 29, 39]);
    const view = new PacketView();
    const hosts = [0, 1, 3, 4, 5].map((i) => {
      const { bytes } = sent[i] as { bytes: Uint8Array };
      expect(checksumOk(bytes, 0, bytes.length)).toBe(true);
      view.parse(bytes, 0, bytes.length);
      return [view.src, view.dst];
    });
    const [a, b] = [ip('10.1.0.10'), ip('10.1.0.11')];
    expect(hosts).toEqual([
      [a, b],
      [b, a],
      [a, b],
      [a, b],
      [b, GROUP],
    ]);
    expect(sent[2]?.bytes).toEqual(ARP);
  });

  it('keeps the checksum of a datagram in fragments right across both', () => {
    const { sent } = playAll([{ name: 'mixed' }]);
    const whole = udp(ip('10.1.0.10'), 5000, ip('10.1.0.11'), 53, 40);
    expect([...(sent[3]?.bytes.slice(20) ?? []), ...(sent[4]?.bytes.slice(20) ?? [])]).toEqual(
      Array.from(whole.slice(20)),
    );
  });

  it('gives each repeat connections and hosts of its own', () => {
    const { rows, sent } = playAll([
      { name: 'mixed', repeats: 3 },
      { name: 'mixed', repeats: 2, parallel: 2 },
    ]);
    expect(sent.length).toBe(35);
    expect(rows.length).toBe(20);
    expect(new Set(rows.map((r) => r.tuple)).size).toBe(18);
    expect(rows[4]).toMatchObject({
      tuple: '10.1.0.12:1024>10.1.0.13:80/tcp',
      kind: 'capture',
      service: 'mixed',
      outcome: 'done',
      sent: 2,
    });
    expect(rows[5]?.tuple).toBe('mixed#1 odd packets');
    expect(rows[12]?.openedMs).toBe(0);
    expect(rows[16]?.openedMs).toBe(19);
  });

  it('keeps to a set speed, and to a set rate', () => {
    expect(playAll([{ name: 'mixed', speedPercent: 50 }]).sent.at(-1)?.ms).toBe(79);
    expect(
      playAll([{ name: 'mixed', repeats: 100, parallel: 4, packetsPerSec: 700 }], 10).sent.at(-1)?.ms,
    ).toBeGreaterThan(970);
    expect(
      playAll([{ name: 'mixed', repeats: 100, parallel: 4, packetsPerSec: 700 }], 10).sent.at(-1)?.ms,
    ).toBeLessThan(1060);
  });

  it('refuses more repeats than there are client addresses', () => {
    const reply = resolvePlan({ captures: [{ name: 'mixed', repeats: 10 }], addresses: { clients: '10.1.0.0/28' } });
    expect(reply).toMatchObject({ ok: true });
    if (!reply.ok) return;
    expect(() => new Layout(reply.plan, [readRecording('mixed', FILE)])).toThrow(
      /20 client addresses are needed, addresses.clients has 5/,
    );
  });
});
