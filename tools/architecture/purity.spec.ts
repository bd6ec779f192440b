import { join, relative } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root, workspacePackages } from '../workspace/packages.mjs';
import { poison } from './poison.mjs';
import { impurities } from './purity-rules.js';
import { isTestCode, parse, parseFile, sourcesIn } from './sources.js';

const purePackages = workspacePackages().filter((p) => /^libs\/(domain|roles)\//.test(p.dir));

describe.each(purePackages)('$dir', ({ dir }) => {
  it('has no clock, chance, timer, asynchrony or module-level state in its sources', () => {
    const found = sourcesIn(join(root, dir, 'src'))
      .filter((file) => !isTestCode(file))
      .flatMap((file) => impurities(parseFile(file)).map((what) => `${relative(root, file)}: ${what}`));
    expect(found).toEqual([]);
  });

  it('loads in a world where touching any of these throws', async () => {
    await expect(import(join(root, dir, 'src/index.ts'))).resolves.toBeDefined();
  });
});

describe('the scan of sources', () => {
  it.each([
    ['const now = () => Date.now();', ['Date']],
    ['export const start = new Date();', ['Date']],
    ['const coin = () => Math.random() < 0.5;', ['Math.random']],
    ['setTimeout(() => queueMicrotask(f), 5);', ['queueMicrotask', 'setTimeout']],
    ['async function f() { await g(); }', ['async function', 'await']],
    ['class A { async m() {} }', ['async function']],
    ['const o = { async m() {} };', ['async function']],
    ['const f = (p) => Promise.all(p);', ['Promise']],
    ['const f = async (p) => { for await (const x of p) g(x); };', ['async function', 'for await']],
    ['const big = BigInt(1) + 2n;', ['BigInt', 'BigInt literal']],
    ['const f = (n: number) => Intl.NumberFormat().format(n);', ['Intl']],
    ['const t = (x as unknown as Clock).at(Date);', ['Date']],
    ['const here = import.meta.url;', ['import.meta']],
    ['const g = globalThis[`Da${te}`];', ['globalThis']],
    ['let count = 0;', ['module-level mutable count']],
    ['export let count = 0;', ['module-level mutable count']],
    ['const cache = new Map<string, number>();', ['module-level mutable cache']],
    ['export const seen: string[] = [];', ['module-level mutable seen']],
  ])('finds what is wrong with: %s', (text, expected) => {
    expect(impurities(parse(text))).toEqual(expected);
  });

  it.each([
    'type Started = { at: Date; done: Promise<void> };',
    'const f = (x: { Date: number }) => x.Date;',
    'const words = { Promise: 1, setTimeout: 2 };',
    'const weights = new Map([[1, 2]]); const bytes = new Uint8Array(4);',
    'function f() { let n = 0; const seen = new Set<number>(); return [n, seen]; }',
  ])('accepts: %s', (text) => {
    expect(impurities(parse(text))).toEqual([]);
  });
});

describe('the poisoned world', () => {
  it('stops a planted module that reads the clock as it loads', async () => {
    await expect(import('./planted/reads-clock.js')).rejects.toThrow('Date.now is forbidden in pure code');
  });

  const originals = { Date, Promise, BigInt, Intl, performance, crypto, setTimeout, queueMicrotask };
  const world = () => ({ ...originals, Math: { random: () => 0.5 } });
  /** Each of these uses one forbidden global of the world it is given. */
  const uses: [string, (w: ReturnType<typeof world>) => unknown][] = [
    ['Date', (w) => new w.Date()],
    ['Date.now', (w) => w.Date.now()],
    ['Promise.resolve', (w) => w.Promise.resolve(1)],
    ['BigInt', (w) => w.BigInt(1)],
    ['Intl.NumberFormat', (w) => new w.Intl.NumberFormat()],
    ['performance.now', (w) => w.performance.now()],
    ['crypto.randomUUID', (w) => w.crypto.randomUUID()],
    ['setTimeout', (w) => clearTimeout(w.setTimeout(() => {}, 0))],
    ['queueMicrotask', (w) => w.queueMicrotask(() => {})],
    ['Math.random', (w) => w.Math.random()],
  ];

  it.each(uses)('stops guilty code at %s and lets others be', (name, use) => {
    const forThisFile = world();
    poison(forThisFile, (file) => file === import.meta.filename);
    expect(() => use(forThisFile)).toThrow(`${name} is forbidden in pure code, but ${import.meta.filename} used it`);
    const forOthers = world();
    poison(forOthers, () => false);
    expect(() => use(forOthers)).not.toThrow();
  });
});
