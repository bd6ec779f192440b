import { HASH_LEN_BYTES, putDigest } from './hashing.js';

const FIRST_ROOM = 16;

/** The hashes of one level of a tree, from the left, in one piece of memory that grows. */
export class HashRow {
  #bytes = new Uint8Array(FIRST_ROOM * HASH_LEN_BYTES);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param digest as text, a byte a character */
  push(digest: string): void {
    const at = this.#count * HASH_LEN_BYTES;
    if (at === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    putDigest(digest, this.#bytes, at);
    this.#count++;
  }

  /** The last two hashes, one after the other; valid until the next push. */
  lastPair(): Uint8Array {
    return this.#bytes.subarray((this.#count - 2) * HASH_LEN_BYTES, this.#count * HASH_LEN_BYTES);
  }

  /** A copy. */
  at(index: number): Uint8Array {
    return this.#bytes.slice(index * HASH_LEN_BYTES, (index + 1) * HASH_LEN_BYTES);
  }
}
