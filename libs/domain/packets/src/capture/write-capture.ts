/** A frame to be written. `origLen` defaults to the length of its bytes. */
export interface FrameToWrite {
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly bytes: Uint8Array;
  readonly origLen?: number;
}

export interface PcapOptions {
  /** Number of the tcpdump.org registry; see LINK. */
  readonly linkType: number;
  /** Nanosecond file; else times are cut to microseconds. */
  readonly nanoseconds?: boolean;
  readonly bigEndian?: boolean;
}

const MAX_SNAP_LEN = 262_144;

/** The bytes of a pcap file with these frames, in this order. */
export function writePcap(frames: Iterable<FrameToWrite>, options: PcapOptions): Uint8Array {
  const little = options.bigEndian !== true;
  const list = [...frames];
  const size = list.reduce((sum, frame) => sum + 16 + frame.bytes.length, 24);
  const file = new Uint8Array(size);
  const view = new DataView(file.buffer);
  view.setUint32(0, options.nanoseconds === true ? 0xa1b23c4d : 0xa1b2c3d4, little);
  view.setUint16(4, 2, little);
  view.setUint16(6, 4, little);
  view.setUint32(16, MAX_SNAP_LEN, little);
  view.setUint32(20, options.linkType, little);
  let at = 24;
  for (const frame of list) {
    const fraction = options.nanoseconds === true ? frame.nanoseconds : Math.floor(frame.nanoseconds / 1000);
    view.setUint32(at, frame.seconds, little);
    view.setUint32(at + 4, fraction, little);
    view.setUint32(at + 8, frame.bytes.length, little);
    view.setUint32(at + 12, frame.origLen ?? frame.bytes.length, little);
    file.set(frame.bytes, at + 16);
    at += 16 + frame.bytes.length;
  }
  return file;
}

/** Assembles pcapng files block by block: sections, interfaces, packets and blocks of any other type. */
export class PcapngBuilder {
  private readonly blocks: Uint8Array[] = [];
  private little = true;

  section(options: { readonly bigEndian?: boolean } = {}): this {
    this.little = options.bigEndian !== true;
    return this.block(0x0a0d0d0a, 16, (view) => {
      view.setUint32(0, 0x1a2b3c4d, this.little);
      view.setUint16(4, 1, this.little);
      view.setUint32(8, 0xffffffff, this.little);
      view.setUint32(12, 0xffffffff, this.little);
    });
  }

  /** `timeResolution`: the byte of if_tsresol, 6 for microseconds; its top bit makes it a power of two. */
  interface(
    linkType: number,
    options: { readonly snapLen?: number; readonly timeResolution?: number; readonly offsetSeconds?: number } = {},
  ): this {
    return this.block(1, 32, (view) => {
      view.setUint16(0, linkType, this.little);
      view.setUint32(4, options.snapLen ?? 0, this.little);
      view.setUint16(8, 9, this.little);
      view.setUint16(10, 1, this.little);
      view.setUint8(12, options.timeResolution ?? 6);
      view.setUint16(16, 14, this.little);
      view.setUint16(18, 8, this.little);
      const offset = options.offsetSeconds ?? 0;
      view.setInt32(this.little ? 24 : 20, offset < 0 ? -1 : 0, this.little);
      view.setInt32(this.little ? 20 : 24, offset, this.little);
    });
  }

  /** An enhanced packet block; the time is a 64-bit count of the interface's ticks, in two halves. */
  packet(interfaceId: number, ticksHigh: number, ticksLow: number, bytes: Uint8Array, origLen = bytes.length): this {
    return this.block(6, 20 + padded(bytes.length), (view, body) => {
      view.setUint32(0, interfaceId, this.little);
      view.setUint32(4, ticksHigh, this.little);
      view.setUint32(8, ticksLow, this.little);
      view.setUint32(12, bytes.length, this.little);
      view.setUint32(16, origLen, this.little);
      body.set(bytes, 20);
    });
  }

  /** A simple packet block of interface 0. */
  simplePacket(bytes: Uint8Array, origLen = bytes.length): this {
    return this.block(3, 4 + padded(bytes.length), (view, body) => {
      view.setUint32(0, origLen, this.little);
      body.set(bytes, 4);
    });
  }

  /** The packet block of old files. */
  oldPacket(interfaceId: number, ticksHigh: number, ticksLow: number, bytes: Uint8Array): this {
    return this.block(2, 20 + padded(bytes.length), (view, body) => {
      view.setUint16(0, interfaceId, this.little);
      view.setUint16(2, 0xffff, this.little);
      view.setUint32(4, ticksHigh, this.little);
      view.setUint32(8, ticksLow, this.little);
      view.setUint32(12, bytes.length, this.little);
      view.setUint32(16, bytes.length, this.little);
      body.set(bytes, 20);
    });
  }

  /** A block of any type, such as one no reader knows. */
  other(type: number, body: Uint8Array): this {
    return this.block(type, padded(body.length), (_, into) => into.set(body));
  }

  bytes(): Uint8Array {
    const file = new Uint8Array(this.blocks.reduce((sum, block) => sum + block.length, 0));
    let at = 0;
    for (const block of this.blocks) {
      file.set(block, at);
      at += block.length;
    }
    return file;
  }

  private block(type: number, bodyBytes: number, fill: (view: DataView, body: Uint8Array) => void): this {
    const block = new Uint8Array(12 + bodyBytes);
    const view = new DataView(block.buffer);
    view.setUint32(0, type, this.little);
    view.setUint32(4, block.length, this.little);
    view.setUint32(8 + bodyBytes, block.length, this.little);
    fill(new DataView(block.buffer, 8, bodyBytes), block.subarray(8, 8 + bodyBytes));
    this.blocks.push(block);
    return this;
  }
}

function padded(lenBytes: number): number {
  return (lenBytes + 3) & ~3;
}
