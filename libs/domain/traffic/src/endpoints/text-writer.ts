const DOT = 46;
const ZERO = 48;
const SPACE = 32;

/** Writes ASCII into a packet, piece by piece, without making strings. */
export class TextWriter {
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;

  begin(bytes: Uint8Array, at: number): this {
    this.bytes = bytes;
    this.at = at;
    return this;
  }

  /** Where the next character stands. */
  get end(): number {
    return this.at;
  }

  text(text: string): this {
    for (let i = 0; i < text.length; i++) this.bytes[this.at++] = text.charCodeAt(i);
    return this;
  }

  number(value: number): this {
    let unit = 1;
    while (unit * 10 <= value) unit *= 10;
    for (; unit >= 1; unit = Math.floor(unit / 10)) this.bytes[this.at++] = ZERO + (Math.floor(value / unit) % 10);
    return this;
  }

  /** `10.1.0.5`; FTP writes commas between the parts. */
  address(address: number, between: number = DOT): this {
    for (let shift = 24; shift >= 0; shift -= 8) {
      this.number((address >>> shift) & 255);
      if (shift > 0) this.bytes[this.at++] = between;
    }
    return this;
  }

  /** Spaces up to `end`. */
  padTo(end: number): this {
    while (this.at < end) this.bytes[this.at++] = SPACE;
    return this;
  }
}
