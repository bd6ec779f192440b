import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The folder that holds the root package.json. */
export const root = join(import.meta.dirname, '../..');

/**
 * @typedef {{name: string, version: string, workspaces?: string[], dependencies?: Record<string, string>, devDependencies?: Record<string, string>, exports?: Record<string, unknown>}} Manifest
 * @typedef {{dir: string, name: string, manifest: Manifest}} WorkspacePackage
 */

/** @param {string} file @returns {any} */
export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

/** Every package of the workspace, found through the globs of the root package.json, by folder. @returns {WorkspacePackage[]} */
export function workspacePackages() {
  /** @type {Manifest} */
  const manifest = readJson(join(root, 'package.json'));
  return (manifest.workspaces ?? [])
    .flatMap((pattern) => {
      if (!pattern.endsWith('/*')) return [pattern];
      const parent = pattern.slice(0, -2);
      if (!existsSync(join(root, parent))) return [];
      return readdirSync(join(root, parent)).map((name) => `${parent}/${name}`);
    })
    .filter((dir) => existsSync(join(root, dir, 'package.json')))
    .sort()
    .map((dir) => {
      const manifest = readJson(join(root, dir, 'package.json'));
      return { dir, name: manifest.name, manifest };
    });
}
