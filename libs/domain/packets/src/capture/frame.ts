import type { PartialRead } from './capture-error.js';

/** One recorded frame. The same object is refilled for every frame of a file: copy what must outlive the step. */
export interface Frame {
  /** From 0, in file order. */
  index: number;
  /** Whole seconds since 1970 (UTC); 0 where the file records no time. */
  seconds: number;
  /** 0 … 999 999 999 within the second. */
  nanoseconds: number;
  /** Link type number of the tcpdump.org registry. */
  linkType: number;
  /** Where the frame starts in the file's bytes. */
  at: number;
  /** Bytes that were recorded. */
  capLen: number;
  /** Bytes that were on the wire, never below capLen. */
  origLen: number;
  /** Name of the interface, and what is said of the frame; empty where a file says nothing. */
  interfaceName: string;
  comment: string;
}

export function emptyFrame(): Frame {
  return {
    index: -1,
    seconds: 0,
    nanoseconds: 0,
    linkType: 0,
    at: 0,
    capLen: 0,
    origLen: 0,
    interfaceName: '',
    comment: '',
  };
}

/** A reader of one file format: fills `frame` and answers true, or answers false at the end or at the first fault. */
export interface FrameSource {
  readonly format: 'pcap' | 'pcapng';
  next(frame: Frame): boolean;
  partial(): PartialRead | undefined;
}

/** The longest frame a capture may hold: 256 KiB, as in libpcap. A larger length field is a damaged file. */
export const MAX_FRAME_BYTES = 262_144;

const LINKTYPE_DBUS = 231;
const LINKTYPE_USBPCAP = 249;
const LINKTYPE_EBHSCR = 279;

/** USB and D-Bus messages may be far larger than a packet. */
export function maxFrameBytes(linkType: number): number {
  if (linkType === LINKTYPE_DBUS || linkType === LINKTYPE_USBPCAP) return 128 * 1024 * 1024;
  if (linkType === LINKTYPE_EBHSCR) return 8 * 1024 * 1024;
  return MAX_FRAME_BYTES;
}
