import { etherTypeStep, type Layer } from './step.js';
import type { Window } from './window.js';

/** Radiotap: little-endian length, then fields whose presence bits say whether headers are padded. */
export function radiotap(w: Window): Layer {
  if (!w.has(8)) return 'none';
  const lenBytes = w.u16le(2);
  if (lenBytes < 8 || !w.has(lenBytes)) return 'none';
  let fields = 8;
  for (let word = 4; (w.u32le(word) & 0x80000000) !== 0 && fields + 4 <= lenBytes; word += 4) fields += 4;
  const present = w.u32le(4);
  const HAS_TIMESTAMP = 1;
  const HAS_FLAGS = 2;
  const FLAG_DATA_PAD = 0x20;
  if ((present & HAS_TIMESTAMP) !== 0) fields = ((fields + 7) & ~7) + 8;
  const isPadded = (present & HAS_FLAGS) !== 0 && fields < lenBytes && (w.u8(fields) & FLAG_DATA_PAD) !== 0;
  w.skip(lenBytes);
  return wifi(w, isPadded);
}

/** Prism's header has a fixed size; under the same link type come AVS headers and frames with no header at all. */
export function prism(w: Window): Layer {
  if (!w.has(8)) return 'none';
  const AVS_MAGIC = 0x80211000 | 0;
  if ((w.i32(0) & 0xfffff000) === AVS_MAGIC) return avs(w);
  const isMessage = (code: number): boolean => code === 0x41 || code === 0x44;
  if (isMessage(w.i32(0)) || isMessage(w.u32le(0))) w.skip(144);
  return wifi(w, false);
}

export function avs(w: Window): Layer {
  if (!w.has(8)) return 'none';
  w.skip(w.i32(4) >>> 0);
  return wifi(w, false);
}

/** 802.11: data frames that are neither encrypted nor unfinished fragments carry LLC, or an Ethernet frame, or an EtherType. */
export function wifi(w: Window, isPadded: boolean): Layer {
  if (!w.has(24)) return 'none';
  const control = w.u16le(0);
  const type = (control >>> 2) & 3;
  const subtype = (control >>> 4) & 15;
  const HAS_NO_DATA = 4;
  const MORE_FRAGMENTS = 0x0400;
  const PROTECTED = 0x4000;
  const DATA = 2;
  if ((control & 3) !== 0 || type !== DATA || (subtype & HAS_NO_DATA) !== 0) return 'none';
  if ((control & (PROTECTED | MORE_FRAGMENTS)) !== 0) return 'none';
  const sequence = w.u16le(22);
  const toDs = (control & 0x0100) !== 0;
  const fromDs = (control & 0x0200) !== 0;
  let headerBytes = toDs && fromDs ? 30 : 24;
  let isAggregate = false;
  if ((subtype & 8) !== 0) {
    if (!w.has(headerBytes + 2)) return 'none';
    isAggregate = (w.u8(headerBytes) & 0x80) !== 0;
    headerBytes += 2;
    const HIGH_THROUGHPUT_CONTROL = 0x8000;
    if ((control & HIGH_THROUGHPUT_CONTROL) !== 0) headerBytes += 4;
  }
  if (isPadded) headerBytes = (headerBytes + 3) & ~3;
  // Aggregates start each part with an Ethernet-like header whose last field is a length; the first part counts.
  if (isAggregate) headerBytes += 14;
  if (!w.has(headerBytes + 2)) return 'none';
  const destinationAt = (toDs ? 16 : 4) - headerBytes;
  const sourceAt = (fromDs ? (toDs ? 24 : 16) : 10) - headerBytes;
  w.skip(headerBytes);
  return body(w, sequence, destinationAt, sourceAt);
}

function body(w: Window, sequence: number, destinationAt: number, sourceAt: number): Layer {
  const first = w.u16(0);
  if (first === 0xaaaa) return 'llc';
  if (w.same(6, sourceAt, 6) || w.same(0, destinationAt, 6)) return 'ethernet';
  if (first === 0xffff) return 'none';
  if (first === 0 && w.has(18) && w.same(6, destinationAt, 6) && w.same(12, sourceAt, 6)) {
    w.skip(6);
    return 'ethernet';
  }
  if (first === 0 || w.u16le(0) === sequence) {
    w.skip(2);
    return 'llc';
  }
  w.skip(2);
  const layer = etherTypeStep(first, w);
  if (layer !== 'none') return layer;
  w.skip(-2);
  return 'llc';
}
