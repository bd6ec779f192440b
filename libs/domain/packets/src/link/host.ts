import { etherTypeStep, type Layer } from './step.js';
import type { Window } from './window.js';

/** Address families of the BSDs and macOS; files carry the number of the host that wrote them. */
function family(af: number): Layer {
  if (af === 2) return 'ip';
  return af === 24 || af === 28 || af === 30 ? 'ipv6' : 'none';
}

/** Loopback with the address family in the byte order of whoever recorded it. */
export function nullLoopback(w: Window): Layer {
  if (!w.has(4)) return 'none';
  if (w.u16(0) === 0xff03) return 'pppHdlc';
  let af = w.u32le(0);
  if (af >>> 16 !== 0) {
    // A 16-bit family in the first half (IRIX), or the other byte order.
    af = af >>> 24 === 0 && (af & 0x00ff0000) < 0x00060000 ? af >>> 16 : w.i32(0) >>> 0;
  } else if ((af & 0xff) === 0 && (af & 0xff00) < 0x0600) {
    af >>>= 8;
  }
  w.skip(4);
  return af > 1500 ? etherTypeStep(af & 0xffff, w) : family(af);
}

export function loop(w: Window): Layer {
  if (!w.has(4)) return 'none';
  const af = w.i32(0);
  w.skip(4);
  return family(af);
}

export function openBsdEnc(w: Window): Layer {
  if (!w.has(12)) return 'none';
  const af = w.u32le(0);
  w.skip(12);
  return af === 2 ? 'ip' : af === 24 ? 'ipv6' : 'none';
}

export function pflog(w: Window): Layer {
  if (!w.has(4)) return 'none';
  const af = w.u8(1);
  w.skip((w.u8(0) + 3) & ~3);
  return family(af);
}

/** Netfilter's log: attributes in the byte order of the host (read as little endian), one of them the packet. */
export function nflog(w: Window): Layer {
  const NFULA_PACKET_HEADER = 1;
  const NFULA_PAYLOAD = 9;
  if (!w.has(4)) return 'none';
  const af = w.u8(0);
  let etherType = 0;
  w.skip(4);
  while (w.has(4)) {
    const lenBytes = w.u16le(0);
    if (lenBytes < 4) return 'none';
    const attribute = w.u16le(2) & 0x7fff;
    if (attribute === NFULA_PACKET_HEADER && lenBytes === 8 && w.has(8)) etherType = w.u16(4);
    if (attribute === NFULA_PAYLOAD) {
      if (!w.has(lenBytes)) return 'none';
      w.skip(4);
      w.trimLength(lenBytes - 4);
      if (etherType !== 0) return etherTypeStep(etherType, w);
      return af === 2 ? 'ip' : af === 10 ? 'ipv6' : 'none';
    }
    w.skip((lenBytes + 3) & ~3);
  }
  return 'none';
}

/** Raw IP, where old drivers left a PPP header, or ten zero bytes, before the packet. */
export function raw(w: Window): Layer {
  if (!w.has(2)) return 'none';
  if (w.u16(0) === 0xff03) return 'pppHdlc';
  if (!w.has(10)) return 'none';
  if (w.u16(6) === 0xff03) {
    w.skip(6);
    return 'pppHdlc';
  }
  if (w.u16(1) === 0xff03) {
    w.skip(1);
    return 'pppHdlc';
  }
  if (w.i32(0) === 0 && w.i32(4) === 0 && w.u16(8) === 0) {
    w.skip(10);
    return 'ip';
  }
  const version = w.u8(0) >>> 4;
  return version === 4 ? 'ip' : version === 6 ? 'ipv6' : 'none';
}

const ARPHRD_FRAME_RELAY = 770;
const ARPHRD_IP_GRE = 778;
const ARPHRD_RADIOTAP = 803;
const ARPHRD_NETLINK = 824;

/** Linux's "any" device. `relay` and `radio` unwrap what a device of that kind left in front. */
export function linuxCooked(
  w: Window,
  version: 1 | 2,
  relay: (w: Window) => Layer,
  radio: (w: Window) => Layer,
): Layer {
  const headerBytes = version === 1 ? 16 : 20;
  if (!w.has(headerBytes)) return 'none';
  const protocol = w.u16(version === 1 ? 14 : 0);
  const hardware = w.u16(version === 1 ? 2 : 8);
  if (hardware === ARPHRD_NETLINK) return 'none';
  w.skip(headerBytes);
  // At most 1536 it is a number of Linux's own, not an EtherType.
  if (protocol > 1536) {
    if (hardware === ARPHRD_IP_GRE) return protocol === 0x880b ? 'ppp' : etherTypeStep(protocol, w);
    return etherTypeStep(protocol, w);
  }
  if (hardware === ARPHRD_FRAME_RELAY) return relay(w);
  if (hardware === ARPHRD_RADIOTAP) return radio(w);
  return protocol === 3 ? 'ethernet' : protocol === 4 ? 'llc' : protocol === 7 ? 'pppHdlc' : 'none';
}
