/**
 * The part of a frame still being unwrapped. Two ends: what was recorded, and what was on the wire
 * (a snapshot length cuts the first; a length field such as PPPoE's sets both).
 */
export class Window {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  capEnd = 0;
  wireEnd = 0;

  open(bytes: Uint8Array, at: number, capLen: number, origLen: number): void {
    this.bytes = bytes;
    this.at = at;
    this.capEnd = Math.min(at + capLen, bytes.length);
    this.wireEnd = at + origLen;
  }

  /** True while `count` recorded bytes follow. */
  has(count: number): boolean {
    return this.capEnd - this.at >= count;
  }

  u8(offset: number): number {
    return this.bytes[this.at + offset]!;
  }

  u16(offset: number): number {
    return (this.bytes[this.at + offset]! << 8) | this.bytes[this.at + offset + 1]!;
  }

  u16le(offset: number): number {
    return (this.bytes[this.at + offset + 1]! << 8) | this.bytes[this.at + offset]!;
  }

  /** Signed 32 bits: addresses and masks are compared as such. */
  i32(offset: number): number {
    return (this.u16(offset) << 16) | this.u16(offset + 2);
  }

  u32le(offset: number): number {
    return ((this.u16le(offset + 2) << 16) | this.u16le(offset)) >>> 0;
  }

  skip(count: number): void {
    this.at += count;
  }

  /** A length field said how many bytes follow. A length past the end leaves the recorded end as it is. */
  setLength(lenBytes: number): void {
    this.wireEnd = this.at + lenBytes;
    if (this.capEnd > this.wireEnd) this.capEnd = this.wireEnd;
  }

  /** As setLength, for length fields that padding may follow but that never add bytes. */
  trimLength(lenBytes: number): void {
    if (this.at + lenBytes < this.wireEnd) this.setLength(lenBytes);
  }

  /** True when `count` bytes at `offset` equal those at `other`, both recorded. */
  same(offset: number, other: number, count: number): boolean {
    if (!this.has(offset + count)) return false;
    for (let i = 0; i < count; i++) if (this.u8(offset + i) !== this.u8(other + i)) return false;
    return true;
  }
}
