import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Ipv4Finder } from './find-ipv4.js';
import { LINK } from './link-types.js';

const IPV4 = [0x45, 0, 0, 28, 0, 1, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 4, 0, 0, 53, 0, 8, 0, 0];
const MACS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
const SNAP = [0xaa, 0xaa, 3, 0, 0, 0, 8, 0];
const ipv6 = (next: number, body: number[]) => [
  0x60,
  0,
  0,
  0,
  body.length >>> 8,
  body.length & 255,
  next,
  64,
  ...new Array<number>(32).fill(0x20),
  ...body,
];
const ethernet = (type: number, body: number[]) => [...MACS, type >>> 8, type & 255, ...body];
const wifi = (ds: number, qos: boolean) => [
  qos ? 0x88 : 0x08,
  ds,
  0,
  0,
  ...MACS,
  12,
  13,
  14,
  15,
  16,
  17,
  0x30,
  0,
  ...(ds === 3 ? [20, 21, 22, 23, 24, 25] : []),
  ...(qos ? [0, 0] : []),
  ...SNAP,
];
const gtp = [0x30, 0xff, 0, IPV4.length, 0, 0, 0, 7, ...IPV4];
const vxlan = [8, 0, 0, 0, 0, 0, 5, 0, ...ethernet(0x0800, IPV4)];
const udp = (port: number, body: number[]) => [0x15, 0xb3, port >>> 8, port & 255, 0, body.length + 8, 0, 0, ...body];

/** What stands before the IPv4 packet, by name. */
const wrapped: [string, number, number[]][] = [
  ['Ethernet', LINK.ethernet, ethernet(0x0800, IPV4)],
  ['one VLAN tag', LINK.ethernet, ethernet(0x8100, [0, 5, 8, 0, ...IPV4])],
  ['QinQ', LINK.ethernet, ethernet(0x88a8, [0, 5, 0x81, 0, 0, 6, 8, 0, ...IPV4])],
  ['802.3 with LLC and SNAP', LINK.ethernet, ethernet(8 + IPV4.length, [...SNAP, ...IPV4])],
  ['802.3 with the IP service access point', LINK.ethernet, ethernet(3 + IPV4.length, [6, 6, 3, ...IPV4])],
  ['two MPLS labels', LINK.ethernet, ethernet(0x8847, [0, 1, 0x10, 64, 0, 2, 0x11, 64, ...IPV4])],
  [
    'an MPLS pseudowire with a control word',
    LINK.ethernet,
    ethernet(0x8847, [0, 1, 0x11, 64, 0, 0, 0, 0, ...ethernet(0x0800, IPV4)]),
  ],
  ['PPPoE', LINK.ethernet, ethernet(0x8864, [0x11, 0, 0, 1, 0, 30, 0, 0x21, ...IPV4])],
  ['a service header', LINK.ethernet, ethernet(0x894f, [0, 2, 1, 1, 0, 0, 0, 0, ...IPV4])],
  ['raw IP', LINK.raw, IPV4],
  ['raw IP behind a PPP header', LINK.raw, [0xff, 3, 0, 0x21, ...IPV4]],
  ['BSD loopback, little endian', LINK.null, [2, 0, 0, 0, ...IPV4]],
  ['BSD loopback, big endian', LINK.null, [0, 0, 0, 2, ...IPV4]],
  ['OpenBSD loopback', LINK.loop, [0, 0, 0, 2, ...IPV4]],
  ['PPP with a one-byte protocol', LINK.ppp, [0x21, ...IPV4]],
  ['PPP in HDLC framing', LINK.pppHdlc, [0xff, 3, 0, 0x21, ...IPV4]],
  ['Cisco HDLC', LINK.ciscoHdlc, [0x0f, 0, 8, 0, ...IPV4]],
  ['frame relay', LINK.frameRelay, [0x18, 0x41, 3, 0xcc, ...IPV4]],
  ['frame relay, Cisco form', LINK.frameRelay, [0x18, 0x41, 8, 0, ...IPV4]],
  ['Linux cooked', LINK.linuxSll, [0, 0, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0, ...IPV4]],
  ['Linux cooked, version 2', LINK.linuxSll2, [8, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 6, 0, 0, 0, 0, 0, 0, 0, 0, ...IPV4]],
  ['Wi-Fi from a station', LINK.wifi, [...wifi(1, false), ...IPV4]],
  ['Wi-Fi with QoS between access points', LINK.wifi, [...wifi(3, true), ...IPV4]],
  [
    'radiotap that pads headers',
    LINK.wifiRadiotap,
    [0, 0, 9, 0, 2, 0, 0, 0, 0x20, ...wifi(1, true).slice(0, 26), 9, 9, ...SNAP, ...IPV4],
  ],
  ['PPI', LINK.ppi, [0, 0, 8, 0, 1, 0, 0, 0, ...ethernet(0x0800, IPV4)]],
  [
    'token ring with a route',
    LINK.tokenRing,
    [0x10, 0x40, ...MACS.slice(0, 6), 0x86, 7, 8, 9, 10, 11, 2, 0, ...SNAP, ...IPV4],
  ],
  ['a packet filter log', LINK.pflog, [61, 2, 0, 0, ...new Array<number>(60).fill(0), ...IPV4]],
  ['a netfilter log', LINK.nflog, [2, 0, 0, 0, 5, 0, 10, 0, 65, 0, 0, 0, 4 + IPV4.length, 0, 9, 0, ...IPV4]],
  ['FabricPath', LINK.ethernet, ethernet(0x8903, [0, 0x20, ...ethernet(0x0800, IPV4)])],
  ['a time of 64 bits', LINK.ethernet, ethernet(0xd28b, [0, 1, 0, 0x10, ...MACS.slice(0, 8), 8, 0, ...IPV4])],
  ['a time of 48 bits', LINK.ethernet, ethernet(0xd28b, [0, 1, 1, 0x20, ...MACS.slice(0, 6), 8, 0, ...IPV4])],
  ['InfiniBand', LINK.infiniband, [...new Array<number>(40).fill(3), 8, 0, 0, 0, ...IPV4]],
  ['IPNET', LINK.ipnet, [1, 2, ...new Array<number>(22).fill(0), ...IPV4]],
  ['ARCNET', LINK.arcnetLinux, [1, 2, 3, 4, 212, 0, 0, 9, ...IPV4]],
  ['ARCNET of the older kind', LINK.arcnetLinux, [1, 2, 3, 4, 240, ...IPV4]],
  ['a Juniper record', LINK.juniperEthernet, [0x4d, 0x47, 0x43, 0x80, 0, 2, 7, 7, ...ethernet(0x0800, IPV4)]],
  ['a Juniper record without extension', LINK.juniperEthernet, [0x4d, 0x47, 0x43, 0, ...ethernet(0x0800, IPV4)]],
  ['PKTAP', LINK.user2, [12, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, ...ethernet(0x0800, IPV4)]],
  ['IPv6', LINK.ipv6, ipv6(4, IPV4)],
  ['IPv6 with options before it', LINK.ipv6, ipv6(0, [60, 0, 1, 4, 0, 0, 0, 0, 4, 0, 1, 4, 0, 0, 0, 0, ...IPV4])],
  ['GRE over IPv6', LINK.ethernet, ethernet(0x86dd, ipv6(47, [0x20, 0, 8, 0, 0, 0, 0, 1, ...IPV4]))],
  ['VXLAN over IPv6', LINK.ethernet, ethernet(0x86dd, ipv6(17, udp(4789, vxlan)))],
  ['GTP over IPv6', LINK.ethernet, ethernet(0x86dd, ipv6(17, udp(2152, gtp)))],
];

const finder = new Ipv4Finder();
const find = (linkType: number, bytes: Uint8Array) => finder.find(linkType, bytes, 0, bytes.length, bytes.length);

describe('the IPv4 packet of a frame', () => {
  it.each(wrapped)('is found under %s', (_, linkType, frame) => {
    const bytes = Uint8Array.from(frame);
    expect(find(linkType, bytes)).toBe(true);
    expect(finder.window.at).toBe(frame.length - IPV4.length);
  });

  it('is the outermost one of a tunnel', () => {
    const outer = [...IPV4.slice(0, 9), 4, ...IPV4.slice(10, 20), ...IPV4];
    expect(find(LINK.raw, Uint8Array.from(outer))).toBe(true);
    expect(finder.window.at).toBe(0);
  });

  it.each([
    ['plain IPv6', LINK.ipv6, ipv6(6, new Array<number>(20).fill(0))],
    ['a part of an IPv6 packet', LINK.ipv6, ipv6(44, [4, 0, 0, 1, 0, 0, 0, 1, ...IPV4])],
    ['a part of a packet on ARCNET', LINK.arcnetLinux, [1, 2, 3, 4, 212, 1, 0, 9, ...IPV4]],
    ['a Juniper record of no link layer', LINK.juniperEthernet, [0x4d, 0x47, 0x43, 2, ...ethernet(0x0800, IPV4)]],
    ['an ARP frame', LINK.ethernet, ethernet(0x0806, IPV4)],
    ['an encrypted Wi-Fi frame', LINK.wifi, [0x08, 0x41, ...wifi(1, false).slice(2), ...IPV4]],
    ['a link type nobody knows', 65_000, IPV4],
  ])('is not found in %s', (_, linkType, frame) => {
    expect(find(linkType, Uint8Array.from(frame))).toBe(false);
  });

  it('is looked for in any bytes without an error', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.values(LINK)),
        fc.uint8Array({ maxLength: 120 }),
        fc.nat(2000),
        (linkType, bytes, origLen) => {
          finder.find(linkType, bytes, 0, bytes.length, origLen);
          expect(finder.window.capEnd).toBeLessThanOrEqual(bytes.length);
        },
      ),
      { numRuns: 3000 },
    );
  });
});
