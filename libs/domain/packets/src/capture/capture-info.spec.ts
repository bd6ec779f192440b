import { describe, expect, it } from '@jest/globals';
import { LINK } from '../link/link-types.js';
import { captureInfo, summarizeCapture } from './capture-info.js';
import { writePcap } from './write-capture.js';

interface Shape {
  readonly protocol?: number;
  readonly totalLen?: number;
  readonly fragment?: number;
  readonly headerWords?: number;
  readonly options?: number[];
  readonly body?: number[];
  readonly src?: number;
  readonly dst?: number;
}

const PORTS = [0x10, 0, 0, 80];
const TCP = [...PORTS, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 2, 0, 9, 0, 0, 0, 0];

function ipv4(shape: Shape): number[] {
  const { protocol = 6, fragment = 0, options = [], body = TCP, src = 1, dst = 2 } = shape;
  const words = shape.headerWords ?? 5 + options.length / 4;
  const totalLen = shape.totalLen ?? 20 + options.length + body.length;
  const start = [0x40 | words, 0, totalLen >>> 8, totalLen & 255, 0, 7, fragment >>> 8, fragment & 255];
  return [...start, 64, protocol, 0, 0, 10, 0, 0, src, 10, 0, 0, dst, ...options, ...body];
}

/** Counts as [packets, fragments, tcp, udp, other] of raw IPv4 packets, each cut to `kept` bytes. */
function counts(packets: number[][], kept = 200): number[] {
  const frames = packets.map((packet) => ({
    seconds: 1,
    nanoseconds: 0,
    bytes: Uint8Array.from(packet.slice(0, kept)),
    origLen: packet.length,
  }));
  const info = captureInfo(writePcap(frames, { linkType: LINK.ipv4 }));
  return [info.ipv4_packets, info.ipv4_fragments, info.tcp_connections, info.udp_flows, info.other_flows];
}

describe('counting a capture', () => {
  it('counts a connection once, whichever side sends and however often it is used', () => {
    const there = ipv4({});
    const back = ipv4({ src: 2, dst: 1, body: [0, 80, 0x10, 0, ...TCP.slice(4)] });
    expect(counts([there, back, there])).toEqual([3, 0, 1, 0, 0]);
    const sameAddressesSwappedPorts = ipv4({ body: [0, 80, 0x10, 0, ...TCP.slice(4)] });
    expect(counts([there, sameAddressesSwappedPorts])).toEqual([2, 0, 2, 0, 0]);
  });

  it('keeps TCP, UDP and other protocols apart', () => {
    expect(counts([ipv4({}), ipv4({ protocol: 17 }), ipv4({ protocol: 47 }), ipv4({ protocol: 1 })])).toEqual([
      4, 0, 1, 1, 2,
    ]);
    expect(counts([ipv4({ protocol: 47 }), ipv4({ protocol: 47, src: 2, dst: 1 })])).toEqual([2, 0, 0, 0, 1]);
  });

  it('takes the ports of a first fragment; later ones start no flow', () => {
    expect(counts([ipv4({ fragment: 0x2000 })])).toEqual([1, 1, 1, 0, 0]);
    expect(counts([ipv4({ fragment: 0x2001 }), ipv4({ fragment: 0x0100, protocol: 1 })])).toEqual([2, 2, 0, 0, 0]);
    expect(counts([ipv4({ fragment: 0xc000 })])).toEqual([1, 0, 1, 0, 0]);
  });

  it('counts the outer packet of a tunnel, and not the one an ICMP error quotes', () => {
    expect(
      counts([
        ipv4({ protocol: 4, body: ipv4({}) }),
        ipv4({ protocol: 1, body: [3, 1, 0, 0, 0, 0, 0, 0, ...ipv4({})] }),
      ]),
    ).toEqual([2, 0, 0, 0, 2]);
  });

  it.each<[string, Shape, number[]]>([
    ['a total length of 0, as before segmentation', { totalLen: 0 }, [1, 0, 1, 0, 0]],
    ['a total length past the frame', { totalLen: 999 }, [1, 0, 1, 0, 0]],
    ['a total length below the header', { totalLen: 19 }, [0, 0, 0, 0, 0]],
    ['a total length that leaves no room for ports', { totalLen: 23 }, [1, 0, 0, 0, 1]],
    ['a total length that leaves room for just the ports', { totalLen: 24 }, [1, 0, 1, 0, 0]],
    ['a header length below 20 bytes', { headerWords: 4 }, [0, 0, 0, 0, 0]],
    ['a header length past the packet', { headerWords: 15 }, [0, 0, 0, 0, 0]],
    ['options', { options: [1, 1, 1, 0] }, [1, 0, 1, 0, 0]],
  ])('copes with %s', (_, shape, expected) => {
    expect(counts([ipv4(shape)])).toEqual(expected);
  });

  it('follows a source route that is not used up to its end', () => {
    const route = (pointer: number) => ipv4({ options: [131, 7, pointer, 10, 0, 0, 9, 0] });
    const direct = ipv4({ dst: 9 });
    expect(counts([route(4), direct])).toEqual([2, 0, 1, 0, 0]);
    expect(counts([route(8), direct])).toEqual([2, 0, 2, 0, 0]);
  });

  it('counts what a snapshot length left over', () => {
    expect(counts([ipv4({})], 24)).toEqual([1, 0, 1, 0, 0]);
    expect(counts([ipv4({})], 23)).toEqual([1, 0, 0, 0, 1]);
    expect(counts([ipv4({})], 19)).toEqual([0, 0, 0, 0, 0]);
    expect(counts([ipv4({ options: [1, 1, 1, 1] })], 22)).toEqual([0, 0, 0, 0, 0]);
  });

  it('tells link types, times and format beside the counts', () => {
    const frame = (seconds: number) => ({ seconds, nanoseconds: 0, bytes: Uint8Array.from(ipv4({})) });
    expect(summarizeCapture(writePcap([frame(5), frame(8)], { linkType: 228 }))).toMatchObject({
      format: 'pcap',
      linkTypes: new Map([[228, 2]]),
      firstSeconds: 5,
      lastSeconds: 8,
      partial: undefined,
    });
  });
});
