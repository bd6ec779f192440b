import type { Window } from './window.js';

/**
 * What the next bytes of a frame are. Each step looks at one header, moves the window past it and
 * answers what follows; 'none' ends the walk (something without an IPv4 packet, or a damaged header).
 */
export type Layer =
  | 'ipv4'
  | 'ip'
  | 'ipv6'
  | 'ethernet'
  | 'vlan'
  | 'llc'
  | 'mpls'
  | 'pppoe'
  | 'ppp'
  | 'pppHdlc'
  | 'ciscoHdlc'
  | 'gre'
  | 'udpTunnel'
  | 'wifi'
  | 'none';

export type Step = (w: Window) => Layer;

/** Answers by EtherType, moving past tags that are no more than a few bytes and another EtherType. */
export function etherTypeStep(type: number, w: Window): Layer {
  switch (type) {
    case 0x0800:
      return 'ip';
    case 0x86dd:
      return 'ipv6';
    case 0x8100:
    case 0x88a8:
    case 0x9100:
      return 'vlan';
    case 0x8847:
    case 0x8848:
      return 'mpls';
    case 0x8864:
      return 'pppoe';
    case 0x6558:
      return 'ethernet';
    case 0x8870:
      return 'llc';
    case 0x893f:
      return tagged(w, 6);
    case 0x8926:
    case 0xf1c1:
    case 0x892f:
      return tagged(w, 4);
    case 0x88e7:
      return tagged(w, 16);
    case 0x88e5:
      return macsec(w);
    case 0x894f:
      return serviceHeader(w);
    case 0x8903:
      return fabricPath(w);
    case 0xd28b:
      return timestamped(w);
    default:
      return 'none';
  }
}

/** A tag of `lenBytes` followed by an EtherType (802.1BR, VN-Tag, 802.1CB, HSR, 802.1ah). */
function tagged(w: Window, lenBytes: number): Layer {
  if (!w.has(lenBytes + 2)) return 'none';
  const type = w.u16(lenBytes);
  w.skip(lenBytes + 2);
  return etherTypeStep(type, w);
}

/** 802.1AE: only frames protected without encryption can be read. */
function macsec(w: Window): Layer {
  if (!w.has(6) || (w.u8(0) & 0x0c) !== 0) return 'none';
  return tagged(w, (w.u8(0) & 0x20) === 0 ? 6 : 14);
}

/** RFC 8300, network service header. */
function serviceHeader(w: Window): Layer {
  if (!w.has(8)) return 'none';
  const next = w.u8(3);
  w.skip((w.u8(1) & 0x3f) * 4);
  return next === 1 ? 'ip' : next === 2 ? 'ipv6' : next === 3 ? 'ethernet' : next === 5 ? 'mpls' : 'none';
}

/** FabricPath: a tag of two bytes between two Ethernet headers. */
function fabricPath(w: Window): Layer {
  if (!w.has(2)) return 'none';
  w.skip(2);
  return 'ethernet';
}

/** A switch's own record of when it saw the frame: subtype, version, and a time of 64 or 48 bits. */
function timestamped(w: Window): Layer {
  if (!w.has(4) || w.u16(0) !== 1) return 'none';
  const timeForm = w.u16(2) & 0xff;
  return timeForm === 0x10 ? tagged(w, 12) : timeForm === 0x20 ? tagged(w, 10) : 'none';
}
