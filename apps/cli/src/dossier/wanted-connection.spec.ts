import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isEnd, isWanted, readWanted } from './wanted-connection.js';

const address = fc.tuple(...Array.from({ length: 4 }, () => fc.nat(255))).map((bytes) => bytes.join('.'));
const end = fc.tuple(address, fc.integer({ min: 1, max: 65535 })).map(([a, port]) => `${a}:${port}`);
const ROW = { tuple: '10.1.5.187:32768>198.18.0.17:443/tcp', seenAs: '203.0.113.9:10240>198.18.0.17:443' };

describe('the ends of a connection', () => {
  it('are found in either order, with ports or without, and with its protocol or without', () => {
    fc.assert(
      fc.property(end, end, fc.constantFrom('tcp', 'udp'), fc.boolean(), fc.boolean(), (a, b, proto, swap, bare) => {
        const row = { tuple: `${a}>${b}/${proto}`, seenAs: null };
        const said = (swap ? [b, a] : [a, b]).map((e) => (bare ? e.split(':')[0]! : e));
        expect(isWanted(readWanted(said), row)).toBe(true);
        expect(isWanted(readWanted([...said, proto.toUpperCase()]), row)).toBe(true);
        expect(isWanted(readWanted([...said, proto === 'tcp' ? 'udp' : 'tcp']), row)).toBe(false);
      }),
    );
  });

  it.each([
    ['as its client sent it', ['10.1.5.187:32768', '198.18.0.17:443'], true],
    ['as its server saw it', ['198.18.0.17:443', '203.0.113.9:10240'], true],
    ['half before and half after translation', ['10.1.5.187:32768', '203.0.113.9:10240'], false],
    ['of another port', ['10.1.5.187:32769', '198.18.0.17:443'], false],
    ['of an address that begins the same', ['10.1.5.18', '198.18.0.17'], false],
  ])('%s', (_how, words, expected) => {
    expect(isWanted(readWanted(words), ROW)).toBe(expected);
  });

  it('may be of a protocol that has a number for a name', () => {
    const row = { tuple: '10.1.0.1>198.18.0.1/ip-50', seenAs: null };
    const words = ['10.1.0.1', '198.18.0.1'];
    expect(['50', 'ip-50', 'tcp'].map((p) => isWanted(readWanted([...words, p]), row))).toEqual([true, true, false]);
    const named = ['icmp', 'tcp', 'udp'].map((p) => ({ tuple: `10.1.0.1:7>198.18.0.1:7/${p}`, seenAs: null }));
    const byNumber = ['1', '6', '17'].map((p) => named.map((r) => isWanted(readWanted([...words, p]), r)));
    expect(byNumber).toEqual([
      [true, false, false],
      [false, true, false],
      [false, false, true],
    ]);
  });

  it.each([
    [[], /expected two ends and perhaps a protocol, saw ''/],
    [['10.1.5.187:32768'], /expected two ends/],
    [['10.1.5.187:32768', 'server'], /expected an address and a port, saw 'server'/],
    [['10.1.5.187', '198.18.0.17', 't/cp'], /expected a protocol, saw 't\/cp'/],
    [['10.1.5.187', '198.18.0.17', 'tcp', 'more'], /expected two ends/],
  ])('%j are none', (words, message) => {
    expect(() => readWanted(words)).toThrow(message);
  });

  it('are told from the name of a run', () => {
    expect(['10.1.5.187', '10.1.5.187:53', 'latest', '20261122-124121-demo'].map(isEnd)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
