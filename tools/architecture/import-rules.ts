import { dirname, relative, resolve } from 'node:path';
import { composer, mayImport, quickFaces } from './arrows.js';
import { isTestCode } from './sources.js';

export type PackageUnderTest = {
  name: string;
  dir: string;
  dependencies: readonly string[];
  devDependencies: readonly string[];
};

const scope = '@rehearsal/';
const isPure = (dir: string): boolean =>
  /^libs\/(domain|roles)\//.test(dir) || /^libs\/platform\/(kernel|protocol)$/.test(dir);
/** The one built-in a pure package uses: hashing, through one function of the kernel. */
const isHashing = (dir: string, specifier: string): boolean =>
  dir === 'libs/platform/kernel' && specifier === 'node:crypto';

/** Whether the table lets one package (by its name after the scope) depend on another. */
export function arrowAllowed(from: string, to: string): boolean {
  if (to.startsWith('app-') || to === composer || to === 'tools') return false;
  return from === composer || (mayImport[from] ?? []).includes(to);
}

/**
 * Why a package's file must not import `specifier`, or undefined when it may.
 * @param file path from the workspace's root
 */
export function wrongImport(pkg: PackageUnderTest, file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) {
    const outside = relative(pkg.dir, resolve('/', dirname(file), specifier).slice(1)).startsWith('..');
    return outside ? `leaves ${pkg.dir}; import the other package by its name` : undefined;
  }
  if (specifier.startsWith('node:')) {
    if (isTestCode(file) || !isPure(pkg.dir) || isHashing(pkg.dir, specifier)) return undefined;
    return 'does input or output; this package is pure';
  }
  if (specifier.startsWith(scope)) {
    const from = pkg.name.slice(scope.length);
    const [to = '', ...inside] = specifier.slice(scope.length).split('/');
    const face = inside.join('/');
    if (face === 'testing' && !isTestCode(file)) return 'is for specs only';
    const isFace = face === '' || face === 'testing' || (quickFaces[to] ?? []).includes(face);
    if (!isFace) return 'reaches past the public face of a package; export it from its src/index.ts';
    if (!arrowAllowed(from, to))
      return `points the wrong way; ${from} may import: ${(mayImport[from] ?? []).join(', ') || 'nothing of ours'}`;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  if (pkg.dependencies.includes(name) || (isTestCode(file) && pkg.devDependencies.includes(name))) return undefined;
  return `is not among the dependencies in ${pkg.dir}/package.json`;
}
