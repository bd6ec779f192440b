import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import type { Authenticator } from '@nats-io/transport-node';

/**
 * User nkeys on the platform's own Ed25519: the pure JavaScript one that comes with the client takes
 * 40 to 90 ms of a core for each connect, which every process would pay at its start and again,
 * all at once, when the bus comes back.
 */
const SEED = 18 << 3;
const USER = 20 << 3;
/** What stands before the 32 bytes of a key in PKCS #8. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export interface UserKey {
  /** `SU…` */
  readonly seed: string;
  /** `U…` */
  readonly publicKey: string;
}

export function createUserKey(): UserKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = privateKey.export({ format: 'der', type: 'pkcs8' }).subarray(-32);
  return {
    seed: withChecksum([SEED | (USER >> 5), (USER & 31) << 3], raw),
    publicKey: withChecksum([USER], rawPublic(publicKey)),
  };
}

/** Answers the server's challenge with a user's seed; throws a RangeError when it is no user seed. */
export function nkeyUser(seed: string): Authenticator {
  const privateKey = createPrivateKey({
    key: Buffer.concat([PKCS8_ED25519, rawSeed(seed)]),
    format: 'der',
    type: 'pkcs8',
  });
  const nkey = withChecksum([USER], rawPublic(createPublicKey(privateKey)));
  return (nonce) => ({ nkey, sig: sign(null, Buffer.from(nonce ?? ''), privateKey).toString('base64url') });
}

function rawPublic(key: KeyObject): Uint8Array {
  return key.export({ format: 'der', type: 'spki' }).subarray(-32);
}

function rawSeed(seed: string): Uint8Array {
  const bytes = fromBase32(seed);
  const body = bytes?.subarray(0, 34);
  if (
    bytes?.length !== 36 ||
    body === undefined ||
    crc16(body) !== ((bytes[34] as number) | ((bytes[35] as number) << 8)) ||
    bytes[0] !== (SEED | (USER >> 5)) ||
    bytes[1] !== (USER & 31) << 3
  ) {
    throw new RangeError('expected the seed of a user nkey: 58 letters and digits starting with SU');
  }
  return body.subarray(2);
}

function withChecksum(prefix: readonly number[], raw: Uint8Array): string {
  const body = Uint8Array.of(...prefix, ...raw);
  const crc = crc16(body);
  return toBase32(Uint8Array.of(...body, crc & 255, crc >>> 8));
}

function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(value >>> bits) & 31];
    }
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text;
}

function fromBase32(text: string): Uint8Array | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const letter of text) {
    const digit = ALPHABET.indexOf(letter);
    if (digit < 0) return undefined;
    value = ((value << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >>> bits) & 255);
    }
  }
  // Bits that fill up the last letter are no part of the bytes: other than zero, they are not what was written.
  return (value & ((1 << bits) - 1)) === 0 ? Uint8Array.from(bytes) : undefined;
}

/** CRC-16/XMODEM, as nkeys use it. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let i = 0; i < 8; i++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}
