/**
 * The frame every data message starts with: eight little-endian words, then the payload.
 *
 * | word | holds |
 * |---|---|
 * | 0 | frame type (low 8 bits), sender's node code (high 16 bits) |
 * | 1 | sender's incarnation |
 * | 2 | incarnation of the receiver it is meant for; 0 for a datagram to whoever it is |
 * | 3 | link sequence, from 1 on every channel; 0 for a frame outside the sequence |
 * | 4 | highest link sequence received in order from the receiver's incarnation |
 * | 5 | table version the sender had folded when it wrote the payload |
 * | 6 | payload words |
 * | 7 | format mark |
 */
export const HEADER_WORDS = 8;
const FORMAT_MARK = 0x31485352; // "RSH1", little-endian

export const FRAME = {
  /** Only word 4 matters. */
  ack: 1,
  /** Payload: first and last link sequence that are missing. */
  nak: 2,
  /** Outside the sequence; payload depends on the sender. */
  heartbeat: 3,
  /** Outside world to orchestrator: packets by ledger tag. */
  packets: 4,
  /** Orchestrator to outside world: packets delivered, dropped or lost, by ledger tag. */
  emit: 5,
  /** Orchestrator to member: packets by packet number, with their slots. */
  batch: 6,
  /** Member to orchestrator: verdicts by packet number, with the packets to emit. */
  answer: 7,
  /** Member to member: connection entries, absolute state. */
  delta: 8,
  /** Member to member, in order after the deltas it closes: slots no longer served by the sender. */
  released: 9,
  /** Member to member, in order after the entries: slots copied in full. */
  copied: 10,
  /** Orchestrator to member: all answers up to this link sequence have been emitted. */
  emitted: 11,
  /** Member to member: packets for the member that serves their connections' home slots. */
  forward: 12,
  /** Member to member: forwarding entries to be held, or to be forgotten, by who serves their slots. */
  legs: 13,
  /** Member to member: forwarding entries that are held, backed up; or refused. */
  legsHeld: 14,
  /** Member to member: data connections that control connections have announced. */
  expect: 15,
  /** Orchestrator to member, outside the sequence: all that came in before a change of the distribution is answered. Payload: the change's table version. */
  drained: 16,
} as const;
export type FrameType = (typeof FRAME)[keyof typeof FRAME];

export interface FrameHeader {
  type: number;
  from: number;
  fromIncarnation: number;
  toIncarnation: number;
  linkSeq: number;
  ack: number;
  tableVersion: number;
}

export function writeHeader(words: Int32Array, header: FrameHeader, payloadWords: number): void {
  words[0] = header.type | (header.from << 16);
  words[1] = header.fromIncarnation;
  words[2] = header.toIncarnation;
  words[3] = header.linkSeq;
  words[4] = header.ack;
  words[5] = header.tableVersion;
  words[6] = payloadWords;
  words[7] = FORMAT_MARK;
}

/** Reads the header into `out`; false for anything that is not a whole frame of this format. */
export function readHeader(words: Int32Array, out: FrameHeader): boolean {
  if (words.length < HEADER_WORDS || words[7] !== FORMAT_MARK) return false;
  if (words[6] !== words.length - HEADER_WORDS) return false;
  const first = words[0] as number;
  out.type = first & 0xff;
  out.from = first >>> 16;
  out.fromIncarnation = (words[1] as number) >>> 0;
  out.toIncarnation = (words[2] as number) >>> 0;
  out.linkSeq = (words[3] as number) >>> 0;
  out.ack = (words[4] as number) >>> 0;
  out.tableVersion = words[5] as number;
  return true;
}

export function emptyHeader(): FrameHeader {
  return { type: 0, from: 0, fromIncarnation: 0, toIncarnation: 0, linkSeq: 0, ack: 0, tableVersion: 0 };
}

/** Above this many words, copying in one go costs less than word by word. */
const BULK_WORDS = 64;

/** Copies words `from … end)` to the same places of `out`. */
export function copyWords(words: Int32Array, from: number, end: number, out: Int32Array): void {
  if (end - from > BULK_WORDS) out.set(words.subarray(from, end), from);
  else for (let i = from; i < end; i++) out[i] = words[i] as number;
}

/** The bytes of a message as words; undefined when they are not whole words. */
export function wordsOf(bytes: Uint8Array): Int32Array | undefined {
  if ((bytes.byteLength & 3) !== 0 || (bytes.byteOffset & 3) !== 0) return undefined;
  return new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
}
