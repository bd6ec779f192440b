import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { AuditFormatError, judgeNote, makeKeyPair, readNote, readSigner, readVerifier, signNote } from '../index.js';

/* Keys and notes that the Go module golang.org/x/mod/sumdb/note and C2SP signed-note publish as examples. */
const PETER = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
const PETER_PRIVATE = 'PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz';
const ENOCH = 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop';
const TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const BY_PETER =
  '\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n';
const BY_ENOCH =
  '\u2014 EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n';
const FOO = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const BY_FOO =
  '\u2014 example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';

const verdict = (note: string, key: string): string => judgeNote(readNote(note), readVerifier(key));

describe('published keys and notes', () => {
  it('are read, verify, and come out the same when signed again', () => {
    expect(verdict(`${TEXT}\n${BY_PETER}${BY_ENOCH}`, PETER)).toBe('signed');
    expect(verdict(`${TEXT}\n${BY_PETER}${BY_ENOCH}`, ENOCH)).toBe('signed');
    expect(verdict(`This is an example message.\n\n${BY_FOO}`, FOO)).toBe('signed');
    const signer = readSigner(PETER_PRIVATE);
    expect(signer.verifierKey).toBe(PETER);
    expect(signNote(TEXT, signer)).toBe(`${TEXT}\n${BY_PETER}`);
  });

  it('say nothing for a key that signed nothing, and spoil a note that was changed', () => {
    expect(verdict(`${TEXT}\n${BY_ENOCH}`, PETER)).toBe('unsigned');
    expect(verdict(`${TEXT.replace('your', 'our')}\n${BY_PETER}`, PETER)).toBe('forged');
    // The same name and id over other bytes, beside the good one.
    const bad = BY_PETER.replace('ZJkuBS', 'ZJkuBT');
    expect(verdict(`${TEXT}\n${BY_PETER}${bad}`, PETER)).toBe('forged');
    expect(verdict(`${TEXT}\n${BY_PETER.slice(0, 60)}ABCD${BY_PETER.slice(60)}`, PETER)).toBe('forged');
  });

  it.each([
    ['no signatures', TEXT],
    ['an empty list of them', `${TEXT}\n`],
    ['no last line feed', `${TEXT}\n${BY_PETER.slice(0, -1)}`],
    ['a control character', `\u0001${TEXT}\n${BY_PETER}`],
    ['half a character', `\ud800${TEXT}\n${BY_PETER}`],
    ['a name of two words', `${TEXT}\n${BY_PETER.replace('PeterNeumann', 'Bad Name')}`],
    ['a name with a plus', `${TEXT}\n${BY_PETER.replace('PeterNeumann', 'Bad+Name')}`],
    ['a line that is no signature', `${TEXT}\n${BY_PETER}Unexpected line.\n`],
    ['a signature that is no base64', `${TEXT}\n${BY_PETER.replace('AM=', 'AN=')}`],
    ['more signatures than anybody makes', `${TEXT}\n${BY_PETER.repeat(101)}`],
  ])('are refused with %s', (_what, note) => {
    expect(() => readNote(note)).toThrow(AuditFormatError);
  });

  it('are refused as keys where any part is missing or any character is another', () => {
    const next = (text: string, at: number): string =>
      text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) + 1) + text.slice(at + 1);
    for (const [key, read] of [
      [PETER, readVerifier],
      [PETER_PRIVATE, readSigner],
    ] as const) {
      for (let i = 0; i < key.length; i++) {
        expect(() => read(next(key, i))).toThrow(AuditFormatError);
        expect(() => read(key.slice(i + 1))).toThrow(AuditFormatError);
        expect(() => read(key.slice(0, i))).toThrow(AuditFormatError);
      }
    }
    const longer = 'PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==';
    const other = 'PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';
    expect(() => readVerifier(longer)).toThrow(AuditFormatError);
    expect(() => readVerifier(other)).toThrow('expected a key for Ed25519 (type 1)');
    expect(() => readVerifier(PETER_PRIVATE)).toThrow('saw a private one');
  });
});

describe('a pair of keys of our own', () => {
  const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const name = fc.stringMatching(/^[a-z][a-z0-9./-]{0,20}$/);

  it('signs notes that its verifier key takes, and no other', () => {
    fc.assert(
      fc.property(seed, name, fc.string({ unit: 'grapheme' }), (bytes, called, words) => {
        const { privateKey, verifierKey } = makeKeyPair(called, bytes);
        const text = `${words.replaceAll(/\p{Cc}/gu, '')}\n`;
        const note = signNote(text, readSigner(privateKey));
        expect(readNote(note).text).toBe(text);
        expect(verdict(note, verifierKey)).toBe('signed');
        expect(verdict(note, PETER)).toBe('unsigned');
        expect(judgeNote({ ...readNote(note), text: `x${text}` }, readVerifier(verifierKey))).toBe('forged');
      }),
      { numRuns: 50 },
    );
  });

  it('has a name that can stand in a line', () => {
    const bytes = new Uint8Array(32);
    for (const called of ['', 'a b', 'a+b', 'a\u00a0b', '\ud800']) {
      expect(() => makeKeyPair(called, bytes)).toThrow(RangeError);
    }
    expect(() => makeKeyPair('a', new Uint8Array(31))).toThrow('expected 32 bytes, saw 31');
  });

  it('signs nothing that would not be read back as it was', () => {
    const signer = readSigner(PETER_PRIVATE);
    for (const text of ['no line feed', 'tab\t\n', '']) expect(() => signNote(text, signer)).toThrow(AuditFormatError);
  });
});
