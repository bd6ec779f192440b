import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compilePolicy } from './compile-policy.js';
import { addressText, readHost } from './networks.js';

const ip = (text: string): number => {
  const address = readHost(text);
  if (typeof address === 'string') throw new Error(address);
  return address;
};
const natOf = (nat: unknown) => compilePolicy({ rules: [], nat }).nat;

describe('translation', () => {
  const nat = natOf({
    hide: [
      { source: '10.1.0.0/16', behind: '198.51.100.1' },
      { source: ['10.2.0.0/16', '10.1.7.0/24', '172.16.0.1'], behind: '198.51.100.2' },
    ],
    static: [
      { inside: '10.1.0.10', outside: '198.51.100.10' },
      { inside: '192.168.0.1', outside: '203.0.113.1' },
    ],
  });

  it('hides by the first entry whose networks hold the source', () => {
    const sources = ['10.1.0.1', '10.1.7.1', '10.2.255.255', '172.16.0.1', '172.16.0.2', '198.51.100.1'];
    expect(sources.map((source) => nat.hideOf(ip(source)))).toEqual([0, 0, 1, 1, -1, -1]);
    expect([nat.hideCount, nat.isEmpty]).toEqual([2, false]);
    expect([addressText(nat.hideAddress(0)), addressText(nat.hideAddress(1))]).toEqual([
      '198.51.100.1',
      '198.51.100.2',
    ]);
    expect(nat.hideAddress(0)).toBeLessThan(0);
  });

  it('has a static address both ways, and then hides it no more', () => {
    expect(addressText(nat.staticOutside(ip('10.1.0.10')))).toBe('198.51.100.10');
    expect(addressText(nat.staticInside(ip('198.51.100.10')))).toBe('10.1.0.10');
    expect(nat.hideOf(ip('10.1.0.10'))).toBe(-1);
    expect([nat.staticOutside(ip('10.1.0.11')), nat.staticInside(ip('10.1.0.10'))]).toEqual([0, 0]);
    expect(nat.staticInside(ip('203.0.113.1') >>> 0)).toBe(ip('192.168.0.1'));
    expect(nat.staticOutside(ip('192.168.0.1') >>> 0)).toBe(ip('203.0.113.1'));
  });

  it('is empty when the rulebase has none', () => {
    const none = compilePolicy({ rules: [] }).nat;
    expect([none.isEmpty, none.hideCount, none.hideOf(7), none.staticOutside(7), none.staticInside(0)]).toEqual([
      true,
      0,
      -1,
      0,
      0,
    ]);
    expect(natOf({ hide: [], static: [] }).isEmpty).toBe(true);
    expect(natOf({ static: [{ inside: '10.0.0.1', outside: '10.0.0.2' }] }).isEmpty).toBe(false);
  });

  it('hides everything behind one address where any is the source', () => {
    expect(natOf({ hide: [{ source: 'any', behind: '192.0.2.1' }] }).hideOf(-1)).toBe(0);
  });

  it('answers as a plain reading of the entries does', () => {
    // Neighbouring addresses, so that networks overlap and the tables of static entries collide.
    const insideHost = fc.integer({ min: 0x0a000001, max: 0x0a0000ff });
    const outsideHost = fc.integer({ min: 0xc6336401, max: 0xc63364ff });
    const hideOf = fc.record({ base: insideHost, len: fc.integer({ min: 20, max: 32 }) });
    const firstOf = ({ base, len }: { base: number; len: number }) => (base & (-1 << (32 - len))) >>> 0;
    fc.assert(
      fc.property(
        fc.array(hideOf, { maxLength: 8 }),
        fc.uniqueArray(insideHost, { maxLength: 60 }),
        fc.uniqueArray(outsideHost, { minLength: 60, maxLength: 60 }),
        fc.array(fc.oneof(insideHost, outsideHost), { maxLength: 40 }),
        (hides, insides, outsides, asked) => {
          const statics = insides.map((inside, index) => ({ inside, outside: outsides[index]! }));
          const rules = natOf({
            hide: hides.map((hide, index) => ({
              source: `${addressText(firstOf(hide))}/${hide.len}`,
              behind: addressText(0xcb007101 + index),
            })),
            static: statics.map(({ inside, outside }) => ({
              inside: addressText(inside),
              outside: addressText(outside),
            })),
          });
          for (const address of [...asked, ...insides, ...outsides]) {
            const outside = statics.find((entry) => entry.inside === address)?.outside ?? 0;
            const inside = statics.find((entry) => entry.outside === address)?.inside ?? 0;
            const hide = hides.findIndex(
              (each) => address >= firstOf(each) && address < firstOf(each) + 2 ** (32 - each.len),
            );
            expect(rules.staticOutside(address | 0)).toBe(outside | 0);
            expect(rules.staticInside(address | 0)).toBe(inside | 0);
            expect(rules.hideOf(address | 0)).toBe(outside === 0 ? hide : -1);
          }
          for (const [index] of hides.entries()) expect(rules.hideAddress(index)).toBe((0xcb007101 + index) | 0);
        },
      ),
      { numRuns: 200 },
    );
  });
});
