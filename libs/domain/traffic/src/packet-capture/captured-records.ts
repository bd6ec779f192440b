/**
 * The file of a packet capture: records of little-endian words, one after another, as they happened. It says what was sent
 * and, later, what became of it; `readPacketCapture` joins the two. Every record begins with
 *
 * | word | holds |
 * |---|---|
 * | 0 | kind (low 8 bits), and bits of its own |
 * | 1, 2 | time: microseconds of the sender's clock since 1970, high half and low half |
 *
 * and goes on by its kind:
 *
 * | kind | bits of word 0 | words from 3 on |
 * |---|---|---|
 * | begin | – | format mark. A process that begins anew counts its tags from the start |
 * | sent | side (bit 8), way (bits 16 to 31) | tag, connection, length in bytes, then the packet, padded to whole words |
 * | fate | `HOW` (bits 8 to 15), record flags (16 to 23), reason code (24 to 31) | tag, aux of the emission |
 * | full | `LIMIT` that was reached (bits 8 to 15) | – |
 * | gap | – | packets, fates that found no room on their way into the file |
 * | end | – | packets that were sent, and words about packets that came, after a limit was reached |
 */
export const RECORD = { begin: 1, sent: 2, fate: 3, full: 4, gap: 5, end: 6 } as const;

/** What a word of the fabric came to. */
export const HOW = {
  /** It will not come out, for the reason of the code. */
  judged: 0,
  delivered: 1,
  /** Another copy of a packet that came out before. */
  copy: 2,
  /** It came out with other content. */
  corrupted: 3,
  /** It came too late, behind newer ones of its direction: it stays lost. */
  overtaken: 4,
  /** Given up with its way into the fabric, until the fabric says otherwise. */
  presumed: 5,
} as const;
export type How = (typeof HOW)[keyof typeof HOW];

export const LIMIT = { packets: 1, bytes: 2 } as const;
export type LimitName = keyof typeof LIMIT;

export const FORMAT_MARK = 0x31504352; // "RCP1", little-endian

export const BEGIN_WORDS = 4;
export const SENT_WORDS = 6;
export const FATE_WORDS = 5;
export const FULL_WORDS = 3;
export const GAP_WORDS = 5;
export const END_WORDS = 5;

/** How much a packet capture may take. */
export interface CaptureLimits {
  /** Packets that are captured by one process. */
  readonly maxPackets: number;
  /** Length of the file. */
  readonly maxBytes: number;
}

/** Where captured records go. */
export interface CaptureSink {
  /** Length of what is there already, of a process that ended before. */
  readonly heldBytes: number;
  /** Takes whole records, whose memory the caller uses again; false where there was no room for them. */
  write(words: Int32Array): boolean;
  /** Takes the last records, which always find room; `done` once everything is where it belongs. */
  end(words: Int32Array, done: () => void): void;
}
