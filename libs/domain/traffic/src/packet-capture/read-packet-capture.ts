import type { How, LimitName } from './captured-records.js';
import {
  BEGIN_WORDS,
  END_WORDS,
  FATE_WORDS,
  FORMAT_MARK,
  FULL_WORDS,
  GAP_WORDS,
  HOW,
  LIMIT,
  RECORD,
  SENT_WORDS,
} from './captured-records.js';

const WORD_BYTES = 4;

/** A word of the fabric about a packet; `code`, `flags` and `aux` as in the record of the emission. */
export interface CapturedFate {
  readonly how: How;
  readonly code: number;
  readonly flags: number;
  readonly aux: number;
  /** Microseconds since 1970, of the outside world's clock. */
  readonly atUs: number;
}

export interface CapturedPacket {
  /** Counts up in the order of sending; a process that began anew began anew. */
  readonly tag: number;
  readonly connection: number;
  /** Where it went in: 0 inside, 1 outside. */
  readonly side: 0 | 1;
  /** The way into the fabric it took, by its number. */
  readonly way: number;
  readonly atUs: number;
  /** The packet as it was sent; shares memory with the file. */
  readonly bytes: Uint8Array;
  /** What became of it by the last word that counts; undefined where nothing was heard, or not captured. */
  fate: CapturedFate | undefined;
  /** What came out of it beside that: other copies, and those that came too late. */
  later: CapturedFate[] | undefined;
}

export interface ReadPacketCapture {
  /** In the order of sending. */
  readonly packets: readonly CapturedPacket[];
  /** The limit at which it stopped, and when; undefined where it has everything. */
  readonly full: { readonly limit: LimitName; readonly atUs: number } | undefined;
  /** Packets that were sent after that; undefined where the file has no end. */
  readonly missed: number | undefined;
  /** Words about captured packets for which there was no room after that. */
  readonly missedFates: number;
  /** Packets and fates that were not written, as the file could not be written fast enough. */
  readonly lostPackets: number;
  readonly lostFates: number;
  /** Where something stands that is no record: what comes after it is not read. */
  readonly damagedAtByte: number | undefined;
}

/**
 * Reads the file of a packet capture. A file without its end is read as far as it goes.
 * Throws RangeError for a file that is none.
 */
export function readPacketCapture(file: Uint8Array): ReadPacketCapture {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const word = (at: number): number => view.getInt32(at * WORD_BYTES, true);
  const words = file.byteLength >> 2;
  if (words < BEGIN_WORDS || word(0) !== RECORD.begin || word(3) !== FORMAT_MARK) {
    throw new RangeError('at byte 0: expected the beginning of a packet capture, saw something else');
  }
  const packets: CapturedPacket[] = [];
  const byTag = new Map<number, CapturedPacket>();
  let full: ReadPacketCapture['full'];
  let missed: number | undefined;
  let missedFates = 0;
  let lostPackets = 0;
  let lostFates = 0;
  let damagedAtByte: number | undefined;
  for (let at = 0; at < words;) {
    const head = word(at);
    const kind = head & 0xff;
    const length = at + SENT_WORDS <= words || kind !== RECORD.sent ? lengthOf(kind, at, word) : words;
    if (length < 0) {
      damagedAtByte = at * WORD_BYTES;
      break;
    }
    if (at + length > words) break;
    const atUs = word(at + 1) * 2 ** 32 + (word(at + 2) >>> 0);
    switch (kind) {
      case RECORD.begin:
        byTag.clear();
        break;
      case RECORD.sent: {
        const from = (at + SENT_WORDS) * WORD_BYTES;
        const packet: CapturedPacket = {
          tag: word(at + 3) >>> 0,
          connection: word(at + 4),
          side: (head >>> 8) & 1 ? 1 : 0,
          way: head >>> 16,
          atUs,
          bytes: file.subarray(from, from + word(at + 5)),
          fate: undefined,
          later: undefined,
        };
        byTag.set(packet.tag, packet);
        packets.push(packet);
        break;
      }
      case RECORD.fate: {
        const how = ((head >>> 8) & 0xff) as How;
        const fate = { how, code: head >>> 24, flags: (head >>> 16) & 0xff, aux: word(at + 4), atUs };
        const packet = byTag.get(word(at + 3) >>> 0);
        if (packet === undefined) break;
        if (how === HOW.copy || how === HOW.overtaken) (packet.later ??= []).push(fate);
        else packet.fate = fate;
        break;
      }
      case RECORD.full:
        full ??= { limit: ((head >>> 8) & 0xff) === LIMIT.packets ? 'packets' : 'bytes', atUs };
        break;
      case RECORD.gap:
        lostPackets += word(at + 3);
        lostFates += word(at + 4);
        break;
      case RECORD.end:
        missed = (missed ?? 0) + (word(at + 3) >>> 0);
        missedFates += word(at + 4) >>> 0;
        break;
    }
    at += length;
  }
  return { packets, full, missed, missedFates, lostPackets, lostFates, damagedAtByte };
}

/** Words of the record at `at`; -1 for a kind that is none. */
function lengthOf(kind: number, at: number, word: (at: number) => number): number {
  switch (kind) {
    case RECORD.begin:
      return BEGIN_WORDS;
    case RECORD.sent:
      return SENT_WORDS + ((word(at + 5) + 3) >> 2);
    case RECORD.fate:
      return FATE_WORDS;
    case RECORD.full:
      return FULL_WORDS;
    case RECORD.gap:
      return GAP_WORDS;
    case RECORD.end:
      return END_WORDS;
    default:
      return -1;
  }
}
