/**
 * What a generated packet is in its connection's script, as one 32-bit number: kind (4 bits),
 * segment (8), exchange (20). A packet's bytes follow from its connection and its step alone.
 */
export const STEP = {
  // Sent by the client.
  syn: 0,
  /** All answers before `exchange` and `segment` segments of the next have arrived. */
  ack: 1,
  request: 2,
  fin: 3,
  lastAck: 4,
  // Sent by the server.
  synAck: 8,
  response: 9,
  /** All requests before `exchange` have arrived. */
  serverAck: 10,
  finAck: 11,
  reset: 12,
} as const;

/** In an `ack`'s segment field: the request of `exchange` has been sent. */
export const ASKED = 128;

export function stepOf(kind: number, exchange: number, segment: number): number {
  return (kind << 28) | (segment << 20) | exchange;
}

export function stepKind(step: number): number {
  return step >>> 28;
}

export function stepExchange(step: number): number {
  return step & 0xfffff;
}

export function stepSegment(step: number): number {
  return (step >>> 20) & 0xff;
}

/** 0: sent by the client, 1: by the server. Where clients are inside, this is the side it enters the fabric at. */
export function stepSide(step: number): 0 | 1 {
  return step >>> 28 >= STEP.synAck ? 1 : 0;
}
