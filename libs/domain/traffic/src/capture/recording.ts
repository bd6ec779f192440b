import { emptyFrame, Ipv4Finder, KIND, LINK, PacketView, readCapture } from '@rehearsal/packets';
import { FlowIndex } from './flow-index.js';

const ETHERNET_HEADER_BYTES = 14;
/** What one record of a packet frame can carry. */
const MAX_PACKET_BYTES = 0xffff;

/**
 * A capture made ready to be played: packets without their link layer in one block of words, each
 * with its time, flow, side and addresses. IPv4 packets are freed of Ethernet padding; whatever else
 * was recorded is kept as it is, under the flow of odd packets.
 */
export interface Recording {
  readonly name: string;
  readonly packets: number;
  readonly words: Int32Array;
  /** First word of each packet. */
  readonly wordAt: Int32Array;
  readonly lenBytes: Int32Array;
  /** Microseconds since the first packet, never falling. */
  readonly atUs: Float64Array;
  readonly flow: Int32Array;
  /** By packet: the flow whose way it goes: its own, or, of a fragment recorded before its first one, that one's. */
  readonly along: Int32Array;
  /** 0: sent by the side that spoke first in the flow, 1: by the other. */
  readonly side: Uint8Array;
  /** Index into `clients` (0 and up) or `servers` (-2 and down: -2 - index); -1: the address is left as it is. */
  readonly src: Int32Array;
  readonly dst: Int32Array;
  /** By packet: the flow an ICMP error quotes a packet of; -1 for any other packet. */
  readonly about: Int32Array;
  /** Hosts that began a flow, and the others. */
  readonly clients: number;
  readonly servers: number;
  /** One of them, of protocol `odd`, may hold the packets that belong to no flow. */
  readonly flows: readonly RecordedFlow[];
  /** Frames that hold nothing that could be sent. */
  readonly unplayable: number;
  /** Where and why reading stopped, for a damaged file. */
  readonly damage: string | undefined;
}

export interface RecordedFlow {
  readonly protocol: string;
  readonly src: number;
  readonly srcPort: number;
  readonly dst: number;
  readonly dstPort: number;
  readonly firstPacket: number;
  readonly lastPacket: number;
  /** What its packets have in common: addresses and ports (or the identifier of ICMP questions), addresses, or nothing. */
  readonly compared: 'none' | 'addresses' | 'whole';
}

/** Reads a capture file (pcap, pcapng) held in memory. Throws CaptureError when nothing of it can be used. */
export function readRecording(name: string, bytes: Uint8Array): Recording {
  const capture = readCapture(bytes);
  const frame = emptyFrame();
  const finder = new Ipv4Finder();
  const view = new PacketView();
  const index = new FlowIndex();
  // Every packet starts on a whole word, so the block may outgrow the file by 3 bytes a frame of at least 16.
  const block = new Uint8Array((bytes.length + (bytes.length >> 2) + 7) & ~3);
  const places: { at: number; len: number; us: number }[] = [];
  let at = 0;
  let firstUs = -1;
  let lastUs = 0;
  let unplayable = 0;
  while (capture.next(frame)) {
    const us = frame.seconds * 1e6 + Math.floor(frame.nanoseconds / 1000);
    if (firstUs < 0) firstUs = us;
    lastUs = Math.max(lastUs, us - firstUs);
    const isIpv4 = finder.find(frame.linkType, bytes, frame.at, frame.capLen, frame.origLen);
    const skipped = frame.linkType === LINK.ethernet ? ETHERNET_HEADER_BYTES : 0;
    const from = isIpv4 ? finder.window.at : frame.at + skipped;
    const end = isIpv4 ? finder.window.capEnd : frame.at + frame.capLen;
    if (end - from < 1 || end - from > MAX_PACKET_BYTES) {
      unplayable++;
      continue;
    }
    const kind = view.parse(bytes, from, end - from);
    const isOdd = kind === KIND.malformed || kind === KIND.notIpv4;
    const len = isOdd ? end - from : view.totalLen;
    if (isOdd) index.addOdd();
    else index.add(view, bytes, from);
    block.set(bytes.subarray(from, from + len), at);
    places.push({ at, len, us: lastUs });
    at += (len + 3) & ~3;
  }
  const { flow, along, side, src, dst, about, flows, clients, servers } = index.finish();
  return {
    name,
    packets: places.length,
    words: new Int32Array(block.buffer, 0, at >> 2),
    wordAt: Int32Array.from(places, (p) => p.at >> 2),
    lenBytes: Int32Array.from(places, (p) => p.len),
    atUs: Float64Array.from(places, (p) => p.us),
    flow,
    along,
    side,
    src,
    dst,
    about,
    clients,
    servers,
    flows,
    unplayable,
    damage: capture.partial && `at byte ${capture.partial.atByte}: ${capture.partial.reason}`,
  };
}
