import { Ipv4Finder } from '../link/find-ipv4.js';
import type { PartialRead } from './capture-error.js';
import { emptyFrame } from './frame.js';
import { readCapture } from './read-capture.js';

/** Counts of one capture file. The names are those of its published reference counts. */
export interface CaptureInfo {
  frames: number;
  ipv4_packets: number;
  ipv4_fragments: number;
  /** Distinct unordered pairs of (address, port). A pair used again later counts once. */
  tcp_connections: number;
  udp_flows: number;
  /** Distinct (protocol, unordered address pair) among all other IPv4 packets. */
  other_flows: number;
}

export interface CaptureSummary {
  readonly info: CaptureInfo;
  readonly format: 'pcap' | 'pcapng';
  /** Frames by link type number. */
  readonly linkTypes: ReadonlyMap<number, number>;
  readonly firstSeconds: number;
  readonly lastSeconds: number;
  readonly partial: PartialRead | undefined;
}

const TCP = 6;
const UDP = 17;
const MIN_HEADER_BYTES = 20;

/** Counts a capture; a damaged one up to the damage. Throws CaptureError when nothing of the file can be used. */
export function captureInfo(bytes: Uint8Array): CaptureInfo {
  return summarizeCapture(bytes).info;
}

/** As captureInfo, with what else a reader wants to know of a file. */
export function summarizeCapture(bytes: Uint8Array): CaptureSummary {
  const capture = readCapture(bytes);
  const counter = new Ipv4Counter();
  const linkTypes = new Map<number, number>();
  const frame = emptyFrame();
  let frames = 0;
  let firstSeconds = 0;
  while (capture.next(frame)) {
    if (frames === 0) firstSeconds = frame.seconds;
    frames += 1;
    linkTypes.set(frame.linkType, (linkTypes.get(frame.linkType) ?? 0) + 1);
    counter.add(frame.linkType, bytes, frame.at, frame.capLen, frame.origLen);
  }
  const info: CaptureInfo = {
    frames,
    ipv4_packets: counter.packets,
    ipv4_fragments: counter.fragments,
    tcp_connections: counter.tcp.size,
    udp_flows: counter.udp.size,
    other_flows: counter.other.size,
  };
  return {
    info,
    format: capture.format,
    linkTypes,
    firstSeconds,
    lastSeconds: frame.seconds,
    partial: capture.partial,
  };
}

class Ipv4Counter {
  packets = 0;
  fragments = 0;
  readonly tcp = new Set<string>();
  readonly udp = new Set<string>();
  readonly other = new Set<string>();
  private readonly finder = new Ipv4Finder();
  private destination = 0;

  add(linkType: number, bytes: Uint8Array, at: number, capLen: number, origLen: number): void {
    if (!this.finder.find(linkType, bytes, at, capLen, origLen)) return;
    const w = this.finder.window;
    if (!w.has(MIN_HEADER_BYTES)) return;
    const headerBytes = (w.u8(0) & 15) * 4;
    const totalLen = w.u16(2);
    if (headerBytes < MIN_HEADER_BYTES) return;
    // A length of 0 is a large send recorded before the card cut it up: the frame's own end holds.
    if (totalLen !== 0) {
      if (totalLen < headerBytes) return;
      w.trimLength(totalLen);
      if (!w.has(MIN_HEADER_BYTES)) return;
    }
    if (!this.findDestination(headerBytes)) return;
    this.packets += 1;
    const fragment = w.u16(6);
    const isLaterFragment = (fragment & 0x1fff) !== 0;
    if ((fragment & 0x3fff) !== 0) this.fragments += 1;
    if (isLaterFragment) return;
    this.flow(w.u8(9), w.i32(12), this.destination, headerBytes);
  }

  private flow(protocol: number, src: number, dst: number, headerBytes: number): void {
    const w = this.finder.window;
    const isPortProtocol = protocol === TCP || protocol === UDP;
    if (isPortProtocol && w.has(headerBytes + 4)) {
      const from = `${src}:${w.u16(headerBytes)}`;
      const to = `${dst}:${w.u16(headerBytes + 2)}`;
      (protocol === TCP ? this.tcp : this.udp).add(from < to ? `${from} ${to}` : `${to} ${from}`);
      return;
    }
    const low = Math.min(src, dst);
    const high = Math.max(src, dst);
    this.other.add(`${protocol} ${low} ${high}`);
  }

  /**
   * Where the packet goes at last, into `destination`. RFC 791: with a source route that is not used up, that is the
   * last hop listed. False when the recording ends among the options, where no destination can be told.
   */
  private findDestination(headerBytes: number): boolean {
    const w = this.finder.window;
    const LOOSE_ROUTE = 131;
    const STRICT_ROUTE = 137;
    this.destination = w.i32(16);
    for (let at = MIN_HEADER_BYTES; at < headerBytes;) {
      if (!w.has(at + 1)) return false;
      const option = w.u8(at);
      if (option === 0) return true;
      if (option === 1) {
        at += 1;
        continue;
      }
      if (at + 1 === headerBytes) return true;
      if (!w.has(at + 2)) return false;
      const lenBytes = w.u8(at + 1);
      if (lenBytes < 2 || at + lenBytes > headerBytes) return true;
      if (option === LOOSE_ROUTE || option === STRICT_ROUTE) {
        if (!w.has(at + 3)) return false;
        const pointer = w.u8(at + 2);
        if (pointer < 4 || (pointer & 3) !== 0 || pointer > lenBytes) return true;
        if (!w.has(headerBytes)) return false;
        this.destination = w.i32(at + lenBytes - 4);
        return true;
      }
      at += lenBytes;
    }
    return true;
  }
}
