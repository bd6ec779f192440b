import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { explain, type Consequence } from './index.js';

interface Given {
  readonly stream: string;
  readonly version: number;
  readonly cause: string | undefined;
}

const commit = (stream: string, version: number, cause?: string): Given => ({ stream, version, cause });
const refs = (commits: readonly Given[]): string[] => commits.map((c) => `${c.stream}:${c.version}`);
const tree = (of: readonly Consequence<Given>[]): unknown[] =>
  of.map(({ commit: c, followed }) => (followed.length === 0 ? refs([c])[0] : [refs([c])[0], tree(followed)]));

describe('what a commit followed from, and what followed', () => {
  const log = [
    commit('a.x', 1),
    commit('b.x', 1, 'a.x:1'),
    commit('a.x', 2, 'b.x:1'),
    commit('b.x', 2, 'a.x:1'),
    commit('c.x', 1, 'a.x:2'),
    commit('d.x', 1, 'other.y:7'),
  ];

  it('goes up to what came from outside, and down to all that names it', () => {
    const middle = explain(log, log[2]!);
    expect(refs(middle.causes)).toEqual(['b.x:1', 'a.x:1']);
    expect(middle.elsewhere).toBeUndefined();
    expect(tree(middle.consequences)).toEqual(['c.x:1']);
    expect(tree(explain(log, log[0]!).consequences)).toEqual([['b.x:1', [['a.x:2', ['c.x:1']]]], 'b.x:2']);
  });

  it('says where a cause is in no commit of this log', () => {
    expect(explain(log, log[5]!)).toEqual({ causes: [], elsewhere: 'other.y:7', consequences: [] });
  });

  it('ends in a forged log that goes round in circles', () => {
    const round = [commit('a.x', 1, 'b.x:1'), commit('b.x', 1, 'a.x:1')];
    expect(refs(explain(round, round[0]!).causes)).toEqual(['b.x:1']);
    expect(tree(explain(round, round[0]!).consequences)).toEqual(['b.x:1']);
  });

  it('has every commit below exactly those that it has above itself', () => {
    const logs = fc
      .array(fc.nat(), { minLength: 1, maxLength: 30 })
      .map((picks) =>
        picks.map((pick, i) => commit('s.x', i + 1, pick % (i + 1) === 0 ? undefined : `s.x:${pick % (i + 1)}`)),
      );
    const all = (of: readonly Consequence<Given>[]): Given[] => of.flatMap((c) => [c.commit, ...all(c.followed)]);
    fc.assert(
      fc.property(logs, (commits) => {
        const below = commits.map((c) => new Set(all(explain(commits, c).consequences)));
        for (const c of commits) {
          const above = new Set(explain(commits, c).causes);
          expect(commits.filter((_, i) => below[i]!.has(c))).toEqual(commits.filter((other) => above.has(other)));
        }
      }),
    );
  });
});
