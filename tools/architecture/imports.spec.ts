import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readJson, root, workspacePackages } from '../workspace/packages.mjs';
import { composer, mayImport } from './arrows.js';
import { arrowAllowed, wrongImport } from './import-rules.js';
import { importsOf, parse, parseFile, sourcesIn } from './sources.js';

const rootManifest = readJson(join(root, 'package.json'));
const packages = workspacePackages()
  .filter((p) => p.dir !== 'tools')
  .map((p) => ({
    name: p.name,
    dir: p.dir,
    dependencies: Object.keys(p.manifest.dependencies ?? {}),
    devDependencies: Object.keys({ ...rootManifest.devDependencies, ...p.manifest.devDependencies }),
  }));
const ours = (names: readonly string[]): string[] => names.filter((n) => n.startsWith('@rehearsal/')).sort();

describe.each(packages)('$dir', (pkg) => {
  const short = pkg.name.replace('@rehearsal/', '');

  it('stands in the table of arrows and depends only along it', () => {
    expect([...Object.keys(mayImport), composer]).toContain(short);
    expect(ours(pkg.dependencies).filter((d) => !arrowAllowed(short, d.replace('@rehearsal/', '')))).toEqual([]);
  });

  it('imports only what it may', () => {
    const wrong = sourcesIn(join(root, pkg.dir, 'src')).flatMap((path) => {
      const file = relative(root, path);
      return importsOf(parseFile(path)).flatMap((specifier) => {
        const why = wrongImport(pkg, file, specifier);
        return why ? [`${file}: '${specifier}' ${why}`] : [];
      });
    });
    expect(wrong).toEqual([]);
  });

  it('references in tsconfig.json exactly the packages it depends on', () => {
    const { references = [] } = readJson(join(root, pkg.dir, 'tsconfig.json'));
    const dirs = references.map((r: { path: string }) => relative(root, resolve(root, pkg.dir, r.path))).sort();
    const wanted = packages.filter((p) => pkg.dependencies.includes(p.name)).map((p) => p.dir);
    expect(dirs).toEqual(wanted.sort());
  });

  it('is built by the tsconfig.json of the root', () => {
    const { references } = readJson(join(root, 'tsconfig.json'));
    expect(references).toContainEqual({ path: `./${pkg.dir}` });
  });
});

describe('the table of arrows', () => {
  it('has no cycle', () => {
    const state = new Map<string, 'open' | 'done'>();
    const visit = (name: string, path: string[]): void => {
      if (state.get(name) === 'open') throw new Error(`cycle: ${[...path, name].join(' -> ')}`);
      if (state.get(name) === 'done') return;
      state.set(name, 'open');
      for (const next of mayImport[name] ?? []) visit(next, [...path, name]);
      state.set(name, 'done');
    };
    for (const name of Object.keys(mayImport)) visit(name, []);
    expect(state.size).toBe(Object.keys(mayImport).length);
  });
});

describe('the check itself', () => {
  const policy = {
    name: '@rehearsal/policy',
    dir: 'libs/domain/policy',
    dependencies: ['@rehearsal/kernel', '@rehearsal/bus', 'zod'],
    devDependencies: ['fast-check'],
  };
  const file = 'libs/domain/policy/src/rules/match.ts';

  it.each([
    ['../compile.js', undefined],
    ['@rehearsal/kernel', undefined],
    ['zod/v4', undefined],
    ['../../../packets/src/index.js', /leaves/],
    ['@rehearsal/bus', /points the wrong way/],
    ['@rehearsal/app-sgm', /points the wrong way/],
    ['@rehearsal/kernel/src/log.js', /public face/],
    ['@rehearsal/kernel/testing', /specs only/],
    ['node:fs', /pure/],
    ['fast-check', /not among/],
    ['pino', /not among/],
  ])('judges an import of %s', (specifier, complaint) => {
    const why = wrongImport(policy, file, specifier);
    if (complaint) expect(why).toMatch(complaint);
    else expect(why).toBeUndefined();
  });

  it('lets a spec use the tools of testing', () => {
    expect(wrongImport(policy, 'libs/domain/policy/src/match.spec.ts', 'fast-check')).toBeUndefined();
    expect(wrongImport(policy, 'libs/domain/policy/src/match.spec.ts', 'node:fs')).toBeUndefined();
    expect(wrongImport(policy, 'libs/domain/policy/src/testing.ts', '@rehearsal/kernel/testing')).toBeUndefined();
  });

  it('sees every way to import', () => {
    const text = `import a from 'a'; import type { B } from 'b'; export * from 'c'; export { d } from 'd';
      type E = import('e').E; const f = () => import('f'); import 'g'; const h = (x: string) => import(x);`;
    expect(importsOf(parse(text)).sort()).toEqual(['(computed)', 'a', 'b', 'c', 'd', 'e', 'f', 'g']);
  });
});
