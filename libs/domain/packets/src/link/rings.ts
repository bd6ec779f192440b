import type { Layer } from './step.js';
import type { Window } from './window.js';

/** 802.5: access and frame control, addresses, a route when the source address has its top bit set, then LLC. */
export function tokenRing(w: Window): Layer {
  if (!w.has(16)) return 'none';
  const isLlc = (w.u8(1) & 0xc0) === 0x40;
  const hasRoute = (w.u8(8) & 0x80) !== 0;
  w.skip(hasRoute ? 14 + (w.u8(14) & 0x1f) : 14);
  return isLlc ? 'llc' : 'none';
}

/** FDDI: frame control, addresses, then LLC in data frames. */
export function fddi(w: Window): Layer {
  if (!w.has(13)) return 'none';
  const frameClass = w.u8(0) & 0xf0;
  w.skip(13);
  return frameClass === 0x50 ? 'llc' : 'none';
}
