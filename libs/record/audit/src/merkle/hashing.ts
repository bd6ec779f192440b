import { hash } from 'node:crypto';

/*
 * The hashes of RFC 6962, section 2.1. Leaves and nodes are hashed with different first bytes, so that no node can be
 * passed off as a leaf.
 */

export const HASH_LEN_BYTES = 32;
const LEAF = 0;
const NODE = 1;

/** What a tree without leaves has for a root: the SHA-256 of nothing. */
export const EMPTY_ROOT: Uint8Array = bytesOf(digest(new Uint8Array(0)));

/** SHA-256 as text, a byte a character: the quickest way out of the library. */
function digest(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'binary');
}

function bytesOf(text: string): Uint8Array {
  const out = new Uint8Array(HASH_LEN_BYTES);
  putDigest(text, out, 0);
  return out;
}

/** Writes a digest into bytes. */
export function putDigest(text: string, into: Uint8Array, at: number): void {
  for (let i = 0; i < HASH_LEN_BYTES; i++) into[at + i] = text.charCodeAt(i);
}

/** Hashes leaves and nodes without making bytes for each; what it gives is a digest as text. */
export class TreeHasher {
  #leaf = new Uint8Array(4096);
  readonly #node = new Uint8Array(1 + 2 * HASH_LEN_BYTES).fill(NODE, 0, 1);

  leaf(bytes: Uint8Array): string {
    const lenBytes = bytes.length + 1;
    if (this.#leaf.length < lenBytes) this.#leaf = new Uint8Array(lenBytes * 2);
    this.#leaf[0] = LEAF;
    this.#leaf.set(bytes, 1);
    return digest(this.#leaf.subarray(0, lenBytes));
  }

  /** @param pair the hashes of left and right child, one after the other */
  node(pair: Uint8Array): string {
    this.#node.set(pair, 1);
    return digest(this.#node);
  }
}

/** Hash of a leaf with these bytes: SHA-256 of a zero byte and them. */
export function leafHash(bytes: Uint8Array): Uint8Array {
  return bytesOf(new TreeHasher().leaf(bytes));
}

/** Hash of a node with these children: SHA-256 of a one byte and both. */
export function nodeHash(left: Uint8Array, right: Uint8Array): Uint8Array {
  const pair = new Uint8Array(2 * HASH_LEN_BYTES);
  pair.set(left);
  pair.set(right, HASH_LEN_BYTES);
  return bytesOf(new TreeHasher().node(pair));
}

export function sameHash(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
