import { PROTOCOL } from '../packet/packet-view.js';

const SPACE = 0x20;

/**
 * The text a TCP or UDP packet carries, read a byte at a time from the words the packet stands in (wire byte order,
 * little-endian machine). Reading past the end gives -1 for ever: no text can make a reader leave its packet.
 */
export class TextScan {
  /** Of the packet that was opened: TCP or UDP; addresses as signed integers in host order. */
  proto = 0;
  src = 0;
  private words: Int32Array = new Int32Array(0);
  private at = 0;
  private end = 0;

  /**
   * Opens the IPv4 packet of `lenBytes` at word `wordAt`. False where it is neither TCP nor UDP, a later fragment,
   * damaged, or carries nothing.
   */
  open(words: Int32Array, wordAt: number, lenBytes: number): boolean {
    if (lenBytes < 28 || wordAt + ((lenBytes + 3) >>> 2) > words.length) return false;
    const first = words[wordAt] as number;
    const headerWords = first & 15;
    const lengthField = ((first >>> 8) & 0xff00) | (first >>> 24);
    const totalBytes = lengthField === 0 ? lenBytes : lengthField;
    const isLaterFragment = (((words[wordAt + 1] as number) >>> 16) & 0xff1f) !== 0;
    if ((first & 0xf0) !== 0x40 || headerWords < 5 || totalBytes > lenBytes || isLaterFragment) return false;
    const proto = ((words[wordAt + 2] as number) >>> 8) & 0xff;
    const l4Bytes = totalBytes - headerWords * 4;
    const l4 = wordAt + headerWords;
    if (l4Bytes < (proto === PROTOCOL.tcp ? 20 : 8)) return false;
    let headerBytes = 8;
    if (proto === PROTOCOL.tcp) headerBytes = ((words[l4 + 3] as number) >>> 2) & 60;
    else if (proto !== PROTOCOL.udp) return false;
    if (headerBytes < 8 || headerBytes >= l4Bytes) return false;
    this.proto = proto;
    this.src = swapped(words[wordAt + 3] as number);
    this.words = words;
    this.at = l4 * 4 + headerBytes;
    this.end = l4 * 4 + l4Bytes;
    return true;
  }

  get isAtEnd(): boolean {
    return this.at >= this.end;
  }

  /** The byte under the cursor; -1 at the end. */
  get here(): number {
    const { at } = this;
    return at < this.end ? ((this.words[at >> 2] as number) >>> ((at & 3) << 3)) & 0xff : -1;
  }

  step(): void {
    this.at++;
  }

  /** Steps over `text`, whose letters are lower case, in any case. False with the cursor where it was. */
  take(text: string): boolean {
    const from = this.at;
    for (let i = 0; i < text.length; i++) {
      const byte = this.here;
      const lower = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
      if (lower !== text.charCodeAt(i)) {
        this.at = from;
        return false;
      }
      this.at++;
    }
    return true;
  }

  /** The number at the cursor, up to `max`; -1 where there is none, it is larger, or the text ends with it. */
  number(max: number): number {
    let value = 0;
    let digits = 0;
    for (; isDigit(this.here); digits++) {
      value = value * 10 + this.here - 0x30;
      if (value > max) return -1;
      this.at++;
    }
    // At the very end more digits may follow in the next packet.
    return digits === 0 || this.isAtEnd ? -1 : value;
  }

  skipSpaces(): void {
    while (this.here === SPACE) this.at++;
  }

  /** To the next digit of this line. False where there is none. */
  toDigit(): boolean {
    while (!isDigit(this.here)) {
      if (this.isAtEnd || isLineEnd(this.here)) return false;
      this.at++;
    }
    return true;
  }

  /** Behind the next `byte` of this line. False where there is none. */
  past(byte: number): boolean {
    while (this.here !== byte) {
      if (this.isAtEnd || isLineEnd(this.here)) return false;
      this.at++;
    }
    this.at++;
    return true;
  }

  /** To the beginning of the next line. False where this one is the last. */
  nextLine(): boolean {
    while (!this.isAtEnd) {
      const isEnd = this.here === 0x0a;
      this.at++;
      if (isEnd) return true;
    }
    return false;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

export function isLineEnd(byte: number): boolean {
  return byte === 0x0d || byte === 0x0a;
}

function swapped(address: number): number {
  return (address << 24) | ((address & 0xff00) << 8) | ((address >>> 8) & 0xff00) | (address >>> 24);
}
