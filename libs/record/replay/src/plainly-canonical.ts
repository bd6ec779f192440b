const SPACE = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const TILDE = 0x7e;
const LOWER_A = 0x61;
const LOWER_E = 0x65;
const LOWER_Z = 0x7a;

/** Deeper than commits go; what is deeper takes the long way. */
const MAX_DEPTH = 32;
/** All numbers of so many digits are below 2^53. */
const SAFE_DIGITS = 15;

/**
 * Whether JSON is canonical and can be told so at a glance, without writing it down again: nothing but
 * printable ASCII without escapes, integers of few digits, no spaces, and the keys of every object
 * rising. `bytes` are known to be JSON. False means nothing: write the value down and compare.
 */
export function isPlainlyCanonical(bytes: Uint8Array): boolean {
  // Start and end of the last key of every open object; 0: none yet.
  const keyStart = new Int32Array(MAX_DEPTH);
  const keyEnd = new Int32Array(MAX_DEPTH);
  const isObject = new Uint8Array(MAX_DEPTH);
  let depth = 0;
  let inObject = false;
  let keyNext = false;
  for (let at = 0; at < bytes.length; at++) {
    let byte = bytes[at] as number;
    if (isDigit(byte)) {
      if (byte === ZERO && at > 0 && bytes[at - 1] === MINUS) return false;
      const first = at;
      do {
        if (++at === bytes.length) return at - first <= SAFE_DIGITS;
        byte = bytes[at] as number;
      } while (isDigit(byte));
      if (at - first > SAFE_DIGITS || byte === LOWER_E) return false;
    }
    if (byte === COMMA) {
      keyNext = inObject;
    } else if (byte === QUOTE) {
      const start = ++at;
      while (isOrdinary(bytes[at] as number)) at++;
      if (bytes[at] !== QUOTE) return false;
      if (!keyNext) continue;
      keyNext = false;
      const before = keyStart[depth] as number;
      if (before > 0 && !isBelow(bytes, before, keyEnd[depth] as number, start, at)) return false;
      keyStart[depth] = start;
      keyEnd[depth] = at;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      if (++depth === MAX_DEPTH) return false;
      inObject = byte === OPEN_OBJECT;
      isObject[depth] = inObject ? 1 : 0;
      keyNext = inObject;
      keyStart[depth] = 0;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      inObject = isObject[--depth] === 1;
      keyNext = false;
    } else if (byte !== COLON && byte !== MINUS && (byte < LOWER_A || byte > LOWER_Z)) {
      return false;
    }
  }
  return true;
}

function isDigit(byte: number): boolean {
  return (byte - ZERO) >>> 0 < 10;
}

/** A character of a string that stands for itself and does not end it. */
function isOrdinary(byte: number): boolean {
  return byte >= SPACE && byte <= TILDE && byte !== QUOTE && byte !== BACKSLASH;
}

/** Whether one piece of the bytes stands before another in the order of their characters. */
function isBelow(bytes: Uint8Array, a: number, aEnd: number, b: number, bEnd: number): boolean {
  const length = Math.min(aEnd - a, bEnd - b);
  for (let i = 0; i < length; i++) {
    const difference = (bytes[a + i] as number) - (bytes[b + i] as number);
    if (difference !== 0) return difference < 0;
  }
  return aEnd - a < bEnd - b;
}
