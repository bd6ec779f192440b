import { describe, expect, it } from '@jest/globals';
import { differences } from './archived-run.js';

const commits = (...texts: readonly string[]): Uint8Array[] => texts.map((text) => new TextEncoder().encode(text));

describe('an archive beside the log', () => {
  const log = commits('a', 'b', 'c');

  it('agrees where it has the same commits, or the first of them', () => {
    expect(differences(commits('a', 'b', 'c'), log, 1)).toEqual([]);
    expect(differences(commits('a', 'b'), log, 1)).toEqual([]);
  });

  it('is told by the first commit that is another one', () => {
    expect(differences(commits('a', 'B', 'C'), log, 2)).toEqual([
      'commit 2:2 is another one in the archive than in the log',
    ]);
    expect(differences(commits('a', 'b', 'c '), log, 1)).toEqual([
      'commit 1:3 is another one in the archive than in the log',
    ]);
  });

  it('has no commit that the log has not', () => {
    expect(differences(commits('a', 'b', 'c', 'd', 'e'), log, 1)).toEqual([
      'commit 1:4 is archived, but not in the log',
    ]);
  });
});
