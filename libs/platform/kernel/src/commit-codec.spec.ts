import { describe, expect, it } from '@jest/globals';
import type { Commit } from './index.js';
import {
  appendMsgId,
  commitIds,
  commitRef,
  decodeCommit,
  encodeCommit,
  kindOf,
  sealHash,
  sealOf,
  sha256Hex,
} from './index.js';

const COMMIT: Commit = {
  id: '1_1.3.7',
  stream: 'till.T1',
  version: 2,
  prev: 'a'.repeat(64),
  input: { type: 'pay', id: 'p1', at: 5, from: 'command' },
  events: [{ type: 'Paid' }],
  cause: 'ledger.L1:4',
  principal: { name: 'anna', known: 'os-user' },
  build: 'b',
  time: { ms: 5, count: 0 },
};

describe('a stored commit', () => {
  it('reads back as it was written', () => {
    expect(decodeCommit(encodeCommit(COMMIT))).toStrictEqual(COMMIT);
    expect(new TextDecoder().decode(encodeCommit(COMMIT))).toBe(
      `{"build":"b","cause":"ledger.L1:4","events":[{"type":"Paid"}],"id":"1_1.3.7","input":{"at":5,"from":"command","id":"p1","type":"pay"},"prev":"${'a'.repeat(64)}","principal":{"known":"os-user","name":"anna"},"stream":"till.T1","time":{"count":0,"ms":5},"version":2}`,
    );
  });

  it.each<[string, object, string]>([
    ['an unknown field', { extra: 1 }, 'no field "extra"'],
    ['no id', { id: '' }, 'id must be a string'],
    ['a stream without a kind', { stream: '.T1' }, 'stream must be <kind>.<id>'],
    ['version 0', { version: 0 }, 'version must be an integer from 1'],
    ['a first version with a predecessor', { version: 1 }, "prev must be the previous commit's SHA-256"],
    ['a later version without one', { prev: '' }, "prev must be the previous commit's SHA-256"],
    ['an input without an id', { input: { ...COMMIT.input, id: undefined } }, 'input needs type and id'],
    ['an input without a time', { input: { ...COMMIT.input, at: null } }, 'input.at must be ms'],
    ['an input from nowhere', { input: { ...COMMIT.input, from: 'x' } }, 'input.from must be'],
    ['events that are none', { events: [{}] }, 'each event needs a type'],
    ['an unknown way to know somebody', { principal: { name: 'x', known: 'guess' } }, 'principal must be'],
    ['a time without count', { time: { ms: 1 } }, 'time must be'],
  ])('is refused with %s, on the way in and on the way out', (_name, change, problem) => {
    const bad = { ...COMMIT, ...change } as unknown as Commit;
    expect(() => encodeCommit(bad)).toThrow(problem);
    expect(() => decodeCommit(new TextEncoder().encode(JSON.stringify(bad)))).toThrow(problem);
  });

  it('is refused when it is no JSON, or no UTF-8', () => {
    expect(() => decodeCommit(new Uint8Array([0x7b]))).toThrow('expected a commit as JSON');
    expect(() => decodeCommit(new Uint8Array([0xff]))).toThrow('expected a commit in UTF-8');
  });

  it('is named in words that others use', () => {
    expect(kindOf('security-group.SG1')).toBe('security-group');
    expect(commitRef('till.T1', 2)).toBe('till.T1:2');
    expect(appendMsgId(COMMIT)).toBe('till.T1:2:1_1.3.7');
    const next = commitIds({ id: '1_1', incarnation: 3 });
    expect([next(), next()]).toStrictEqual(['1_1.3.1', '1_1.3.2']);
  });
});

describe('a seal', () => {
  const first = encodeCommit({ ...COMMIT, version: 1, prev: '' });
  const second = encodeCommit({ ...COMMIT, prev: sha256Hex(first) });
  const other = encodeCommit({ ...COMMIT, stream: 'ledger.L1', version: 1, prev: '' });
  const log = [first, other, second].map((bytes, i) => ({ seq: i + 1, bytes }));

  it('holds the head of every stream and what of the log there was', () => {
    const seal = sealOf(log);
    expect(seal.streams).toStrictEqual([
      { stream: 'ledger.L1', version: 1, hash: sha256Hex(other) },
      { stream: 'till.T1', version: 2, hash: sha256Hex(second) },
    ]);
    expect(seal.sequences).toStrictEqual({ first: 1, last: 3, count: 3 });
    expect(seal.hash).toBe(sealHash(seal));
    expect(sealOf([]).sequences).toStrictEqual({ first: 0, last: 0, count: 0 });
  });

  it('depends on the order of the log', () => {
    const swapped = [log[0]!, log[2]!, log[1]!].map(({ bytes }, i) => ({ seq: i + 1, bytes }));
    expect(sealOf(swapped).streams).toStrictEqual(sealOf(log).streams);
    expect(sealOf(swapped).hash).not.toBe(sealOf(log).hash);
  });

  it('depends on the order of a long log, at its ends and in its middle', () => {
    const long = Array.from({ length: 200 }, (_, i) => ({ seq: i + 1, bytes: log[i % 2]!.bytes }));
    const hashes = [0, 1, 62, 63, 64, 127, 128, 198].map((i) => {
      const swapped = [...long];
      swapped[i] = { seq: i + 1, bytes: long[i + 1]!.bytes };
      swapped[i + 1] = { seq: i + 2, bytes: long[i]!.bytes };
      return sealOf(swapped).order;
    });
    expect(new Set([...hashes, sealOf(long).order]).size).toBe(9);
  });
});
