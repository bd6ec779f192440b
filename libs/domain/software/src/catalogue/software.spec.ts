import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  compareReleases,
  compareSoftware,
  imageHash,
  RELEASE_NAMES,
  releaseNamed,
  RELEASES,
  softwareText,
} from './index.js';
import { styleOf } from './releases.js';

const software = fc.record({ release: fc.constantFrom(...RELEASE_NAMES, 'R80.40', 'R82.10'), take: fc.nat(300) });

describe('releases', () => {
  it('are ranked in the order of the list, which is the order of their numbers', () => {
    expect(RELEASES.map(({ name, rank }) => [name, rank])).toStrictEqual([
      ['R81', 0],
      ['R81.10', 1],
      ['R81.20', 2],
      ['R82', 3],
    ]);
    expect(RELEASE_NAMES.toSorted(compareReleases)).toStrictEqual(RELEASE_NAMES);
  });

  it('know the takes that are known by number', () => {
    expect(releaseNamed('R81.10')?.takes).toStrictEqual([78, 79]);
    expect(releaseNamed('R81.20')?.takes).toStrictEqual([98, 99, 118]);
    expect(releaseNamed('R76')).toBeUndefined();
  });

  it('place and style one that is not in the list by its numbers', () => {
    const names = ['R82.10', 'R82', 'R81.20', 'R80.40'];
    expect(names.toSorted(compareReleases)).toStrictEqual(['R80.40', 'R81.20', 'R82', 'R82.10']);
    expect(['R76', 'R81.15', 'R82.10'].map((name) => styleOf(name).name)).toStrictEqual(['R81', 'R81.10', 'R82']);
  });
});

describe('software', () => {
  it('is told by release and take, and without a jumbo by its release', () => {
    expect(softwareText({ release: 'R81.20', take: 118 })).toBe('R81.20 take 118');
    expect(softwareText({ release: 'R82', take: 0 })).toBe('R82');
  });

  it('is compared by release first', () => {
    expect(compareSoftware({ release: 'R82', take: 0 }, { release: 'R81.20', take: 118 })).toBeGreaterThan(0);
    expect(compareSoftware({ release: 'R81.20', take: 98 }, { release: 'R81.20', take: 118 })).toBeLessThan(0);
  });

  it('is ordered in one way', () => {
    fc.assert(
      fc.property(software, software, software, (a, b, c) => {
        expect(Math.sign(compareSoftware(a, b)) + Math.sign(compareSoftware(b, a))).toBe(0);
        if (compareSoftware(a, b) <= 0 && compareSoftware(b, c) <= 0) {
          expect(compareSoftware(a, c)).toBeLessThanOrEqual(0);
        }
      }),
    );
  });

  it('has a sum of 32 hex digits, the same exactly for the same software', () => {
    expect(imageHash({ release: 'R81.20', take: 118 })).toBe('281e68df86309fe0dff2b04a497308cb');
    fc.assert(
      fc.property(software, software, (a, b) => {
        expect(imageHash(a)).toMatch(/^[0-9a-f]{32}$/);
        expect(imageHash(a) === imageHash(b)).toBe(compareSoftware(a, b) === 0);
      }),
    );
  });
});
