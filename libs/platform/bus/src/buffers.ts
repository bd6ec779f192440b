const LEAST_BITS = 6;
const MOST_BITS = 20;
/** Buffers of one size that wait to be used again hold at most this much. */
const KEPT_BYTES = 2 * 1024 * 1024;

/** Buffers that are used again, in sizes of powers of two: a fresh one for each frame keeps the collector busy. */
export class Buffers {
  readonly #free: ArrayBuffer[][] = Array.from({ length: MOST_BITS + 1 }, () => []);

  /** A buffer of exactly that many bytes, whatever they are, at an address that 32-bit views accept. */
  take(bytes: number): Uint8Array {
    const bits = bitsFor(bytes);
    if (bits > MOST_BITS) return new Uint8Array(bytes);
    const buffer = (this.#free[bits] as ArrayBuffer[]).pop() ?? new ArrayBuffer(1 << bits);
    return new Uint8Array(buffer, 0, bytes);
  }

  /** Takes back what `take` gave. Nobody may read or write it any more. */
  give(bytes: Uint8Array): void {
    const { buffer } = bytes;
    const bits = bitsFor(buffer.byteLength);
    if (bits > MOST_BITS || !(buffer instanceof ArrayBuffer)) return;
    const free = this.#free[bits] as ArrayBuffer[];
    if (free.length << bits < KEPT_BYTES) free.push(buffer);
  }
}

function bitsFor(bytes: number): number {
  return Math.max(LEAST_BITS, 32 - Math.clz32(bytes - 1));
}
