/**
 * TCP as a stateful firewall follows it: by flags and direction alone, without sequence numbers.
 *
 * A packet that an existing connection accepts in one state it accepts in every later state too (until the
 * connection is reused). So a packet replayed to a backup that already holds a later state gets the verdict it
 * got the first time; a spec proves this over the whole table.
 */
export const STATE = {
  none: 0,
  synSent: 1,
  synReceived: 2,
  established: 3,
  /** One side has closed; the other may send on. */
  finByInitiator: 4,
  finByResponder: 5,
  /** Both sides have closed; the named side owes the last acknowledgement. */
  lastAckByInitiator: 6,
  lastAckByResponder: 7,
  /** Over, by RST or in good order; lingers so that late packets and replays still find it. */
  closed: 8,
  udpSent: 9,
  udpReplied: 10,
} as const;
export type StateName = keyof typeof STATE;
export const STATE_COUNT = 11;

/** `nextState`: the packet does not fit the state. */
export const DROP = -1;
/** `nextState`: a SYN on a closed connection; the same addresses and ports start a new one. */
export const REOPEN = -2;

export const FLAG_FIN = 1;
export const FLAG_SYN = 2;
export const FLAG_RST = 4;
export const FLAG_ACK = 16;

/** What a segment is to the tracker. */
export const SEGMENT = { syn: 0, synAck: 1, ack: 2, fin: 3, rst: 4, invalid: 5 } as const;

// By FIN | SYN | RST | ACK as bits 0 to 3. Segments that no stack sends are invalid in every state.
const SEGMENT_OF = new Int8Array(16).fill(SEGMENT.invalid);
SEGMENT_OF[0b0010] = SEGMENT.syn;
SEGMENT_OF[0b1010] = SEGMENT.synAck;
SEGMENT_OF[0b1000] = SEGMENT.ack;
SEGMENT_OF[0b1001] = SEGMENT.fin;
SEGMENT_OF[0b0100] = SEGMENT.rst;
SEGMENT_OF[0b1100] = SEGMENT.rst;

/** The kind of segment its flag byte makes it. */
export function segmentOf(flags: number): number {
  return SEGMENT_OF[(flags & 7) | ((flags & FLAG_ACK) >> 1)] as number;
}

const X = DROP;
const R = REOPEN;
// Rows: states none to closed. Columns: syn, synAck, ack, fin, rst, invalid.
const FROM_INITIATOR = new Int8Array([
  1,
  X,
  X,
  X,
  X,
  X,
  1,
  X,
  X,
  X,
  8,
  X,
  2,
  3,
  3,
  4,
  8,
  X,
  3,
  3,
  3,
  4,
  8,
  X,
  4,
  4,
  4,
  4,
  8,
  X,
  5,
  5,
  5,
  7,
  8,
  X,
  6,
  6,
  8,
  6,
  8,
  X,
  7,
  7,
  7,
  7,
  8,
  X,
  R,
  8,
  8,
  8,
  8,
  X,
]);
const FROM_RESPONDER = new Int8Array([
  X,
  X,
  X,
  X,
  X,
  X,
  2,
  2,
  1,
  X,
  8,
  X,
  2,
  2,
  2,
  5,
  8,
  X,
  3,
  3,
  3,
  5,
  8,
  X,
  4,
  4,
  4,
  6,
  8,
  X,
  5,
  5,
  5,
  5,
  8,
  X,
  6,
  6,
  6,
  6,
  8,
  X,
  7,
  7,
  8,
  7,
  8,
  X,
  R,
  8,
  8,
  8,
  8,
  X,
]);

/**
 * The state after a segment with these flags, or `DROP`, or `REOPEN`. `state` is one of the TCP states,
 * `none` for a packet without a connection (its sender is then the initiator).
 */
export function nextState(state: number, flags: number, fromInitiator: boolean): number {
  return (fromInitiator ? FROM_INITIATOR : FROM_RESPONDER)[state * 6 + segmentOf(flags)] as number;
}

/** The state of a UDP connection after a packet of the named side. */
export function nextUdpState(state: number, fromInitiator: boolean): number {
  return fromInitiator ? (state === STATE.none ? STATE.udpSent : state) : STATE.udpReplied;
}

/** Idle times in seconds (fidelity: F-TCP-START-TIMEOUT, F-TCP-SESSION-TIMEOUT, F-TCP-END-TIMEOUT, F-UDP-TIMEOUT). */
export interface TimeoutSettings {
  readonly tcpStartSec: number;
  readonly tcpSessionSec: number;
  readonly tcpEndSec: number;
  readonly udpSec: number;
}

/** Idle time in ms by state, in the order of `STATE`. */
export function timeoutTable(settings: TimeoutSettings): Int32Array {
  const start = settings.tcpStartSec * 1000;
  const session = settings.tcpSessionSec * 1000;
  const end = settings.tcpEndSec * 1000;
  const udp = settings.udpSec * 1000;
  return Int32Array.of(0, start, start, session, session, session, end, end, end, udp, udp);
}
