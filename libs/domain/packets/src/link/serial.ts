import { snap } from './ethernet.js';
import { etherTypeStep, type Layer } from './step.js';
import type { Window } from './window.js';

/** RFC 1661: one byte of protocol when its lowest bit is set, else two. */
export function ppp(w: Window): Layer {
  if (!w.has(1)) return 'none';
  let protocol = w.u8(0);
  if ((protocol & 1) === 1) {
    w.skip(1);
  } else {
    if (!w.has(2)) return 'none';
    protocol = w.u16(0);
    w.skip(2);
  }
  switch (protocol) {
    case 0x0021:
    case 0x0800:
      return 'ip';
    case 0x0057:
      return 'ipv6';
    case 0x0281:
    case 0x0283:
      return 'mpls';
    default:
      return 'none';
  }
}

/** PPP in HDLC-like framing, where the address byte may as well say Cisco HDLC. */
export function pppHdlc(w: Window): Layer {
  if (!w.has(1)) return 'none';
  const first = w.u8(0);
  if (first === 0x0f || first === 0x8f) return 'ciscoHdlc';
  if (first === 0xff) w.skip(2);
  return 'ppp';
}

export function ciscoHdlc(w: Window): Layer {
  if (!w.has(4)) return 'none';
  const type = w.u16(2);
  w.skip(4);
  return isCarriedByCisco(type) ? etherTypeStep(type, w) : 'none';
}

function isCarriedByCisco(type: number): boolean {
  return type === 0x0800 || type === 0x86dd || type === 0x8847 || type === 0x8848 || type === 0x6558;
}

/** RFC 2427, with the Cisco form (an EtherType straight after the address) as the other possibility. */
export function frameRelay(w: Window): Layer {
  let addressBytes = 1;
  while (addressBytes < 4 && w.has(addressBytes) && (w.u8(addressBytes - 1) & 1) === 0) addressBytes += 1;
  if (!w.has(addressBytes + 3)) return 'none';
  w.skip(addressBytes);
  const control = w.u8(0);
  const UNNUMBERED_INFORMATION = 0x03;
  const EXCHANGE_IDENTIFICATION = 0xaf;
  if (control === EXCHANGE_IDENTIFICATION) return 'none';
  if (control !== UNNUMBERED_INFORMATION && isCarriedByCisco(w.u16(0))) {
    const type = w.u16(0);
    w.skip(2);
    return etherTypeStep(type, w);
  }
  w.skip((control & 3) === 3 ? 1 : 2);
  if (w.u8(0) === 0 && w.has(2)) w.skip(1);
  const nlpid = w.u8(0);
  w.skip(1);
  if (nlpid === 0xcc) return 'ip';
  if (nlpid === 0x8e) return 'ipv6';
  return nlpid === 0x80 ? snap(w, 0) : 'none';
}
