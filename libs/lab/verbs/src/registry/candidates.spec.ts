import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { candidatesFor } from './candidates.js';

describe('what could stand for the last word', () => {
  let folder: string;
  const of = (...words: string[]): Promise<string[]> => candidatesFor(words, join(folder, 'runs'));

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rehearse-candidates-'));
    for (const [place, id] of [
      ['runs', 'steady-1'],
      ['runs', 'steady-2'],
      ['elsewhere', 'demo-7'],
    ] as const) {
      const run = join(folder, place, id);
      mkdirSync(run, { recursive: true });
      writeFileSync(join(run, 'run.json'), '{}');
      utimesSync(join(run, 'run.json'), 1, 1);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is a run where one is meant, of the folder that is named', async () => {
    expect(await of('verify', '')).toEqual(['latest', 'steady-1', 'steady-2']);
    expect(await of('audit', 'prove', 'st')).toEqual(['steady-1', 'steady-2']);
    expect(await of('at', '--runs', join(folder, 'elsewhere'), '')).toEqual(['demo-7', 'latest']);
    expect(await of('at', 'steady-1', '')).toEqual([]);
  });

  it('is the next word of a verb, by either of its names', async () => {
    expect(await of('audit', 'c')).toEqual(['check', 'checkpoint', 'consistent']);
    expect(await of('des')).toEqual(['describe', 'destroy']);
    expect(await of('describe', '')).toEqual(['conn']);
    expect(await of('describe', 'conn', '--js')).toEqual(await of('dossier', '--js'));
    expect(await of('describe', 'conn', '--js')).toEqual(['--json']);
  });
});
