import { OrderedBytes, hex32 } from './byte-order.js';
import { CaptureError, type PartialRead } from './capture-error.js';
import { maxFrameBytes, type Frame, type FrameSource } from './frame.js';
import { timeOf, type TimeScale } from './ticks.js';

/** Block types. Source: the pcapng draft (opsawg-pcapng), section 11. */
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;

const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const OPTION_END = 0;
const OPTION_COMMENT = 1;
const OPTION_NAME = 2;
const OPTION_TSRESOL = 9;
const OPTION_TSOFFSET = 14;
const BLOCK_OVERHEAD_BYTES = 12;
const MAX_BLOCK_BYTES = 16 * 1024 * 1024;

interface CaptureInterface {
  readonly linkType: number;
  readonly snapLen: number;
  readonly scale: TimeScale;
  readonly name: string;
}

export function isSectionHeader(wordLittleEndian: number): boolean {
  return wordLittleEndian === SECTION_HEADER;
}

const padded = (len: number): number => (len + 3) & ~3;

/** Reads pcapng: any number of sections, each in its own byte order and with its own interfaces. */
export class PcapngReader implements FrameSource {
  readonly format = 'pcapng' as const;
  private readonly file: OrderedBytes;
  private at = 0;
  private frames = 0;
  private interfaces: CaptureInterface[] = [];
  private stopped: PartialRead | undefined;
  /** Of the packet that is being read. */
  private comment: string | undefined;

  /** Throws CaptureError when the first section header cannot be used. */
  constructor(bytes: Uint8Array) {
    this.file = new OrderedBytes(bytes, false);
    if (!this.block()) {
      const { atByte, reason } = this.stopped!;
      throw new CaptureError(
        'malformed',
        atByte,
        'a pcapng section header',
        reason,
        'record the capture again or copy the whole file',
      );
    }
  }

  partial(): PartialRead | undefined {
    return this.stopped;
  }

  next(frame: Frame): boolean {
    while (this.stopped === undefined && this.at < this.file.bytes.length) {
      const before = this.frames;
      if (!this.block(frame)) return false;
      if (this.frames !== before) return true;
    }
    return false;
  }

  /** Steps over one block. False where the file is damaged; `stopped` then says how. */
  private block(frame?: Frame): boolean {
    const file = this.file;
    const at = this.at;
    const left = file.bytes.length - at;
    if (left < 8) return this.stop(at, `a block header of 8 bytes is cut off after ${left}`);
    if (file.u32(at) === SECTION_HEADER && !this.beginSection(at, left)) return false;
    const type = file.u32(at);
    const totalLen = padded(file.u32(at + 4));
    if (totalLen < BLOCK_OVERHEAD_BYTES || totalLen > MAX_BLOCK_BYTES) {
      return this.stop(
        at + 4,
        `a block length of ${file.u32(at + 4)} bytes is outside ${BLOCK_OVERHEAD_BYTES} to ${MAX_BLOCK_BYTES}`,
      );
    }
    const bodyEnd = at + totalLen - 4;
    if (type === INTERFACE && !this.interfaceBlock(at + 8, bodyEnd)) return false;
    if (type === ENHANCED_PACKET || type === PACKET) {
      if (!this.packetBlock(at, totalLen, type === PACKET, frame!)) return false;
    } else if (type === SIMPLE_PACKET && !this.simplePacketBlock(at, totalLen, frame!)) return false;
    // The trailer is checked after the frame: a frame whose block is damaged at its end does not count.
    if (left < totalLen) return this.dropFrame(type, at, `a block of ${totalLen} bytes is cut off after ${left}`);
    if (padded(file.u32(bodyEnd)) !== totalLen) {
      return this.dropFrame(
        type,
        bodyEnd,
        `the length at the end of a block is ${file.u32(bodyEnd)}, at its start ${totalLen}`,
      );
    }
    this.at = at + totalLen;
    return true;
  }

  private beginSection(at: number, left: number): boolean {
    const file = this.file;
    if (left < 28) return this.stop(at, `a section header of 28 bytes is cut off after ${left}`);
    file.bigEndian = false;
    if (file.u32(at + 8) !== BYTE_ORDER_MAGIC) {
      file.bigEndian = true;
      if (file.u32(at + 8) !== BYTE_ORDER_MAGIC) {
        return this.stop(at + 8, `the byte-order magic is ${hex32(file.u32(at + 8))}, not 0x1a2b3c4d in either order`);
      }
    }
    if (file.u32(at + 4) < 28)
      return this.stop(at + 4, `a section header length of ${file.u32(at + 4)} bytes is below 28`);
    const major = file.u16(at + 12);
    const minor = file.u16(at + 14);
    if (major !== 1 || (minor !== 0 && minor !== 2))
      return this.stop(at + 12, `pcapng version ${major}.${minor} is not 1.0`);
    this.interfaces = [];
    return true;
  }

  private interfaceBlock(at: number, end: number): boolean {
    const file = this.file;
    if (end - at < 8)
      return this.stop(at, `an interface block of ${end - at + BLOCK_OVERHEAD_BYTES} bytes is below 20`);
    if (end > file.bytes.length) return this.stop(at, 'an interface block is cut off');
    let resolution = 6;
    let offsetSeconds = 0;
    let name = '';
    this.walkOptions(at + 8, end, (code, value, len) => {
      if (code === OPTION_NAME) name = this.text(value, len);
      if (code === OPTION_TSRESOL && len >= 1) resolution = file.bytes[value]!;
      // Offsets are whole seconds, signed, 64 bits; only the low half is ever used in practice.
      if (code === OPTION_TSOFFSET && len >= 8) offsetSeconds = file.u32(value + (file.bigEndian ? 4 : 0)) | 0;
    });
    const exponent = resolution & 0x7f;
    const perSecond = (resolution & 0x80) === 0 ? 10 ** exponent : 2 ** exponent;
    const [linkType, snapLen] = [file.u16(at), file.u32(at + 4)];
    this.interfaces.push({ linkType, snapLen, scale: { perSecond, offsetSeconds }, name });
    return true;
  }

  private packetBlock(at: number, totalLen: number, old: boolean, frame: Frame): boolean {
    const file = this.file;
    if (totalLen < 32) return this.stop(at + 4, `a packet block of ${totalLen} bytes is below 32`);
    if (file.bytes.length - at < 28)
      return this.stop(at, `a packet block is cut off after ${file.bytes.length - at} bytes`);
    const id = old ? file.u16(at + 8) : file.u32(at + 8);
    const from = this.interfaces[id];
    if (from === undefined) return this.stop(at + 8, `a packet names interface ${id} of ${this.interfaces.length}`);
    const capLen = file.u32(at + 20);
    if (totalLen < 32 + padded(capLen))
      return this.stop(at + 20, `a block of ${totalLen} bytes cannot hold a frame of ${capLen}`);
    const optionsAt = at + 28 + padded(capLen);
    const optionsEnd = Math.min(at + totalLen - 4, file.bytes.length);
    this.comment = undefined;
    if (!old && !this.walkOptions(optionsAt, optionsEnd, this.onPacketOption))
      return this.stop(optionsAt, 'options do not fit their block');
    const time = timeOf(file.u32(at + 12), file.u32(at + 16), from.scale);
    if (!this.fill(frame, from, at + 28, capLen, file.u32(at + 24), time.seconds, time.nanoseconds)) return false;
    if (!old) frame!.comment = this.comment ?? '';
    return true;
  }

  /** Hands on each option that stands there. False: one is not whole, so that all that follows may be out of place. */
  private walkOptions(at: number, end: number, on: (code: number, value: number, len: number) => void): boolean {
    const file = this.file;
    let option = at;
    while (option + 4 <= end) {
      const code = file.u16(option);
      const len = file.u16(option + 2);
      if (code === OPTION_END) return true;
      if (option + 4 + len > end) return false;
      on(code, option + 4, len);
      option += 4 + padded(len);
    }
    return option >= end;
  }

  /** The first comment of a packet counts. */
  private readonly onPacketOption = (code: number, value: number, len: number): void => {
    if (code === OPTION_COMMENT) this.comment ??= this.text(value, len);
  };

  private text(at: number, len: number): string {
    return new TextDecoder().decode(this.file.bytes.subarray(at, at + len));
  }

  private simplePacketBlock(at: number, totalLen: number, frame: Frame): boolean {
    const file = this.file;
    if (totalLen < 16) return this.stop(at + 4, `a simple packet block of ${totalLen} bytes is below 16`);
    if (file.bytes.length - at < 12)
      return this.stop(at, `a packet block is cut off after ${file.bytes.length - at} bytes`);
    const from = this.interfaces[0];
    if (from === undefined) return this.stop(at, 'a simple packet block comes before any interface block');
    const origLen = file.u32(at + 8);
    const capLen = from.snapLen === 0 ? origLen : Math.min(origLen, from.snapLen);
    if (totalLen < 16 + padded(capLen))
      return this.stop(at + 8, `a block of ${totalLen} bytes cannot hold a frame of ${capLen}`);
    return this.fill(frame, from, at + 12, capLen, origLen, 0, 0);
  }

  private fill(
    frame: Frame,
    from: CaptureInterface,
    at: number,
    capLen: number,
    origLen: number,
    seconds: number,
    nanoseconds: number,
  ): boolean {
    const limit = maxFrameBytes(from.linkType);
    if (capLen > limit) return this.stop(at, `a frame length of ${capLen} bytes is above the limit of ${limit}`);
    if (this.file.bytes.length - at < capLen) {
      return this.stop(at, `a frame of ${capLen} bytes is cut off after ${this.file.bytes.length - at}`);
    }
    frame.index = this.frames++;
    frame.seconds = seconds;
    frame.nanoseconds = nanoseconds;
    frame.linkType = from.linkType;
    frame.at = at;
    frame.capLen = Math.min(capLen, origLen);
    frame.origLen = origLen;
    frame.interfaceName = from.name;
    frame.comment = '';
    return true;
  }

  private dropFrame(type: number, atByte: number, reason: string): false {
    if (type === ENHANCED_PACKET || type === PACKET || type === SIMPLE_PACKET) this.frames -= 1;
    return this.stop(atByte, reason);
  }

  private stop(atByte: number, reason: string): false {
    this.stopped = { atByte, reason };
    return false;
  }
}
