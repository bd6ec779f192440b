import { OrderedBytes, hex32 } from './byte-order.js';
import { CaptureError, type PartialRead } from './capture-error.js';
import { emptyFrame, type Frame, type FrameSource } from './frame.js';
import { isPcapMagic, PcapReader } from './pcap-reader.js';
import { isSectionHeader, PcapngReader } from './pcapng-reader.js';

/** An open capture: step with `next`, or loop over it. `partial` is set once a damaged place stopped the reading. */
export interface Capture extends Iterable<Readonly<Frame>> {
  readonly format: 'pcap' | 'pcapng';
  readonly bytes: Uint8Array;
  /** Fills `frame` with the next one. False at the end, and at the first damaged place. */
  next(frame: Frame): boolean;
  /** Where and why reading stopped early; undefined while all is well. */
  readonly partial: PartialRead | undefined;
}

class OpenCapture implements Capture {
  readonly bytes: Uint8Array;
  private readonly source: FrameSource;

  constructor(bytes: Uint8Array, source: FrameSource) {
    this.bytes = bytes;
    this.source = source;
  }

  get format(): 'pcap' | 'pcapng' {
    return this.source.format;
  }

  get partial(): PartialRead | undefined {
    return this.source.partial();
  }

  next(frame: Frame): boolean {
    return this.source.next(frame);
  }

  *[Symbol.iterator](): Iterator<Readonly<Frame>> {
    const frame = emptyFrame();
    while (this.source.next(frame)) yield frame;
  }
}

/**
 * Opens a pcap or pcapng file held in memory. Frames are read in one pass and not copied.
 * Throws CaptureError, and only that, when nothing of the file can be used.
 */
export function readCapture(bytes: Uint8Array): Capture {
  if (bytes.length < 4) {
    throw new CaptureError(
      'truncated',
      bytes.length,
      'a capture file',
      `${bytes.length} bytes`,
      'give a .pcap or .pcapng file',
    );
  }
  const little = new OrderedBytes(bytes, false).u32(0);
  const big = new OrderedBytes(bytes, true).u32(0);
  if (isSectionHeader(little)) return new OpenCapture(bytes, new PcapngReader(bytes));
  if (isPcapMagic(little, big)) return new OpenCapture(bytes, new PcapReader(bytes));
  if (big >>> 16 === 0x1f8b) {
    throw new CaptureError('compressed', 0, 'a pcap or pcapng file', 'a gzip file', 'unpack it with gunzip first');
  }
  throw new CaptureError(
    'not-a-capture',
    0,
    'the magic number of pcap or pcapng',
    hex32(big),
    'convert other formats with editcap',
  );
}

/** A view of a frame's recorded bytes; it shares memory with the file. */
export function frameBytes(capture: Capture, frame: Readonly<Frame>): Uint8Array {
  return capture.bytes.subarray(frame.at, frame.at + frame.capLen);
}
