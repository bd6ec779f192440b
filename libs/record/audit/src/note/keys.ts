import { createPrivateKey, createPublicKey, hash, sign, verify, type KeyObject } from 'node:crypto';
import { readBase64, toBase64 } from './base64.js';
import { AuditFormatError } from './format-error.js';

/*
 * Keys as C2SP signed-note has them: a name, an id of four bytes that comes from name and key, and Ed25519. One line
 * each: `name+id+base64` for who checks, and `PRIVATE+KEY+name+id+base64` for who signs.
 */

const ED25519 = 1;
const KEY_LEN_BYTES = 32;
const ID_LEN_BYTES = 4;
const PRIVATE = 'PRIVATE+KEY+';

/** What stands before the bare key in the forms that the library reads (RFC 8410). */
const PRIVATE_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** Who checks a note's signatures by one key. */
export interface Verifier {
  readonly name: string;
  /** Eight hex digits. */
  readonly id: string;
  verify(message: Uint8Array, signature: Uint8Array): boolean;
}

/** Who signs notes. */
export interface Signer {
  readonly name: string;
  readonly id: string;
  /** `name+id+base64`: what others need to check what this signs. */
  readonly verifierKey: string;
  sign(message: Uint8Array): Uint8Array;
}

/** How a key is called among people: `name+id`. */
export function keyTitle({ name, id }: Pick<Verifier, 'name' | 'id'>): string {
  return `${name}+${id}`;
}

/** Text that can be written in UTF-8, without control characters but line feeds. */
export function isPlainText(text: string): boolean {
  if (!text.isWellFormed()) return false;
  for (let i = 0; i < text.length; i++) if (text[i]! < ' ' && text[i] !== '\n') return false;
  return true;
}

/** A name that can stand in a signature's line: something, without spaces and `+`. */
export function isKeyName(name: string): boolean {
  return name !== '' && isPlainText(name) && !/[\s+]/u.test(name);
}

function idOf(name: string, typedKey: Uint8Array): string {
  const head = new TextEncoder().encode(`${name}\n`);
  const bytes = new Uint8Array(head.length + typedKey.length);
  bytes.set(head);
  bytes.set(typedKey, head.length);
  return hash('sha256', bytes, 'hex').slice(0, ID_LEN_BYTES * 2);
}

function typed(key: Uint8Array): Uint8Array {
  const out = new Uint8Array(key.length + 1);
  out[0] = ED25519;
  out.set(key, 1);
  return out;
}

/** Reads `name+id+base64`. @throws AuditFormatError */
export function readVerifier(text: string): Verifier {
  if (text.startsWith(PRIVATE)) {
    throw new AuditFormatError('expected a verifier key, saw a private one, which is for who signs alone');
  }
  const [, name = '', id = '', coded = ''] = /^([^+]*)\+([0-9a-f]{8})\+(.*)$/su.exec(text) ?? [];
  const bytes = readBase64(coded);
  if (!isKeyName(name) || bytes === undefined) {
    throw new AuditFormatError('expected a verifier key: name, eight hex digits and base64, with + between them');
  }
  checkTypedKey(bytes);
  const derived = idOf(name, bytes);
  if (derived !== id) throw new AuditFormatError(`the key ${name} has the id ${derived}, but its line says ${id}`);
  const key = createPublicKey({ key: Buffer.concat([PUBLIC_HEAD, bytes.subarray(1)]), format: 'der', type: 'spki' });
  return { name, id, verify: (message, signature) => verify(null, message, key, signature) };
}

/** Reads `PRIVATE+KEY+name+id+base64`. @throws AuditFormatError, which never shows the key */
export function readSigner(text: string): Signer {
  const [, name = '', id = '', coded = ''] = /^PRIVATE\+KEY\+([^+]*)\+([0-9a-f]{8})\+(.*)$/su.exec(text) ?? [];
  const bytes = readBase64(coded);
  if (!isKeyName(name) || bytes === undefined) {
    throw new AuditFormatError('expected a private key: PRIVATE+KEY, name, id and base64, with + between them');
  }
  checkTypedKey(bytes);
  const signer = signerOf(name, bytes.subarray(1));
  if (signer.id !== id) throw new AuditFormatError(`the private key ${name} has the id ${signer.id}, its line ${id}`);
  return signer;
}

function checkTypedKey(bytes: Uint8Array): void {
  if (bytes[0] !== ED25519) throw new AuditFormatError('expected a key for Ed25519 (type 1)');
  if (bytes.length !== KEY_LEN_BYTES + 1) {
    throw new AuditFormatError(`expected a key of ${KEY_LEN_BYTES} bytes, saw ${bytes.length - 1}`);
  }
}

/** Who signs by the key that these 32 bytes of chance stand for. */
function signerOf(name: string, seed: Uint8Array): Signer {
  const key: KeyObject = createPrivateKey({ key: Buffer.concat([PRIVATE_HEAD, seed]), format: 'der', type: 'pkcs8' });
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const typedKey = typed(new Uint8Array(der.subarray(PUBLIC_HEAD.length)));
  const id = idOf(name, typedKey);
  return {
    name,
    id,
    verifierKey: `${name}+${id}+${toBase64(typedKey)}`,
    sign: (message) => new Uint8Array(sign(null, message, key)),
  };
}

/**
 * A pair of keys, each as its line.
 * @param seed 32 bytes of chance
 * @throws RangeError for a name that no key can have
 */
export function makeKeyPair(
  name: string,
  seed: Uint8Array,
): { readonly privateKey: string; readonly verifierKey: string } {
  if (!isKeyName(name)) throw new RangeError(`expected a key's name without spaces and +, saw ${JSON.stringify(name)}`);
  if (seed.length !== KEY_LEN_BYTES) throw new RangeError(`expected ${KEY_LEN_BYTES} bytes, saw ${seed.length}`);
  const { id, verifierKey } = signerOf(name, seed);
  return { privateKey: `${PRIVATE}${name}+${id}+${toBase64(typed(seed))}`, verifierKey };
}
