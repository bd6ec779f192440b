import { beforeEach, describe, expect, it } from '@jest/globals';
import { NatRules } from '@rehearsal/policy';
import { ConnectionTable } from './connection-table.js';
import { Expectations } from './expectations.js';
import { Expiry } from './expiry.js';
import { FlowRecorder } from './flow-recorder.js';
import { FLOW, FLOW_HEAD_WORDS, FLOW_RECORD_WORDS } from './flow-records.js';
import { Pipeline } from './pipeline.js';
import { Steering } from './steering.js';
import { STATE } from './tcp.js';
import { tcp, udp } from './testing/packets.js';
import type { Packet } from './testing/packets.js';
import { VERDICT } from './verdict.js';

const [SYN, SYNACK, ACK, FIN, RST] = [2, 18, 16, 17, 4];
const client = { address: 0x0a000001, port: 40000 };
const server = { address: 0x0a000002, port: 80 };
const telnet = { address: 0x0a000002, port: 23 };
const SLOTS = 512;
const KINDS = Object.fromEntries(Object.entries(FLOW).map(([name, number]) => [number, name]));

let flows: FlowRecorder;
let pipeline: Pipeline;
let expiry: Expiry;
const serves = new Uint8Array(SLOTS).fill(1);
let number: number;

beforeEach(() => {
  const table = new ConnectionTable({ capacity: 8, slots: SLOTS, baseMs: 0 });
  table.marks.setIncarnation(0, 1);
  flows = new FlowRecorder(table, { isOn: true, maxBatches: 4, member: 1 });
  expiry = new Expiry(table, { tcpStartSec: 25, tcpSessionSec: 3600, tcpEndSec: 20, udpSec: 40 });
  expiry.onIdle = (index, now) => flows.tell(FLOW.idle, index, now, 0);
  const policy = {
    match: (_src: number, _dst: number, _proto: number, dstPort: number) => (dstPort === 23 ? 0 : 1),
    accepts: (rule: number) => rule === 1,
    syncOf: () => undefined,
    defers: () => false,
    nat: new NatRules([], []),
  };
  const steering = new Steering({ slots: SLOTS, l4: true, modes: ['general', 'general'], gtp: 'outer' });
  const settings = {
    slots: SLOTS,
    sync: 'strict',
    syncNever: [],
    syncDelayMs: 3000,
    asymmetricAtOnce: true,
    tcpOutOfState: 'drop',
    other: 'pass',
    natPorts: [10_000, 60_000],
  } as const;
  pipeline = new Pipeline(table, expiry, policy, steering, serves, new Expectations(), settings, flows);
  number = 0;
});

function send(packet: Packet, now = 0, as = ++number): void {
  const slot = pipeline.read(packet.words, 0, packet.lenBytes, 0, 0);
  pipeline.judge(slot, 0, 0, as, now);
}

/** What was recorded since, a line a record: kind, time, word 7, packets and bytes each way. */
function recorded(): string[] {
  const lines: string[] = [];
  flows.take((bytes) => {
    const words = new Int32Array(bytes.slice().buffer);
    for (let at = FLOW_HEAD_WORDS; at < words.length; at += FLOW_RECORD_WORDS) {
      const w = (i: number): number => words[at + i]!;
      lines.push(`${KINDS[w(0) & 0xff]} at ${w(5)} (${w(7)}): ${w(8)}+${w(9)} packets, ${w(10)}+${w(11)} bytes`);
    }
    return true;
  });
  return lines;
}

describe('a member that records', () => {
  it('tells the beginning and the end of a connection, with what passed between, and nothing of what is repeated', () => {
    send(tcp(client, server, SYN), 1);
    expect(recorded()).toEqual(['opened at 1 (0): 0+0 packets, 0+0 bytes']);
    send(tcp(server, client, SYNACK), 2);
    send(tcp(client, server, ACK), 3);
    send(tcp(client, server, ACK, 10), 4);
    send(tcp(client, server, ACK, 10), 5, number);
    send(tcp(server, client, FIN), 6);
    send(tcp(client, server, FIN), 7);
    expect(recorded()).toEqual([]);
    send(tcp(server, client, ACK), 8);
    send(tcp(server, client, ACK), 9);
    const [sent, answered] = [40 + 40 + 50 + 40, 40 + 40 + 40];
    expect(recorded()).toEqual([`closed at 8 (${STATE.lastAckByResponder}): 4+3 packets, ${sent}+${answered} bytes`]);
  });

  it('tells a reset from a good end, and that the same ends begin anew', () => {
    send(tcp(client, server, SYN), 1);
    send(tcp(server, client, RST), 2);
    send(tcp(client, server, SYN), 3);
    expect(recorded()).toEqual([
      'opened at 1 (0): 0+0 packets, 0+0 bytes',
      `closed at 2 (${STATE.synSent}): 1+1 packets, 40+40 bytes`,
      'opened at 3 (0): 0+0 packets, 0+0 bytes',
    ]);
  });

  it('tells once of each that its time is up, whether it is found by a sweep or by a packet that comes too late', () => {
    send(udp(client, server), 0);
    send(udp({ ...client, port: 1 }, server), 0);
    recorded();
    send(udp(client, server), 40_001);
    expiry.sweep(40_001, 8, serves, 0, 40_001);
    expect(recorded().map((line) => line.split(':')[0])).toEqual([
      'idle at 40001 (0)',
      'opened at 40001 (0)',
      'idle at 40001 (0)',
    ]);
  });

  it('tells what it refuses by name, once for the tries of one sender', () => {
    send(tcp(client, telnet, SYN), 1);
    send(tcp(client, telnet, SYN), 1001);
    send(tcp(client, server, ACK), 2000);
    expect(recorded().map((line) => line.split(':')[0])).toEqual([
      `refused at 1 (${VERDICT.policy_drop})`,
      `refused at 2000 (${VERDICT.out_of_state})`,
    ]);
  });
});
