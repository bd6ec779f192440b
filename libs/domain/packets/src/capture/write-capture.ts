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
const OPTION_COMMENT = 1;
const MAX_OPTION_BYTES = 0xffff;

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

/** An option of a block: its code and its value. */
type Option = readonly [code: number, value: Uint8Array];

export interface SectionToWrite {
  readonly bigEndian?: boolean;
  readonly comment?: string;
  /** The program that wrote it. */
  readonly application?: string;
}

export interface InterfaceToWrite {
  /** Captured bytes a packet at most; by default 0: no limit. */
  readonly snapLen?: number;
  /** The byte of if_tsresol, by default 6 for microseconds; its top bit makes it a power of two. */
  readonly timeResolution?: number;
  readonly offsetSeconds?: number;
  readonly name?: string;
  readonly description?: string;
}

export interface PacketNotes {
  readonly comment?: string;
  /** The same for every capture of one packet, 32 bits. */
  readonly packetId?: number;
}

/** Assembles pcapng files block by block: sections, interfaces, packets and blocks of any other type. */
export class PcapngBuilder {
  private readonly blocks: Uint8Array[] = [];
  private little = true;

  section(section: SectionToWrite = {}): this {
    this.little = section.bigEndian !== true;
    const options = [...textOption(OPTION_COMMENT, section.comment), ...textOption(4, section.application)];
    return this.block(0x0a0d0d0a, 16, options, (view) => {
      view.setUint32(0, 0x1a2b3c4d, this.little);
      view.setUint16(4, 1, this.little);
      view.setUint32(8, 0xffffffff, this.little);
      view.setUint32(12, 0xffffffff, this.little);
    });
  }

  interface(linkType: number, described: InterfaceToWrite = {}): this {
    const { offsetSeconds } = described;
    const options: Option[] = [
      ...textOption(2, described.name),
      ...textOption(3, described.description),
      [9, Uint8Array.of(described.timeResolution ?? 6)],
    ];
    if (offsetSeconds !== undefined) options.push([14, this.wide(offsetSeconds < 0 ? -1 : 0, offsetSeconds)]);
    return this.block(1, 8, options, (view) => {
      view.setUint16(0, linkType, this.little);
      view.setUint32(4, described.snapLen ?? 0, this.little);
    });
  }

  /** An enhanced packet block; the time is a 64-bit count of the interface's ticks, in two halves. */
  packet(
    interfaceId: number,
    ticksHigh: number,
    ticksLow: number,
    bytes: Uint8Array,
    origLen: number = bytes.length,
    { comment, packetId }: PacketNotes = {},
  ): this {
    const options: Option[] = [...textOption(OPTION_COMMENT, comment)];
    if (packetId !== undefined) options.push([5, this.wide(0, packetId)]);
    return this.block(6, 20 + padded(bytes.length), options, (view, body) => {
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
    return this.block(3, 4 + padded(bytes.length), [], (view, body) => {
      view.setUint32(0, origLen, this.little);
      body.set(bytes, 4);
    });
  }

  /** The packet block of old files. */
  oldPacket(interfaceId: number, ticksHigh: number, ticksLow: number, bytes: Uint8Array): this {
    return this.block(2, 20 + padded(bytes.length), [], (view, body) => {
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
    return this.block(type, padded(body.length), [], (_, into) => into.set(body));
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

  private block(
    type: number,
    bodyBytes: number,
    options: readonly Option[],
    fill: (view: DataView, body: Uint8Array) => void,
  ): this {
    // Options end with one of length 0, where there are any.
    const optionBytes = options.reduce((sum, [, value]) => sum + 4 + padded(value.length), options.length > 0 ? 4 : 0);
    const block = new Uint8Array(12 + bodyBytes + optionBytes);
    const view = new DataView(block.buffer);
    view.setUint32(0, type, this.little);
    view.setUint32(4, block.length, this.little);
    view.setUint32(8 + bodyBytes + optionBytes, block.length, this.little);
    fill(new DataView(block.buffer, 8, bodyBytes), block.subarray(8, 8 + bodyBytes));
    let at = 8 + bodyBytes;
    for (const [code, value] of options) {
      view.setUint16(at, code, this.little);
      view.setUint16(at + 2, value.length, this.little);
      block.set(value, at + 4);
      at += 4 + padded(value.length);
    }
    this.blocks.push(block);
    return this;
  }

  private wide(high: number, low: number): Uint8Array {
    const value = new Uint8Array(8);
    const view = new DataView(value.buffer);
    view.setInt32(this.little ? 4 : 0, high, this.little);
    view.setInt32(this.little ? 0 : 4, low, this.little);
    return value;
  }
}

function padded(lenBytes: number): number {
  return (lenBytes + 3) & ~3;
}

/** A text as an option, in UTF-8 and cut to what an option can hold; none where there is no text. */
function textOption(code: number, text: string | undefined): Option[] {
  return text === undefined ? [] : [[code, new TextEncoder().encode(text).subarray(0, MAX_OPTION_BYTES)]];
}
