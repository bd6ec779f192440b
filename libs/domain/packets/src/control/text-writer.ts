/** Writes ASCII text into bytes, one piece after another; allocates nothing. */
export class TextWriter {
  private bytes: Uint8Array = new Uint8Array(0);
  private start = 0;
  private at = 0;

  open(bytes: Uint8Array, at: number): this {
    this.bytes = bytes;
    this.start = at;
    this.at = at;
    return this;
  }

  text(text: string): this {
    for (let i = 0; i < text.length; i++) this.bytes[this.at++] = text.charCodeAt(i);
    return this;
  }

  /** A whole number from 0, in decimal digits. */
  number(value: number): this {
    let unit = 1;
    while (value >= unit * 10) unit *= 10;
    for (; unit >= 1; unit /= 10) this.bytes[this.at++] = 0x30 + (Math.floor(value / unit) % 10);
    return this;
  }

  /** An IPv4 address with `between` after each of its first three parts. */
  address(address: number, between: string): this {
    return this.number(address >>> 24)
      .text(between)
      .number((address >>> 16) & 255)
      .text(between)
      .number((address >>> 8) & 255)
      .text(between)
      .number(address & 255);
  }

  /** Spaces up to byte `end`. */
  padTo(end: number): this {
    while (this.at < end) this.bytes[this.at++] = 0x20;
    return this;
  }

  /** The last `count` bytes are written over by what comes next. */
  back(count: number): this {
    this.at -= count;
    return this;
  }

  /** Bytes written since `open`; RangeError where they did not all fit. */
  finish(): number {
    if (this.at > this.bytes.length) {
      throw new RangeError(
        `a text of ${this.at - this.start} bytes at ${this.start} does not fit into ${this.bytes.length}`,
      );
    }
    return this.at - this.start;
  }
}
