import { etherTypeStep, type Layer } from './step.js';
import type { Window } from './window.js';

/** IP over InfiniBand: two addresses of 20 bytes, an EtherType and two unused bytes (RFC 4391). */
export function infiniband(w: Window): Layer {
  if (!w.has(44)) return 'none';
  const type = w.u16(40);
  w.skip(44);
  return etherTypeStep(type, w);
}

/** Solaris IPNET: version, address family, and 22 bytes on where the packet was seen. */
export function ipnet(w: Window): Layer {
  const FAMILY_IPV4 = 2;
  const FAMILY_IPV6 = 26;
  if (!w.has(24)) return 'none';
  const family = w.u8(1);
  w.skip(24);
  return family === FAMILY_IPV4 ? 'ip' : family === FAMILY_IPV6 ? 'ipv6' : 'none';
}

/** ARCNET as Linux records it: addresses, two bytes of offset, the protocol; parts of a packet are not the packet. */
export function arcnet(w: Window): Layer {
  const IP_RFC_1201 = 212;
  const IP_RFC_1051 = 240;
  if (!w.has(6)) return 'none';
  const protocol = w.u8(4);
  if (protocol === IP_RFC_1051) {
    w.skip(5);
    return 'ip';
  }
  if (protocol !== IP_RFC_1201 || !w.has(8) || w.u8(5) !== 0) return 'none';
  w.skip(8);
  return 'ip';
}

/** Juniper's record before an Ethernet frame: a magic number, flags and, where they say so, a sized extension. */
export function juniperEthernet(w: Window): Layer {
  const HAS_EXTENSION = 0x80;
  const NO_LINK_LAYER = 0x02;
  if (!w.has(6) || w.u16(0) !== 0x4d47 || w.u8(2) !== 0x43) return 'none';
  const flags = w.u8(3);
  if ((flags & NO_LINK_LAYER) !== 0) return 'none';
  w.skip((flags & HAS_EXTENSION) === 0 ? 4 : 6 + w.u16(4));
  return 'ethernet';
}
