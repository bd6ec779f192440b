import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findCaptures } from './captures.js';

/** A pcap of raw IPv4 without a packet in it. */
const EMPTY = Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 101, 0, 0, 0);

describe('the captures of an experiment', () => {
  let folder: string;
  const said: string[] = [];
  const find = (sources: Parameters<typeof findCaptures>[0]) =>
    findCaptures(
      sources,
      (path) => join(folder, path),
      (line) => said.push(line),
    );
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'captures-'));
    said.length = 0;
    for (const name of ['b.pcap', 'a.pcapng', 'c.CAP', 'notes.txt']) writeFileSync(join(folder, name), EMPTY);
    mkdirSync(join(folder, 'd.pcap'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are every capture of a folder by name, sixteen at a time, with short pauses', () => {
    const { files, plays, atOnce } = find([{ folder: '.', repeats: 2 }]);
    expect(files).toEqual(['a.pcapng', 'b.pcap', 'c.CAP'].map((name) => join(folder, name)));
    expect(plays[0]).toEqual({ name: 'a.pcapng', repeats: 2, maxGapMs: 100 });
    expect(atOnce).toBe(16);
  });

  it('are as recorded where a file is named', () => {
    expect(find([{ file: 'b.pcap' }])).toEqual({
      files: [join(folder, 'b.pcap')],
      plays: [{ name: 'b.pcap' }],
      atOnce: undefined,
    });
  });

  it('end the run when one of them is none, with its name, unless it may be left out', () => {
    writeFileSync(join(folder, 'bad.pcap'), 'no capture at all');
    expect(() => find([{ folder: '.' }])).toThrow(/bad\.pcap cannot be read: .* skipUnreadable/s);
    expect(find([{ folder: '.', skipUnreadable: true }]).plays.map((p) => p.name)).toEqual([
      'a.pcapng',
      'b.pcap',
      'c.CAP',
    ]);
    expect(said).toEqual([expect.stringMatching(/bad\.pcap is left out: /)]);
  });

  it('are played as far as they go, and that is said', () => {
    writeFileSync(join(folder, 'cut.pcap'), Uint8Array.of(...EMPTY, 1, 2, 3));
    expect(find([{ file: 'cut.pcap' }]).plays.length).toBe(1);
    expect(said).toEqual([expect.stringMatching(/cut\.pcap breaks off at byte 24: .*; it is played up to there/)]);
  });

  it.each([
    ['a folder without any', [{ folder: 'd.pcap' }], /has no captures/],
    ['a path that is not there', [{ file: 'none.pcap' }], /Cannot read .*none\.pcap/],
    ['neither file nor folder', [{ repeats: 2 }], /names a file or a folder/],
    ['both', [{ file: 'b.pcap', folder: '.' }], /names a file or a folder/],
  ])('refuse %s', (_what, sources, problem) => {
    expect(() => find(sources)).toThrow(problem);
  });

  it('refuse two files of one name', () => {
    mkdirSync(join(folder, 'other'));
    writeFileSync(join(folder, 'other', 'b.pcap'), EMPTY);
    expect(() => find([{ folder: '.' }, { folder: 'other' }])).toThrow(/Two captures are called b\.pcap/);
  });
});
