import { describe, expect, it } from '@jest/globals';
import knownIssues from './known-issues.js';

async function asked(
  words: Readonly<Record<string, string>>,
): Promise<{ readonly about: string; readonly ids: string[] }> {
  const input = knownIssues.input.parse(words);
  const out = knownIssues.output.parse(await knownIssues.handle(input, {} as never)) as {
    readonly about: string;
    readonly issues: readonly { readonly id: string }[];
  };
  return { about: out.about, ids: out.issues.map((i) => i.id) };
}

const OF_R81_10 = ['PRJ-54398', 'PRJ-56442', 'PRJ-57107'];

describe('known issues', () => {
  it('are all, or those with every word', async () => {
    expect(await asked({})).toEqual({ about: '4 known issues', ids: [...OF_R81_10, 'STANDBY-SITE-DROP'] });
    expect((await asked({ text: 'PANIC vpn' })).ids).toEqual(['PRJ-54398']);
    expect((await asked({ text: 'prj-57107' })).ids).toEqual(['PRJ-57107']);
    expect(await asked({ text: 'panic gtp' })).toEqual({ about: '0 known issues', ids: [] });
  });

  it('are those of a take, and of those with a word', async () => {
    expect(await asked({ at: 'R81.10:78' })).toEqual({ about: '3 known issues of R81.10 take 78', ids: OF_R81_10 });
    expect((await asked({ at: 'R81.10:79' })).ids).toEqual([]);
    expect((await asked({ at: 'R81.10', text: 'memory' })).ids).toEqual(['PRJ-57107']);
    expect((await asked({ at: 'R82' })).ids).toEqual([]);
  });

  it('are those that an upgrade mends', async () => {
    const about = '3 known issues of R81.10 take 78 that R81.20 take 99 does not have';
    expect(await asked({ at: 'R81.10:78', to: 'R81.20:99' })).toEqual({ about, ids: OF_R81_10 });
    expect((await asked({ at: 'R81.10:77', to: 'R81.10:78' })).ids).toEqual([]);
  });

  it.each([
    [{ at: 'take 78' }, 'expected a release, or a release and a take, as in R81.10:78'],
    [{ to: 'R81.10:79' }, '--to needs --at: from where'],
  ])('are not asked for by %j', (words, message) => {
    expect(knownIssues.input.safeParse(words).error?.issues.map((i) => i.message)).toEqual([message]);
  });
});
