import { describe, expect, it } from '@jest/globals';
import { createUser, fromPublic, fromSeed } from '@nats-io/nkeys';
import { createUserKey, nkeyUser } from './nkey.js';

const encoder = new TextEncoder();

describe('user nkeys', () => {
  it('are read by the reference implementation', () => {
    for (let i = 0; i < 5; i++) {
      const key = createUserKey();
      expect(fromSeed(encoder.encode(key.seed)).getPublicKey()).toBe(key.publicKey);
    }
  });

  it('sign what the reference implementation verifies', () => {
    const pair = createUser();
    const answer = nkeyUser(new TextDecoder().decode(pair.getSeed()))('a-nonce');
    expect(answer).toEqual({ nkey: pair.getPublicKey(), sig: expect.any(String) });
    const { sig } = answer as { sig: string };
    expect(fromPublic(pair.getPublicKey()).verify(encoder.encode('a-nonce'), Buffer.from(sig, 'base64url'))).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['a public key', createUserKey().publicKey],
    ['a letter missing', createUserKey().seed.slice(0, -1)],
    ['no base32', '1'.repeat(58)],
  ])('refuse %s as a seed', (_name, seed) => {
    expect(() => nkeyUser(seed)).toThrow(RangeError);
  });

  it('refuse a seed with any one letter changed to any other', () => {
    const { seed } = createUserKey();
    for (let at = 0; at < seed.length; at++) {
      for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567') {
        const changed = seed.slice(0, at) + letter + seed.slice(at + 1);
        if (changed !== seed) expect(() => nkeyUser(changed)).toThrow(RangeError);
      }
    }
  });
});
