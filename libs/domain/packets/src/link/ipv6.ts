import { etherTypeStep, type Layer } from './step.js';
import type { Window } from './window.js';

const HOP_BY_HOP = 0;
const IPV4 = 4;
const UDP = 17;
const IPV6 = 41;
const ROUTING = 43;
const FRAGMENT = 44;
const GRE = 47;
const AUTHENTICATION = 51;
const ICMPV6 = 58;
const DESTINATION = 60;
const ETHER_IP = 97;
const MOBILITY = 135;
const MPLS = 137;
const HIP = 139;
const SHIM6 = 140;

/** RFC 8200: passes the extension headers and answers for the protocols that can carry an IPv4 packet. */
export function ipv6(w: Window): Layer {
  if (!w.has(40) || w.u8(0) >>> 4 !== 6) return 'none';
  const lenBytes = w.u16(4);
  let next = w.u8(6);
  w.skip(40);
  w.trimLength(lenBytes);
  for (;;) {
    if (!w.has(8)) return next === IPV4 && w.has(1) ? 'ip' : 'none';
    switch (next) {
      case HOP_BY_HOP:
      case ROUTING:
      case DESTINATION:
      case MOBILITY:
      case HIP:
      case SHIM6:
        next = w.u8(0);
        w.skip((w.u8(1) + 1) * 8);
        break;
      case AUTHENTICATION:
        next = w.u8(0);
        w.skip((w.u8(1) + 2) * 4);
        break;
      case FRAGMENT:
        // A part of a packet is not the packet.
        if ((w.u16(2) & 0xfff9) !== 0) return 'none';
        next = w.u8(0);
        w.skip(8);
        break;
      case ICMPV6:
        // Errors quote the packet that caused them.
        if (w.u8(0) < 1 || w.u8(0) > 4) return 'none';
        w.skip(8);
        return 'ipv6';
      case IPV4:
        return 'ip';
      case IPV6:
        return 'ipv6';
      case GRE:
        return 'gre';
      case MPLS:
        return 'mpls';
      case ETHER_IP:
        w.skip(2);
        return 'ethernet';
      case UDP:
        return 'udpTunnel';
      default:
        return 'none';
    }
  }
}

/** RFC 2784, 2890, 2637 and the ERSPAN forms. */
export function gre(w: Window): Layer {
  if (!w.has(4)) return 'none';
  const flags = w.u16(0);
  const protocol = w.u16(2);
  const hasSequence = (flags & 0x1000) !== 0;
  let headerBytes = 4;
  if ((flags & 0xc000) !== 0) headerBytes += 4;
  if ((flags & 0x2000) !== 0) headerBytes += 4;
  if (hasSequence) headerBytes += 4;
  const PPP = 0x880b;
  if (protocol === PPP && (flags & 0x0080) !== 0) headerBytes += 4;
  w.skip(headerBytes);
  switch (protocol) {
    case PPP:
      return 'pppHdlc';
    case 0x88be:
      if (hasSequence) w.skip(8);
      return 'ethernet';
    case 0x22eb:
      w.skip(12);
      return 'ethernet';
    default:
      return etherTypeStep(protocol, w);
  }
}

const PORT_GTP_U = 2152;
const PORT_GRE = 4754;
const PORT_VXLAN = 4789;
const PORT_GENEVE = 6081;
const PORT_MPLS = 6635;

/** Tunnels over UDP, known by their port alone. */
export function udpTunnel(w: Window): Layer {
  if (!w.has(8)) return 'none';
  const from = w.u16(0);
  const to = w.u16(2);
  const lenBytes = w.u16(4);
  w.skip(8);
  if (lenBytes > 8) w.trimLength(lenBytes - 8);
  const isPort = (port: number): boolean => from === port || to === port;
  if (isPort(PORT_GTP_U)) return gtpUser(w);
  if (isPort(PORT_GRE)) return 'gre';
  if (isPort(PORT_MPLS)) return 'mpls';
  if (isPort(PORT_GENEVE)) return geneve(w);
  if (isPort(PORT_VXLAN) && w.has(8)) {
    w.skip(8);
    return 'ethernet';
  }
  return 'none';
}

/** 3GPP TS 29.281: only messages that carry a user's packet. */
function gtpUser(w: Window): Layer {
  const USER_PACKET = 0xff;
  if (!w.has(12) || w.u8(0) >>> 5 !== 1 || (w.u8(0) & 0x10) === 0 || w.u8(1) !== USER_PACKET) return 'none';
  const flags = w.u8(0) & 7;
  let extension = (flags & 4) !== 0 ? w.u8(11) : 0;
  w.skip(flags === 0 ? 8 : 12);
  while (extension !== 0) {
    const lenBytes = w.has(1) ? w.u8(0) * 4 : 0;
    if (lenBytes === 0 || !w.has(lenBytes)) return 'none';
    extension = w.u8(lenBytes - 1);
    w.skip(lenBytes);
  }
  if (!w.has(1)) return 'none';
  const version = w.u8(0) >>> 4;
  return version === 4 ? 'ip' : version === 6 ? 'ipv6' : 'none';
}

/** RFC 8926. */
function geneve(w: Window): Layer {
  if (!w.has(8)) return 'none';
  const type = w.u16(2);
  w.skip(8 + (w.u8(0) & 0x3f) * 4);
  return etherTypeStep(type, w);
}
