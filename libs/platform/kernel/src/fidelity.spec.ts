import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { withFidelityTable } from './fidelity-table.js';
import { CERTAINTIES, SETTING_NAMES, SETTINGS } from './index.js';

const ROOT = join(import.meta.dirname, '../../../..');
const PAGE = readFileSync(join(ROOT, 'docs/fidelity.md'), 'utf8');

/** Cells of every table row that begins with an id. */
const rows = PAGE.split('\n')
  .filter((line) => line.startsWith('| F-'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (entry.name !== 'dist' && entry.name !== 'node_modules') yield* sources(path);
    } else if (entry.name.endsWith('.ts')) {
      yield path;
    }
  }
}

/** Ids cited after `fidelity:` in a comment, several of them separated by commas. */
function citations(text: string): string[] {
  return [...text.matchAll(/fidelity:\s*((?:F-[A-Z0-9-]+(?:,\s*)?)+)/g)].flatMap((match) =>
    match[1]!.match(/F-[A-Z0-9-]+/g)!,
  );
}

describe('docs/fidelity.md', () => {
  it('has the settings as they are in the registry', () => {
    // If this fails: npx tsc -b libs/platform/kernel && node libs/platform/kernel/write-fidelity.mjs
    expect(PAGE).toBe(withFidelityTable(PAGE));
  });

  it('names each id once, with a certainty and a sentence', () => {
    const ids = rows.map(([id]) => id!);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toStrictEqual([]);
    for (const row of rows) {
      expect(row.some((cell) => (CERTAINTIES as readonly string[]).includes(cell))).toBe(true);
      expect(row.at(-1)).toMatch(/^[A-Z`].*\.$/);
    }
    expect(SETTING_NAMES.map((name) => SETTINGS[name].fidelity).filter((id) => !ids.includes(id))).toStrictEqual([]);
  });

  it('has every id that the code cites', () => {
    const known = new Set(rows.map(([id]) => id));
    const files = ['libs', 'apps'].flatMap((folder) => [...sources(join(ROOT, folder))]);
    const cited = files.flatMap((file) =>
      citations(readFileSync(file, 'utf8')).map((id) => `${id} in ${relative(ROOT, file)}`),
    );
    expect(cited.length).toBeGreaterThan(10);
    expect(cited.filter((citation) => !known.has(citation.split(' ')[0]!))).toStrictEqual([]);
  });

  it('is searched for citations as they are written', () => {
    // Spelt apart, so that this file cites nothing.
    const mark = ['fidelity', ''].join(':');
    const text = `// ${mark} F-ONE, F-TWO-2 and more (${mark} F-THREE).`;
    expect(citations(text)).toStrictEqual(['F-ONE', 'F-TWO-2', 'F-THREE']);
  });
});
