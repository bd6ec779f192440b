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
