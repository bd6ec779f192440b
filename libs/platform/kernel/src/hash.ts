import { hash } from 'node:crypto';

/** SHA-256 of the bytes, in hex. The one place where pure packages hash. */
export function sha256Hex(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}

/** SHA-256 of the integers as little-endian 32-bit words, in hex. */
export function hashInts(ints: Int32Array): string {
  if (!LITTLE_ENDIAN) {
    const view = new DataView(new ArrayBuffer(ints.byteLength));
    for (let i = 0; i < ints.length; i++) view.setInt32(i * 4, ints[i]!, true);
    return sha256Hex(new Uint8Array(view.buffer));
  }
  return sha256Hex(new Uint8Array(ints.buffer, ints.byteOffset, ints.byteLength));
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
