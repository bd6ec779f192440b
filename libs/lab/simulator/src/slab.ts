const SLAB_BYTES = 1 << 18;

/** Buffers for messages, cut from larger ones: far cheaper than each of its own. */
export class Slab {
  #slab = new ArrayBuffer(SLAB_BYTES);
  #used = 0;

  take(bytes: number): Uint8Array {
    if (bytes > SLAB_BYTES >> 2) return new Uint8Array(bytes);
    if (this.#used + bytes > SLAB_BYTES) {
      this.#slab = new ArrayBuffer(SLAB_BYTES);
      this.#used = 0;
    }
    const buffer = new Uint8Array(this.#slab, this.#used, bytes);
    this.#used += (bytes + 7) & ~7;
    return buffer;
  }
}
