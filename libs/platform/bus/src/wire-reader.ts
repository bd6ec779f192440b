/** One subject whose messages are read straight from the socket. */
export interface Tap {
  /** What the server's line for a message of it begins with: `MSG <subject> <sid> `. */
  readonly head: Uint8Array;
  /** Takes a message; the bytes are 4-byte aligned and valid during the call only. */
  readonly on: (bytes: Uint8Array) => void;
}

const NEWLINE = 10;
const SPACE = 32;
const ZERO = 48;
const LETTER_H = 72;
const LETTER_M = 77;
/** A line and a payload both end with return and newline. */
const END_BYTES = 2;

/**
 * Takes a server's stream apart: messages of tapped subjects go to their taps, whole and in order, without a copy
 * where they lie in one piece at an aligned address; every other byte goes to the client library as it came.
 */
export class WireReader {
  readonly #taps: readonly Tap[];
  readonly #others: (bytes: Uint8Array) => void;
  /** The beginning of a line that goes on in the next chunk. */
  #line = new Uint8Array(4096);
  #lineBytes = 0;
  /** Bytes of a message of the library's that are still to come. */
  #skip = 0;
  /** The tapped message under way, the length of its payload, and what has come of that and of its end. */
  #tap: Tap | undefined;
  #size = 0;
  #has = 0;
  #payload = new Uint8Array(16 * 1024);

  /** `taps` may change between reads. What `others` gets is its own to keep. */
  constructor(taps: readonly Tap[], others: (bytes: Uint8Array) => void) {
    this.#taps = taps;
    this.#others = others;
  }

  /** Takes `chunk[0 … end)` and does not refer to it afterwards. */
  read(chunk: Uint8Array, end: number): void {
    let at = 0;
    /** Up to `at` from here: the library's, not handed on yet. */
    let from = 0;
    while (at < end) {
      if (this.#tap !== undefined) {
        at = this.#goOn(this.#tap, chunk, at, end);
        from = at;
      } else if (this.#skip > 0) {
        const bytes = Math.min(this.#skip, end - at);
        this.#skip -= bytes;
        at += bytes;
      } else {
        const newline = findNewline(chunk, at, end);
        if (newline === end || this.#lineBytes > 0) {
          this.#handOn(chunk, from, at);
          this.#keepLine(chunk, at, Math.min(newline + 1, end));
          at = Math.min(newline + 1, end);
          from = at;
          if (newline < end) this.#endLine();
          continue;
        }
        const tap = this.#tapOf(chunk, at, newline);
        if (tap === undefined) {
          this.#skip = payloadBytes(chunk, at, newline);
          at = newline + 1;
          continue;
        }
        this.#handOn(chunk, from, at);
        at = this.#begin(tap, chunk, newline, end);
        from = at;
      }
    }
    this.#handOn(chunk, from, at);
  }

  /** A tapped message whose line ends at `newline`; returns where what follows begins. */
  #begin(tap: Tap, chunk: Uint8Array, newline: number, end: number): number {
    const size = sizeBefore(chunk, newline);
    const at = newline + 1;
    if (at + size + END_BYTES > end) {
      this.#await(tap, size);
      return at;
    }
    const offset = chunk.byteOffset + at;
    if ((offset & 3) === 0) tap.on(new Uint8Array(chunk.buffer, offset, size));
    else {
      this.#reserve(size);
      this.#payload.set(chunk.subarray(at, at + size));
      tap.on(new Uint8Array(this.#payload.buffer, 0, size));
    }
    return at + size + END_BYTES;
  }

  /** The payload of a tapped message comes in several pieces. */
  #await(tap: Tap, size: number): void {
    this.#tap = tap;
    this.#size = size;
    this.#has = 0;
    this.#reserve(size + END_BYTES);
  }

  #goOn(tap: Tap, chunk: Uint8Array, at: number, end: number): number {
    const whole = this.#size + END_BYTES;
    const bytes = Math.min(whole - this.#has, end - at);
    this.#payload.set(chunk.subarray(at, at + bytes), this.#has);
    this.#has += bytes;
    if (this.#has === whole) {
      this.#tap = undefined;
      tap.on(new Uint8Array(this.#payload.buffer, 0, this.#size));
    }
    return at + bytes;
  }

  #reserve(bytes: number): void {
    if (bytes > this.#payload.length) this.#payload = new Uint8Array(bytes * 2);
  }

  #keepLine(chunk: Uint8Array, from: number, to: number): void {
    const bytes = this.#lineBytes + to - from;
    if (bytes > this.#line.length) {
      const larger = new Uint8Array(bytes * 2);
      larger.set(this.#line);
      this.#line = larger;
    }
    this.#line.set(chunk.subarray(from, to), this.#lineBytes);
    this.#lineBytes = bytes;
  }

  /** A line that came in pieces is whole. */
  #endLine(): void {
    const newline = this.#lineBytes - 1;
    const tap = this.#tapOf(this.#line, 0, newline);
    if (tap === undefined) {
      this.#skip = payloadBytes(this.#line, 0, newline);
      this.#handOn(this.#line, 0, this.#lineBytes);
    } else {
      this.#await(tap, sizeBefore(this.#line, newline));
    }
    this.#lineBytes = 0;
  }

  #handOn(chunk: Uint8Array, from: number, to: number): void {
    if (to > from) this.#others(chunk.slice(from, to));
  }

  #tapOf(line: Uint8Array, at: number, newline: number): Tap | undefined {
    for (const tap of this.#taps) if (beginsWith(line, at, newline, tap.head)) return tap;
    return undefined;
  }
}

/** Position of the next newline, or `end`. */
function findNewline(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at] !== NEWLINE) at++;
  return at;
}

/** Whether the line says what `head` says; from the back, where heads differ. */
function beginsWith(line: Uint8Array, at: number, newline: number, head: Uint8Array): boolean {
  if (newline - at < head.length) return false;
  for (let i = head.length - 1; i >= 0; i--) if (line[at + i] !== head[i]) return false;
  return true;
}

/** The number a line ends with. */
function sizeBefore(line: Uint8Array, newline: number): number {
  let size = 0;
  let unit = 1;
  for (let at = newline - END_BYTES; line[at] !== SPACE; at--) {
    size += ((line[at] as number) - ZERO) * unit;
    unit *= 10;
  }
  return size;
}

/** Bytes that follow a line: a message's payload with its end, or nothing. */
function payloadBytes(line: Uint8Array, at: number, newline: number): number {
  const first = line[at];
  return first === LETTER_M || first === LETTER_H ? sizeBefore(line, newline) + END_BYTES : 0;
}
