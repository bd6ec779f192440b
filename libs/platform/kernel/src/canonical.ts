/**
 * Canonical JSON (RFC 8785), narrowed to what a log may hold: null, booleans, well-formed strings,
 * integers within ±(2^53 − 1), dense arrays and plain objects. Anything else is refused by name and
 * place, because whoever decides again from the record would not get the value back.
 */

/** A value that cannot be written down exactly. */
export class NotCanonicalError extends Error {
  override readonly name = 'NotCanonicalError';
}

/** Deeper than any message of ours; a cycle ends here too. */
const MAX_DEPTH = 64;

const encoder = new TextEncoder();

/** The canonical text of a JSON value. @throws NotCanonicalError */
export function canonicalText(json: unknown): string {
  return write(json, '$', 0);
}

/** The canonical text as UTF-8. It holds no line break: JSON escapes control characters. @throws NotCanonicalError */
export function canonicalBytes(json: unknown): Uint8Array {
  return encoder.encode(write(json, '$', 0));
}

function write(value: unknown, path: string, depth: number): string {
  switch (typeof value) {
    case 'string':
      return writeString(value, path);
    case 'number':
      return writeInteger(value, path);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth === MAX_DEPTH) throw refuse(path, `nesting of at most ${MAX_DEPTH}`, 'more, or a cycle');
      return Array.isArray(value) ? writeArray(value, path, depth) : writeObject(value, path, depth);
    default:
      throw refuse(path, 'a JSON value', typeof value);
  }
}

/** Printable ASCII without quote and backslash: written as it is. */
const PLAIN_TEXT = /^[ !#-[\]-~]*$/;

function writeString(value: string, path: string): string {
  if (PLAIN_TEXT.test(value)) return `"${value}"`;
  if (!value.isWellFormed()) throw refuse(path, 'a well-formed string', 'half a surrogate pair');
  return JSON.stringify(value);
}

function writeInteger(value: number, path: string): string {
  if (!Number.isSafeInteger(value)) throw refuse(path, 'an integer within ±(2^53 − 1)', String(value));
  return String(value);
}

function writeArray(value: readonly unknown[], path: string, depth: number): string {
  let out = '[';
  for (let i = 0; i < value.length; i++) {
    const item = value[i];
    if (i > 0) out += ',';
    // The path is only spelled out on the way to a failure: numbers are most of what we write.
    if (typeof item === 'number' && Number.isSafeInteger(item)) out += String(item);
    else out += write(item, `${path}[${i}]`, depth + 1);
  }
  return out + ']';
}

function writeObject(value: object, path: string, depth: number): string {
  assertPlain(value, path);
  const keys = sortedKeys(value);
  let out = '{';
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i]!;
    if (i > 0) out += ',';
    const place = `${path}.${key}`;
    out += writeString(key, place) + ':' + write((value as Record<string, unknown>)[key], place, depth + 1);
  }
  return out + '}';
}

function assertPlain(value: object, path: string): void {
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto === Object.prototype || proto === null) return;
  // Specs and tools may hand over objects of another realm, which are as plain as ours.
  if (Object.getPrototypeOf(proto) === null && Object.hasOwn(proto as object, 'hasOwnProperty')) return;
  throw refuse(path, 'a plain object or array', `a ${value.constructor?.name ?? 'strange object'}`);
}

/** Keys by UTF-16 code unit, as RFC 8785 orders them; most objects already are in order. */
function sortedKeys(value: object): string[] {
  const keys = Object.keys(value);
  for (let i = 1; i < keys.length; i++) {
    if (keys[i - 1]! > keys[i]!) return keys.sort();
  }
  return keys;
}

/**
 * A copy equal to `JSON.parse(canonicalText(value))`, key order included. Give the same `memo` again
 * and subtrees seen before (by identity) are not walked again, so a state that changed a little costs
 * a little. The copy of a subtree that was changed in place afterwards is stale by intention: deciding
 * on it then shows that the machine is not pure.
 * @throws NotCanonicalError
 */
export function canonicalCopy(value: unknown, memo: WeakMap<object, object> = new WeakMap()): unknown {
  return copy(value, '$', 0, memo);
}

function copy(value: unknown, path: string, depth: number, memo: WeakMap<object, object>): unknown {
  if (typeof value !== 'object' || value === null) {
    write(value, path, depth);
    return value === 0 ? 0 : value;
  }
  const known = memo.get(value);
  if (known !== undefined) return known;
  if (depth === MAX_DEPTH) throw refuse(path, `nesting of at most ${MAX_DEPTH}`, 'more, or a cycle');
  let out: unknown[] | Record<string, unknown>;
  if (Array.isArray(value)) {
    if (onlyIntegers(value)) {
      out = value.slice();
    } else {
      out = [];
      // Not map(): it would pass over gaps, which a log cannot hold.
      for (let i = 0; i < value.length; i++) out.push(copy(value[i], `${path}[${i}]`, depth + 1, memo));
    }
  } else {
    assertPlain(value, path);
    out = {};
    for (const key of sortedKeys(value)) {
      if (!PLAIN_TEXT.test(key)) writeString(key, `${path}.${key}`);
      const given = (value as Record<string, unknown>)[key];
      // The path is only spelled out for what is walked for the first time.
      const before = typeof given === 'object' && given !== null ? memo.get(given) : undefined;
      const item = before ?? (isInteger(given) ? given : copy(given, `${path}.${key}`, depth + 1, memo));
      // Plain assignment to this one name would set the prototype instead of a property.
      if (key === '__proto__')
        Object.defineProperty(out, key, { value: item, enumerable: true, configurable: true, writable: true });
      else out[key] = item;
    }
  }
  memo.set(value, out);
  return out;
}

/** Such arrays make up most of a state; they are copied in one go. */
function onlyIntegers(items: readonly unknown[]): boolean {
  // Lists of anything else stay away from the loop, which is several times quicker when it only meets numbers.
  if (typeof items[0] !== 'number') return items.length === 0;
  for (let i = 0; i < items.length; i++) if (!isInteger(items[i])) return false;
  return true;
}

function isInteger(item: unknown): boolean {
  return Number.isSafeInteger(item) && !Object.is(item, -0);
}

function refuse(path: string, expected: string, seen: string): NotCanonicalError {
  return new NotCanonicalError(
    `${path}: expected ${expected}, saw ${seen}; a log holds only what can be read back exactly`,
  );
}
