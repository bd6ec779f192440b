import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { readJson, root, workspacePackages } from './packages.mjs';

const lockFile = join(root, 'package-lock.json');
const lock = readJson(lockFile);
const wants = (manifest: Record<string, unknown>) => ({
  dependencies: manifest['dependencies'] ?? {},
  devDependencies: manifest['devDependencies'] ?? {},
  optionalDependencies: manifest['optionalDependencies'] ?? {},
});

// Set-up installs without saving, so it would not notice a lock that has fallen behind.
describe('package-lock.json', () => {
  it.each(['', ...workspacePackages().map((p) => p.dir)])('records what ./%s/package.json asks for', (dir) => {
    expect(wants(lock.packages[dir] ?? {})).toEqual(wants(readJson(join(root, dir, 'package.json'))));
  });

  it('names no registry, so that every mirror will do', () => {
    expect(readFileSync(lockFile, 'utf8')).not.toMatch(/"resolved": "\w+:/);
  });

  it('pins a checksum for everything that is downloaded', () => {
    const downloaded = Object.entries<{ integrity?: string; inBundle?: boolean }>(lock.packages).filter(
      ([path, entry]) => path.includes('node_modules/') && !('link' in entry) && !entry.inBundle,
    );
    expect(downloaded.filter(([, entry]) => !entry.integrity).map(([path]) => path)).toEqual([]);
  });

  it('is asked for exact versions only', () => {
    const manifests = [readJson(join(root, 'package.json')), ...workspacePackages().map((p) => p.manifest)];
    const loose = manifests
      .flatMap((m) => Object.values(wants(m)).flatMap((deps) => Object.entries(deps as Record<string, string>)))
      .filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
    expect(loose).toEqual([]);
  });
});
