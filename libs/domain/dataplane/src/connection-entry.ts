/**
 * One connection as 16 words (64 bytes) of the table, so that a look-up touches one cache line of it.
 *
 * | word | holds |
 * |---|---|
 * | 0–2 | key, as in `PacketKey`: address a, address b, ports |
 * | 3 | protocol (bits 0–7), state (8–11), bits below |
 * | 4 | slot (bits 0–16), rule index (17–31) |
 * | 5, 6 | created, last seen: ms after the table's base, wrapping |
 * | 7, 8 | last applied packet number of orchestrator 0 and 1, unsigned, wrapping |
 * | 9 | which incarnation of them those belong to: generation of 0 (low half) and 1 (high half) |
 * | 10, 11 | packets of the initiator, of the responder |
 * | 12 | next entry of the bucket; next free entry |
 * | 13, 14 | previous and next entry of the slot |
 * | 15 | next entry of the queue it is in |
 */
export const ENTRY_WORDS = 16;
export const A = 0;
export const B = 1;
export const PORTS = 2;
export const META = 3;
export const PLACE = 4;
export const CREATED = 5;
export const SEEN = 6;
export const APPLIED = 7;
export const GENERATIONS = 9;
export const PACKETS = 10;
export const CHAIN = 12;
export const SLOT_PREV = 13;
export const SLOT_NEXT = 14;
export const QUEUE_NEXT = 15;

export const PROTO_MASK = 0xff;
export const STATE_SHIFT = 8;
export const STATE_MASK = 0xf << STATE_SHIFT;
/** The initiator is end `b` of the key. */
export const INITIATOR_B = 1 << 12;
/** The first packet came in at the outside interface. */
export const FROM_OUTSIDE = 1 << 13;
/** The same ends started a new connection in a closed entry. */
export const REOPENED = 1 << 14;
/** The legs differ, by address or by slot: the entry has a row of second words too. */
export const TWO_LEGS = 1 << 15;
export const SYNC_SHIFT = 16;
export const SYNC_MASK = 3 << SYNC_SHIFT;
/**
 * A forwarding entry: it stands where packets of a connection arrive whose home is another slot, and names that
 * slot. Part of the key, and its slot with it, since one member may hold a connection and both of its forwarding
 * entries, without translation all under the same ends.
 */
export const FORWARD = 1 << 18;
/** What a delta carries of the word; the rest is this table's own bookkeeping. */
export const SHARED_META =
  PROTO_MASK | STATE_MASK | INITIATOR_B | FROM_OUTSIDE | REOPENED | TWO_LEGS | SYNC_MASK | FORWARD;
/** What of the word an entry is found by, beside its ends; a forwarding entry by its slot too. */
export const KEY_MASK = PROTO_MASK | FORWARD;

/**
 * The second words of entries with `TWO_LEGS` or `FORWARD`, in an array of their own: where no connection has
 * two legs it is never touched.
 *
 * | word | connection | forwarding entry |
 * |---|---|---|
 * | 0, 1 | source and destination as the initiator's packets leave, host order | address a, address b of the connection's key |
 * | 2 | their ports, source in the low half | its ports |
 * | 3 | slot of the other leg | the connection's home slot |
 * | 4, 5 | last applied packet number of the other leg by orchestrator | |
 * | 6 | generations of those, as word 9 | |
 * | 7 | `TRANSLATED`, `BLOCK_PORT` | |
 */
export const LEG_WORDS = 8;
export const LEG_A = 0;
export const LEG_B = 1;
export const LEG_PORTS = 2;
export const LEG_SLOT = 3;
export const LEG_APPLIED = 4;
export const LEG_GENERATIONS = 6;
export const LEG_FLAGS = 7;
/** Packets leave with other ends than they came with. */
export const TRANSLATED = 1;
/** The source port they leave with is one of the home slot's block. */
export const BLOCK_PORT = 2;
/** Some peer was sent this entry. */
export const SYNCED = 1 << 20;
/** In the queue of entries to send. */
export const QUEUED = 1 << 21;
/** In the queue of entries too young to send. */
export const YOUNG = 1 << 22;
/** No longer found by its key; in a queue still, freed when taken from there. */
export const DOOMED = 1 << 23;
/** The entry holds a connection. */
export const LIVE = 1 << 24;

export const SLOT_BITS = 17;
export const SLOT_MASK = (1 << SLOT_BITS) - 1;
/** Rule indexes are 0 to this. */
export const MAX_RULE = (1 << (32 - SLOT_BITS)) - 1;

/**
 * When state goes to the backup (fidelity: F-SYNC-POLICY): never; once the connection is old enough; with every
 * change, and packets wait for it; with every change, and they do not.
 */
export const SYNC = { never: 0, delayed: 1, strict: 2, immediate: 3 } as const;
export type SyncPolicy = keyof typeof SYNC;
