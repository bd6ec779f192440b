import { etherTypeStep, type Layer } from './step.js';
import type { Window } from './window.js';

/** 802.3: up to here the type field is a length. */
const MAX_802_3_LENGTH = 1500;
const MIN_ETHERNET_II_TYPE = 1536;

export function ethernet(w: Window): Layer {
  if (!w.has(14)) return 'none';
  const type = w.u16(12);
  if (type !== 0 && type <= MAX_802_3_LENGTH && isCiscoIsl(w)) {
    // ISL: a 26-byte header and then a whole Ethernet frame.
    w.skip(26);
    return 'ethernet';
  }
  if (type >= MIN_ETHERNET_II_TYPE) {
    w.skip(14);
    return etherTypeStep(type, w);
  }
  if (type === 0 || type > MAX_802_3_LENGTH) return 'none';
  w.skip(14);
  return ieee8023(type, w);
}

export function vlan(w: Window): Layer {
  if (!w.has(4)) return 'none';
  const type = w.u16(2);
  w.skip(4);
  return type <= MAX_802_3_LENGTH ? ieee8023(type, w) : etherTypeStep(type, w);
}

function ieee8023(lenBytes: number, w: Window): Layer {
  // 0xffff after the length is Novell's raw IPX, the one payload without an LLC header.
  if (w.has(2) && w.u16(0) === 0xffff) return 'none';
  w.trimLength(lenBytes);
  return 'llc';
}

function isCiscoIsl(w: Window): boolean {
  return (w.u8(0) === 0x01 || w.u8(0) === 0x0c) && w.u8(1) === 0 && w.u8(2) === 0x0c && w.u8(3) === 0 && w.u8(4) === 0;
}

/** 802.2: SNAP with an EtherType, a bridged Ethernet frame (RFC 2684), or the old IP service access point. */
export function llc(w: Window): Layer {
  if (!w.has(3)) return 'none';
  const dsap = w.u8(0);
  const control = w.u8(2);
  const isUnnumbered = (control & 3) === 3;
  const controlBytes = isUnnumbered ? 1 : 2;
  const carriesData = (control & 1) === 0 || control === 0x03;
  if (!carriesData || !w.has(2 + controlBytes)) return 'none';
  w.skip(2 + controlBytes);
  if (dsap === 0xaa && w.u8(-1 - controlBytes) === 0xaa) return snap(w, 2);
  return dsap === 0x06 ? 'ip' : 'none';
}

/** `bridgePadBytes`: what precedes a bridged frame; 2 behind LLC, 0 in frame relay. */
export function snap(w: Window, bridgePadBytes: number): Layer {
  if (!w.has(5)) return 'none';
  const organisation = (w.u16(0) << 8) | w.u8(2);
  const type = w.u16(3);
  w.skip(5);
  if (organisation === 0x000000 || organisation === 0x0000f8) return etherTypeStep(type, w);
  if (organisation === 0x0080c2 && (type === 1 || type === 7)) {
    w.skip(bridgePadBytes);
    return 'ethernet';
  }
  return 'none';
}

/** RFC 3032. What lies under the labels is not named: the first four bits tell. */
export function mpls(w: Window): Layer {
  for (;;) {
    if (!w.has(5)) return 'none';
    const isBottom = (w.u8(2) & 1) === 1;
    const label = (w.i32(0) >>> 12) & 0xfffff;
    w.skip(4);
    if (!isBottom) continue;
    const GENERIC_ASSOCIATED_CHANNEL = 13;
    if (label === GENERIC_ASSOCIATED_CHANNEL) return 'none';
    const nibble = w.u8(0) >>> 4;
    if (nibble === 4) return 'ip';
    if (nibble === 6) return 'ipv6';
    return nibble === 0 ? pseudowire(w) : 'none';
  }
}

/** RFC 4448: an Ethernet frame with or without a control word before it; the type field behind tells which. */
function pseudowire(w: Window): Layer {
  if (w.has(14) && w.i32(0) !== 0 && isLikelyEtherType(w.u16(12))) return 'ethernet';
  if (!w.has(4)) return 'none';
  w.skip(4);
  return 'ethernet';
}

function isLikelyEtherType(type: number): boolean {
  return (
    type === 0x0800 ||
    type === 0x86dd ||
    type === 0x0806 ||
    type === 0x8100 ||
    type === 0x88a8 ||
    type === 0x8847 ||
    type === 0x8864
  );
}

export function pppoe(w: Window): Layer {
  if (!w.has(6)) return 'none';
  const lenBytes = w.u16(4);
  w.skip(6);
  w.setLength(lenBytes);
  return 'ppp';
}
