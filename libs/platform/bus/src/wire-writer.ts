const BUFFER_BYTES = 256 * 1024;
const NEWLINE = 10;
const RETURN = 13;
const ZERO = 48;
/** Digits of the largest length, and two ends of line. */
const NUMBER_AND_ENDS_BYTES = 16;

/**
 * Gathers what goes to the server in buffers that are used again and again. What a turn writes leaves at its end in
 * one piece, and what is written while the socket is busy leaves in one piece when it is not.
 */
export class WireWriter {
  readonly #write: (bytes: Uint8Array, written: () => void) => void;
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  #out = new Uint8Array(BUFFER_BYTES);
  #at = 0;
  #writing = 0;
  #queued = false;

  /** `write` hands bytes to the socket; they are not touched until it calls `written`. */
  constructor(write: (bytes: Uint8Array, written: () => void) => void) {
    this.#write = write;
  }

  /** A message: `head` is its line up to the length, `PUB <subject> <reply> `. */
  message(head: Uint8Array, body: Uint8Array): void {
    this.#room(head.length + body.length + NUMBER_AND_ENDS_BYTES);
    const out = this.#out;
    out.set(head, this.#at);
    let at = writeNumber(out, this.#at + head.length, body.length);
    out[at] = RETURN;
    out[at + 1] = NEWLINE;
    out.set(body, at + 2);
    at += 2 + body.length;
    out[at] = RETURN;
    out[at + 1] = NEWLINE;
    this.#at = at + 2;
  }

  /** Bytes as they are. */
  add(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#out.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #room(bytes: number): void {
    if (this.#at + bytes > this.#out.length) {
      this.#send();
      if (bytes > this.#out.length) this.#out = new Uint8Array(bytes);
    }
    if (this.#queued) return;
    this.#queued = true;
    queueMicrotask(this.#flush);
  }

  readonly #flush = (): void => {
    this.#queued = false;
    if (this.#writing === 0) this.#send();
  };

  #send(): void {
    if (this.#at === 0) return;
    const out = this.#out;
    const bytes = out.subarray(0, this.#at);
    this.#out = this.#free.pop() ?? new Uint8Array(BUFFER_BYTES);
    this.#at = 0;
    this.#writing++;
    this.#write(bytes, () => {
      this.#writing--;
      if (out.length === BUFFER_BYTES) this.#free.push(out);
      if (this.#writing === 0) this.#send();
    });
  }
}

/** Writes the decimal digits of a number that is not negative; returns the position after them. */
function writeNumber(out: Uint8Array, at: number, number: number): number {
  let digits = 1;
  for (let rest = number; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  let rest = number;
  for (let i = at + digits - 1; i >= at; i--) {
    out[i] = ZERO + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return at + digits;
}
