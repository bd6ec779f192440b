/** A small generator of repeatable 32-bit numbers (xorshift). @param {number} seed */
export function numbers(seed) {
  let x = seed;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return x;
  };
}

/** The order 0 … n-1, shuffled. @param {number} n @param {number} seed */
export function shuffled(n, seed) {
  const next = numbers(seed);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = (next() >>> 0) % (i + 1);
    const held = /** @type {number} */ (order[i]);
    order[i] = /** @type {number} */ (order[j]);
    order[j] = held;
  }
  return order;
}

export const PACKET_WORDS = 30;
export const PACKET_BYTES = PACKET_WORDS * 4;

/**
 * 120-byte TCP packets of random connections, one after another; every second one is the answer to the one before.
 * @param {number} count @param {number} flags TCP flag byte
 */
export function tcpPackets(count, flags) {
  const words = new Int32Array(count * PACKET_WORDS);
  const bytes = new Uint8Array(words.buffer);
  const view = new DataView(words.buffer);
  const next = numbers(0x5eed);
  for (let i = 0; i < count; i++) {
    const at = i * PACKET_BYTES;
    bytes[at] = 0x45;
    view.setUint16(at + 2, PACKET_BYTES);
    bytes[at + 9] = 6;
    if (i % 2 === 1) {
      const before = at - PACKET_BYTES;
      view.setUint32(at + 12, view.getUint32(before + 16));
      view.setUint32(at + 16, view.getUint32(before + 12));
      view.setUint16(at + 20, view.getUint16(before + 22));
      view.setUint16(at + 22, view.getUint16(before + 20));
    } else {
      view.setUint32(at + 12, 0x0a000000 | (next() & 0xffffff));
      view.setUint32(at + 16, next());
      view.setUint16(at + 20, 1024 + ((next() >>> 0) % 60000));
      view.setUint16(at + 22, 443);
    }
    bytes[at + 32] = 0x50;
    bytes[at + 33] = flags;
  }
  return words;
}
