import { OrderedBytes, hex32 } from './byte-order.js';
import { CaptureError, type PartialRead } from './capture-error.js';
import { maxFrameBytes, type Frame, type FrameSource } from './frame.js';

const FILE_HEADER_BYTES = 24;

interface PcapVariant {
  readonly nanosecondFile: boolean;
  readonly recordHeaderBytes: number;
  /** Hardware taps of one maker write a size after the file header. */
  readonly extraFileHeaderBytes: number;
}

const MICROSECONDS: PcapVariant = { nanosecondFile: false, recordHeaderBytes: 16, extraFileHeaderBytes: 0 };

/** File magics as written by a little-endian host. Source: the pcap draft (opsawg-pcap) and libpcap's notes. */
const VARIANTS: ReadonlyMap<number, PcapVariant> = new Map([
  [0xa1b2c3d4, MICROSECONDS],
  [0xa1b23c4d, { ...MICROSECONDS, nanosecondFile: true }],
  // "Modified" pcap of old Linux distributions: interface, protocol and packet type follow the lengths.
  [0xa1b2cd34, { ...MICROSECONDS, recordHeaderBytes: 24 }],
  [0x1c0001ac, { ...MICROSECONDS, extraFileHeaderBytes: 4 }],
  [0x1c0001ab, { ...MICROSECONDS, extraFileHeaderBytes: 4 }],
]);

/** AIX numbers link types by interface type and writes nanoseconds, under the ordinary magic with version 2.2. */
const AIX_LINK_TYPES: ReadonlyMap<number, number> = new Map([
  [6, 1],
  [9, 6],
  [15, 10],
  [24, 0],
]);

export function isPcapMagic(wordLittleEndian: number, wordBigEndian: number): boolean {
  return VARIANTS.has(wordLittleEndian) || VARIANTS.has(wordBigEndian);
}

/** Reads the classic pcap format: both byte orders, micro- and nanosecond files, and the modified variants. */
export class PcapReader implements FrameSource {
  readonly format = 'pcap' as const;
  readonly linkType: number;
  private readonly file: OrderedBytes;
  private readonly variant: PcapVariant;
  private readonly nanosecondTimes: boolean;
  private readonly lengthsSwapped: 'no' | 'yes' | 'maybe';
  private at: number;
  private frames = 0;
  private stopped: PartialRead | undefined;

  /** Throws CaptureError when the file header cannot be used. */
  constructor(bytes: Uint8Array) {
    const little = new OrderedBytes(bytes, false);
    const file = VARIANTS.has(little.u32(0)) ? little : new OrderedBytes(bytes, true);
    const variant = VARIANTS.get(file.u32(0));
    if (variant === undefined) {
      throw new CaptureError(
        'not-a-capture',
        0,
        'a pcap magic number',
        hex32(file.u32(0)),
        'give a .pcap or .pcapng file',
      );
    }
    const headerBytes = FILE_HEADER_BYTES + variant.extraFileHeaderBytes;
    if (bytes.length < headerBytes) {
      throw new CaptureError(
        'truncated',
        bytes.length,
        `${headerBytes} bytes of pcap file header`,
        `a file of ${bytes.length} bytes`,
        'record the capture again or copy the whole file',
      );
    }
    const major = file.u16(4);
    const minor = file.u16(6);
    if (major < 2) {
      throw new CaptureError(
        'unsupported',
        4,
        'pcap version 2 or newer',
        `version ${major}.${minor}`,
        'convert it with editcap',
      );
    }
    const network = file.u32(20);
    if ((network & 0x03ff0000) !== 0) {
      throw new CaptureError(
        'malformed',
        20,
        'reserved link-type bits to be 0',
        hex32(network),
        'the file header is damaged; record the capture again',
      );
    }
    const aixLinkType =
      file.u32(0) === 0xa1b2c3d4 && major === 2 && minor === 2 ? AIX_LINK_TYPES.get(network) : undefined;
    this.file = file;
    this.variant = variant;
    this.linkType = aixLinkType ?? network & 0xffff;
    this.nanosecondTimes = variant.nanosecondFile || aixLinkType !== undefined;
    // Up to version 2.2 the original length came first; in 2.3 writers disagreed.
    this.lengthsSwapped =
      major === 543 || (major === 2 && minor < 3) ? 'yes' : major === 2 && minor === 3 ? 'maybe' : 'no';
    this.at = headerBytes;
  }

  partial(): PartialRead | undefined {
    return this.stopped;
  }

  next(frame: Frame): boolean {
    const file = this.file;
    const size = file.bytes.length;
    const at = this.at;
    if (this.stopped !== undefined || at === size) return false;
    if (size - at < this.variant.recordHeaderBytes) {
      return this.stop(at, `a record header of ${this.variant.recordHeaderBytes} bytes is cut off after ${size - at}`);
    }
    let capLen = file.u32(at + 8);
    let origLen = file.u32(at + 12);
    if (this.lengthsSwapped === 'yes' || (this.lengthsSwapped === 'maybe' && capLen > origLen)) {
      const first = capLen;
      capLen = origLen;
      origLen = first;
    }
    const limit = maxFrameBytes(this.linkType);
    if (capLen > limit) return this.stop(at + 8, `a frame length of ${capLen} bytes is above the limit of ${limit}`);
    const dataAt = at + this.variant.recordHeaderBytes;
    if (size - dataAt < capLen)
      return this.stop(dataAt, `a frame of ${capLen} bytes is cut off after ${size - dataAt}`);
    const fraction = file.u32(at + 4);
    frame.index = this.frames++;
    frame.seconds = file.u32(at);
    frame.nanoseconds = this.nanosecondTimes ? fraction : fraction * 1000;
    frame.linkType = this.linkType;
    frame.at = dataAt;
    frame.capLen = Math.min(capLen, origLen);
    frame.origLen = origLen;
    this.at = dataAt + capLen;
    return true;
  }

  private stop(atByte: number, reason: string): false {
    this.stopped = { atByte, reason };
    return false;
  }
}
