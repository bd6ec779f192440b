import { readFileSync } from 'node:fs';
import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { canonicalBytes, sha256Hex } from '@rehearsal/kernel';

/** The code that decides, complete and apart from everything else: files by name, and one hash over them. */
export interface MachineCode {
  /** SHA-256 (hex) over the canonical bytes of `{file: SHA-256 of its text}`; the `build` of commits. */
  readonly build: string;
  /** The modules a reader starts from, by their name in `files`. */
  readonly entries: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/** Static imports and re-exports of a built module, each of which begins its own line. */
const IMPORT = /^((?:import|export)\b(?:[^'";]*\bfrom)?\s*)(["'])([^"'\n]+)\2/gm;

/**
 * Follows the imports of built ES modules and gathers all they reach, with imports made relative, so
 * that a copy runs anywhere and long after. Built-in modules stay as they are.
 * @param entries file URLs of the modules that export machines
 * @param resolve finds what a bare import means (`import.meta.resolve` of whoever depends on it)
 */
export function gatherMachineCode(entries: readonly string[], resolve: (specifier: string) => string): MachineCode {
  const texts = new Map<string, string>();
  const queue = [...entries];
  const root = commonFolder(entries);
  for (let url = queue.shift(); url !== undefined; url = queue.shift()) {
    const path = fileURLToPath(url);
    if (texts.has(path)) continue;
    const here = url;
    const text = readFileSync(path, 'utf8')
      .replace(/^\/\/# sourceMappingURL=.*$/m, '')
      .replace(IMPORT, (whole, before: string, quote: string, specifier: string) => {
        if (specifier.startsWith('node:')) return whole;
        const target = specifier.startsWith('.') ? new URL(specifier, here).href : resolve(specifier);
        queue.push(target);
        return `${before}${quote}${relativeImport(root, path, fileURLToPath(target))}${quote}`;
      });
    texts.set(path, text);
  }
  const files = Object.fromEntries(
    [...texts].map(([path, text]) => [storedName(root, path), text] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );
  const encoder = new TextEncoder();
  const hashes = Object.fromEntries(
    Object.entries(files).map(([name, text]) => [name, sha256Hex(encoder.encode(text))]),
  );
  return {
    build: sha256Hex(canonicalBytes(hashes)),
    entries: entries.map((url) => storedName(root, fileURLToPath(url))),
    files,
  };
}

/** Names do not tell where the workspace stands, so that one code has one hash everywhere. */
function storedName(root: string, path: string): string {
  const name = relative(root, path).split(sep).join('/');
  const inPackages = name.lastIndexOf('node_modules/');
  return inPackages < 0 ? name.replaceAll('../', '') : `packages/${name.slice(inPackages + 'node_modules/'.length)}`;
}

function relativeImport(root: string, from: string, to: string): string {
  const path = relative(dirname(storedName(root, from)), storedName(root, to))
    .split(sep)
    .join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

function commonFolder(urls: readonly string[]): string {
  let common = dirname(fileURLToPath(urls[0]!)).split(sep);
  for (const url of urls) {
    const parts = dirname(fileURLToPath(url)).split(sep);
    let same = 0;
    while (same < common.length && common[same] === parts[same]) same++;
    common = common.slice(0, same);
  }
  return common.join(sep) || sep;
}
