import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { compareReleases, mayMeet, pathTo, RELEASE_NAMES, UPGRADE_METHODS } from './index.js';

const release = fc.constantFrom(...RELEASE_NAMES);

describe('a multi-version cluster', () => {
  it.each([
    ['R81', 'R81.20', true, 'documented'],
    ['R81.10', 'R81.20', true, 'documented'],
    ['R81', 'R81.10', true, 'inferred'],
    ['R81.20', 'R82', true, 'inferred'],
    ['R81.10', 'R82', false, 'inferred'],
    ['R81.20', 'R81.20', true, 'documented'],
    ['R81.20', 'R82.10', false, 'ours'],
  ])('of %s and %s: %s, %s', (a, b, may, certainty) => {
    expect(mayMeet(a, b)).toMatchObject({ may, certainty });
  });

  it('says why', () => {
    expect(mayMeet('R82', 'R81.20').why).toBe('R81.20 and R82 may meet in a multi-version cluster');
    expect(mayMeet('R82', 'R81').why).toBe('R81 and R82 are not known to meet in a multi-version cluster');
    expect(mayMeet('R76', 'R81').why).toBe('R76 is no release that this catalogue knows');
  });

  it('does not care who is asked about whom', () => {
    fc.assert(fc.property(release, release, (a, b) => expect(mayMeet(a, b)).toStrictEqual(mayMeet(b, a))));
  });
});

describe('the way to another release', () => {
  it('without downtime goes by releases that may meet, in the fewest steps', () => {
    expect(pathTo('R81', 'R82', 'zero-downtime')).toStrictEqual([
      { from: 'R81', to: 'R81.20', certainty: 'documented' },
      { from: 'R81.20', to: 'R82', certainty: 'inferred' },
    ]);
  });

  it('with a short downtime is one step', () => {
    expect(pathTo('R81', 'R82', 'minimum-downtime')).toStrictEqual([{ from: 'R81', to: 'R82', certainty: 'recalled' }]);
  });

  it('is refused down, and where a release is unknown', () => {
    expect(pathTo('R82', 'R81.20', 'zero-downtime')).toBe(
      'R81.20 is older than R82; an upgrade only goes up. Revert to a snapshot of R81.20 instead',
    );
    expect(pathTo('R76', 'R81.20', 'zero-downtime')).toBe(
      'R76 is no release that this catalogue knows; it knows R81, R81.10, R81.20, R82',
    );
  });

  it('is a chain from one to the other, each step up and allowed by its method', () => {
    fc.assert(
      fc.property(release, release, fc.constantFrom(...UPGRADE_METHODS), (from, to, method) => {
        const path = pathTo(from, to, method);
        if (typeof path === 'string') {
          expect(compareReleases(to, from)).toBeLessThan(0);
          return;
        }
        expect([from, ...path.map((step) => step.to)]).toStrictEqual([...path.map((step) => step.from), to]);
        for (const step of path) {
          expect(compareReleases(step.from, step.to)).toBeLessThan(0);
          if (method === 'zero-downtime') expect(mayMeet(step.from, step.to).may).toBe(true);
        }
      }),
    );
  });
});
