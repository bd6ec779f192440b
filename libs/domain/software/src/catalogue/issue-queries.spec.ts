import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fixedBy, issuesOf, KNOWN_ISSUES, RELEASE_NAMES, releaseNamed, searchIssues, sentence } from './index.js';

const ids = (issues: readonly { id: string }[]): string[] => issues.map(({ id }) => id);

describe('known issues', () => {
  it.each([
    ['R81.10', 78, ['PRJ-54398', 'PRJ-56442', 'PRJ-57107']],
    ['R81.10', 79, []],
    ['R81.20', 98, ['STANDBY-SITE-DROP']],
    ['R81.20', 118, []],
    ['R82', 0, []],
  ])('that are open at %s take %i', (release, take, open) => {
    expect(ids(issuesOf({ release, take }))).toStrictEqual(open);
  });

  it('are found by id and by words in any order', () => {
    expect(ids(searchIssues('prj-56442'))).toStrictEqual(['PRJ-56442']);
    expect(ids(searchIssues('panic vpn'))).toStrictEqual(['PRJ-54398']);
    expect(ids(searchIssues('R81.10 leak'))).toStrictEqual(['PRJ-57107']);
    expect(searchIssues('vpn leak')).toStrictEqual([]);
    expect(searchIssues(' ')).toStrictEqual(KNOWN_ISSUES);
  });

  it('are fixed by a higher take, and not known of at another release', () => {
    const at = (release: string, take: number) => ({ release, take });
    expect(ids(fixedBy(at('R81.10', 78), at('R81.10', 79)))).toStrictEqual(['PRJ-54398', 'PRJ-56442', 'PRJ-57107']);
    expect(ids(fixedBy(at('R81.20', 98), at('R81.20', 99)))).toStrictEqual([]);
    expect(ids(fixedBy(at('R81.20', 98), at('R82', 0)))).toStrictEqual(['STANDBY-SITE-DROP']);
    expect(ids(fixedBy(at('R81.20', 118), at('R81.20', 98)))).toStrictEqual([]);
  });

  it('stay open longer where a lab assumes another take of the fix', () => {
    const later = KNOWN_ISSUES.map((issue) => (issue.trigger === 'gtp-u' ? { ...issue, fixedInTake: 95 } : issue));
    expect(ids(issuesOf({ release: 'R81.10', take: 79 }, later))).toStrictEqual(['PRJ-56442']);
  });

  it('are told with the id that the vendor gave them, and with what is assumed', () => {
    expect(KNOWN_ISSUES.map(sentence)).toStrictEqual([
      'PRJ-54398: VPN traffic makes the kernel of a member panic; fixed in R81.10 take 79.',
      'PRJ-56442: GTP-U packets are classified wrongly and dropped; fixed in R81.10 take 79, as this lab assumes: the take is not public.',
      'PRJ-57107: memory leaks as time goes by, until a member fails; fixed in R81.10 take 79.',
      "STANDBY-SITE-DROP (a name of this lab; the vendor's id is not public): packets that come in at the standby site are dropped; fixed in R81.20 take 118, as this lab assumes: the take is not public.",
    ]);
  });

  it('are fixed in takes that the catalogue knows, and stand in docs/fidelity.md', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../../docs/fidelity.md'), 'utf8');
    for (const { release, fixedInTake, fidelity, certainty } of KNOWN_ISSUES) {
      expect(releaseNamed(release)?.takes).toContain(fixedInTake);
      expect(page).toContain(`| ${fidelity} | ${certainty} |`);
    }
  });

  it('never open up by a higher take', () => {
    const take = fc.nat(200);
    fc.assert(
      fc.property(fc.constantFrom(...RELEASE_NAMES), take, take, (release, a, b) => {
        const before = { release, take: Math.min(a, b) };
        const after = { release, take: Math.max(a, b) };
        expect(new Set(ids([...issuesOf(after), ...fixedBy(before, after)]))).toStrictEqual(
          new Set(ids(issuesOf(before))),
        );
      }),
    );
  });
});
