import { describe, expect, it } from '@jest/globals';
import {
  appended,
  AuditFormatError,
  judgeNote,
  originOf,
  readCheckpoint,
  readCheckpoints,
  readOrigin,
  signCheckpoint,
  toBase64,
  treeOf,
  treesOf,
} from '../index.js';
import { checkpointAt, commitsOf, logOf, SIGNER, source, VERIFIER } from '../testing/small-run.js';

const commits = commitsOf(9);

describe('a checkpoint', () => {
  it('says origin, size and root in three lines, signed', async () => {
    const log = await logOf(source(commits));
    const { signedText, trees } = signCheckpoint(log.origin, treesOf(log), SIGNER);
    const root = toBase64(log.trees.get(1)!.root());
    const [text, signature] = signedText.split('\n\n');
    expect(text).toBe(`rehearsal/branch/panic-lossless-sim-7/1\n9\n${root}`);
    expect(signature).toMatch(/^\u2014 rehearsal [A-Za-z0-9+/]{91}=\n$/);
    expect(trees.map(({ site, size }) => [site, size])).toEqual([[1, 9]]);
    expect(judgeNote(readCheckpoint(signedText).note, VERIFIER)).toBe('signed');
  });

  it('covers further sites, each in a line of its own, under the same signature', async () => {
    const log = await logOf(source(commitsOf(4, 2), 2), source(commits), source([], 11));
    const checkpoint = signCheckpoint(log.origin, treesOf(log), SIGNER);
    expect(log.origin).toBe('rehearsal/branch/panic-lossless-sim-7/1');
    const [second, eleventh] = [2, 11].map((site) => toBase64(log.trees.get(site)!.root()));
    expect(checkpoint.note.text.split('\n').slice(3)).toEqual([`site 2 4 ${second}`, `site 11 0 ${eleventh}`, '']);
    expect(treeOf(checkpoint, 2)).toEqual({ site: 2, size: 4, root: log.trees.get(2)!.root() });
    const moved = { ...checkpoint.note, text: checkpoint.note.text.replace('site 2 4', 'site 2 3') };
    expect(judgeNote(moved, VERIFIER)).toBe('forged');
  });

  it('has an origin that names run and site whatever they are called', () => {
    const origin = originOf('a b', 'x+y/z', 3);
    expect(origin).toBe('rehearsal/a%20b/x%2By%2Fz/3');
    expect(readOrigin(origin)).toEqual({ fabric: 'a b', run: 'x+y/z', site: 3 });
    for (const other of ['go.sum database tree', 'rehearsal/a/b/0', 'rehearsal/a/b/1/2', 'rehearsal/%/b/1', '']) {
      expect(readOrigin(other)).toBeUndefined();
    }
  });

  it.each([
    ['another kind of log', (t: string) => t.replace('rehearsal/', 'else/'), 'expected the origin of a run'],
    ['a size with a zero before it', (t: string) => t.replace('\n9\n', '\n09\n'), 'expected the size of a tree'],
    [
      'a size that no number here holds',
      (t: string) => t.replace('\n9\n', '\n9007199254740992\n'),
      'expected the size',
    ],
    ['no root', (t: string) => t.replace(/\n9\n.*\n/, '\n9\nAAAA\n'), 'expected a root of 32 bytes'],
    ['an empty line', (t: string) => t.replace('\n9\n', '\n9\n\n'), 'expected a root of 32 bytes'],
    ['an empty line after its root', (t: string) => `${t}\nx\n`, 'expected no empty line'],
    ['its own site once more', (t: string) => `${t}site 1 ${t.split('\n').slice(1, 3).join(' ')}\n`, 'once each'],
    ['a site without a number', (t: string) => `${t}site x 1 y\n`, 'expected the size'],
  ])('is refused with %s', async (_what, change, words) => {
    const { note, signedText } = await checkpointAt(commits, 9);
    const forged = signedText.replace(note.text, () => change(note.text));
    expect(forged).not.toBe(signedText);
    expect(() => readCheckpoint(forged)).toThrow(AuditFormatError);
    expect(() => readCheckpoint(forged)).toThrow(words);
  });

  it('may have lines that others know', async () => {
    const { note, signedText } = await checkpointAt(commits, 9);
    const more = readCheckpoint(signedText.replace(note.text, `${note.text}weather fair\n`));
    expect(more.trees.map(({ size }) => size)).toEqual([9]);
  });
});

describe('a file of checkpoints', () => {
  it('gives them back as they were appended, whoever signed them besides', async () => {
    const all = await Promise.all([2, 5, 9].map((size) => checkpointAt(commits, size)));
    const witness = '\u2014 witness.example/w AAAAAAAA\n';
    const texts = [all[0]!.signedText, `${all[1]!.signedText}${witness}`, all[2]!.signedText];
    const file = texts.map(readCheckpoint).reduce((text, checkpoint) => text + appended(text, checkpoint), '');
    expect(readCheckpoints(file).map((c) => c.signedText)).toEqual(texts);
    expect(readCheckpoints(texts.join('')).map((c) => c.signedText)).toEqual(texts);
    // As an editor leaves it: without the last line feed, or with more of them.
    const edited = `\n\n${texts[0]!}`.slice(0, -1);
    expect(readCheckpoints(edited + appended(edited, all[2]!)).map((c) => c.signedText)).toEqual([texts[0], texts[2]]);
    expect(readCheckpoints('')).toEqual([]);
  });

  it('names the line where it is damaged', async () => {
    const [two, nine] = await Promise.all([2, 9].map((size) => checkpointAt(commits, size)));
    const damaged = two!.signedText + appended(two!.signedText, nine!).replace('\n9\n', '\nnine\n');
    expect(() => readCheckpoints(damaged)).toThrow('line 7: expected the size of a tree, saw "nine"');
    expect(() => readCheckpoints(two!.signedText.slice(0, 60))).toThrow(/^line 1: /);
  });
});
