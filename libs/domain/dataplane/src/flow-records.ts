/**
 * Flow records: what a member says of its connections, for the record. A batch is a head, then records, little-endian
 * 32-bit words, so that it can be sent as it was written.
 *
 * | head word | holds |
 * |---|---|
 * | 0 | `FLOW_MAGIC` |
 * | 1 | how many records follow |
 * | 2 | the member's number in its group, from 1 |
 * | 3 | the life of the member that they are of |
 * | 4, 5 | ms since the epoch that the times count from (low, high) |
 * | 6 | number of the first record among those of this life, from 0 |
 * | 7 | how many of this life were left out until now, for want of room |
 *
 * | record word | holds |
 * |---|---|
 * | 0 | kind (bits 0–7), protocol (8–15), state (16–19), sync policy (20–21), `FLOW_FLAG` (24–31) |
 * | 1, 2 | source and destination as the initiator's packets come in, host order |
 * | 3 | their ports, source in the low half |
 * | 4 | home slot (bits 0–16), rule index (17–31) |
 * | 5 | when, ms after the head's base |
 * | 6 | version of the slot table that the member had folded |
 * | 7 | depends on the kind: see `FLOW` |
 * | 8, 9 | packets of the initiator, of the responder, of its whole life as this member knows it |
 * | 10, 11 | their bytes, of packets that this member itself let pass since it serves the connection |
 * | 12 | packets of it that another member handed on to this one |
 * | 13 | when it began, ms after the head's base |
 * | 14, 15 | with `translated`: source (or for `dstTranslated` destination) as it leaves, and ports as in word 3 |
 */
export const FLOW_MAGIC = 0x31_4c_46_52;
export const FLOW_HEAD_WORDS = 8;
export const FLOW_RECORD_WORDS = 16;

/** What happened to a connection, and what word 7 says of it. */
export const FLOW = {
  /** It began here; 1 + the slot that its answers come in by where that is another one, else 0. */
  opened: 1,
  /** A backup has acknowledged its state, for the first time since it is served here; the backup's number. */
  in_step: 2,
  /** It is served here from now on; the number of who released it, 0 where that one was lost. */
  taken_over: 3,
  /** Another member serves it from now on; that one's number, 0 where nobody does. */
  handed_over: 4,
  /** It came to its end by itself; the tracker's state before, which tells a reset from a good end. */
  closed: 5,
  /** Nothing of it came for its time. */
  idle: 6,
  /** Its first packet was refused; the verdict. */
  refused: 7,
  /** What was known of it here is dropped, since it is not all; a `FLOW_LOST`. */
  lost: 8,
  /** This life of the member is over, and what it held with it. */
  abandoned: 9,
} as const;
export type FlowKind = keyof typeof FLOW;

/** Why a connection is lost. */
export const FLOW_LOST = {
  /** Its member was lost before its slot had a copy in step; a part of one was here. */
  no_copy_in_step: 1,
} as const;

export const FLOW_FLAG = {
  /** The first packet came in at the outside interface. */
  fromOutside: 1 << 24,
  /** Its legs differ, by address or by slot. */
  twoLegs: 1 << 25,
  /** It leaves with other ends than it came with. */
  translated: 1 << 26,
  /** Of these it is the destination that was changed. */
  dstTranslated: 1 << 27,
  /** The same ends began anew. */
  reopened: 1 << 28,
} as const;
