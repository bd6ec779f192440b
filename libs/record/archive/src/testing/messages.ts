import type { FlowRecord } from '@rehearsal/flows';
import type { ArchivedMessage } from '../archive-store.js';

export const STREAM = 'demo_LOG_1';

const encoder = new TextEncoder();

export function archivedMessage(seq: number, more: Partial<ArchivedMessage> = {}): ArchivedMessage {
  const commit = { id: `c${seq}`, stream: 'security-group.SG1', version: seq, note: 'é'.repeat(seq % 7) };
  return {
    seq,
    subject: 'demo.log.1.security-group.SG1',
    headers: [
      ['Nats-Expected-Stream', STREAM],
      ['Nats-Msg-Id', `security-group.SG1:${seq}:c${seq}`],
    ],
    bytes: encoder.encode(JSON.stringify(commit)),
    storedNs: `170000000012345678${seq % 10}`,
    ...more,
  };
}

/** As the log would hold them: another commit at each sequence. */
export function messages(fromSeq: number, count: number): ArchivedMessage[] {
  return Array.from({ length: count }, (_, i) => archivedMessage(fromSeq + i));
}

/** A flow record of one connection, by its number. */
export function flowRecord(number: number, changes: Partial<FlowRecord> = {}): FlowRecord {
  return {
    kind: 'opened',
    member: 1,
    life: 100,
    number,
    src: 0x0a010005,
    dst: 0x0a010006,
    srcPort: 40_000,
    dstPort: 443,
    proto: 6,
    atMs: 1_700_000_000_123,
    beganMs: 1_700_000_000_000,
    version: 12,
    slot: 7,
    rule: 3,
    state: 'synSent',
    sync: 'strict',
    fromOutside: false,
    reopened: false,
    answersBy: null,
    peer: null,
    reason: null,
    translated: null,
    packets: [5, 4],
    bytes: [500, 5000],
    corrected: 0,
    ...changes,
  };
}
