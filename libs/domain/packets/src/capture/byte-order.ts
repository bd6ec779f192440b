/** Reads unsigned integers in the byte order a capture file was written in. Callers check bounds. */
export class OrderedBytes {
  readonly bytes: Uint8Array;
  bigEndian: boolean;

  constructor(bytes: Uint8Array, bigEndian: boolean) {
    this.bytes = bytes;
    this.bigEndian = bigEndian;
  }

  u16(at: number): number {
    const b = this.bytes;
    return this.bigEndian ? (b[at]! << 8) | b[at + 1]! : (b[at + 1]! << 8) | b[at]!;
  }

  u32(at: number): number {
    const b = this.bytes;
    const word = this.bigEndian
      ? (b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!
      : (b[at + 3]! << 24) | (b[at + 2]! << 16) | (b[at + 1]! << 8) | b[at]!;
    return word >>> 0;
  }
}

/** `0x`-prefixed, eight digits: how magic numbers are printed in errors. */
export function hex32(word: number): string {
  return `0x${(word >>> 0).toString(16).padStart(8, '0')}`;
}
