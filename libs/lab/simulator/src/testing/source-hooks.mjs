// Lets a child process run this workspace's sources as they are: `.js` imports find the `.ts` beside
// them, and packages of ours their `src`. Node strips the types.
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { root, workspacePackages } from '../../../../../tools/workspace/packages.mjs';

const sources = new Map(workspacePackages().map((p) => [p.name, pathToFileURL(join(root, p.dir, 'src')).href]));

registerHooks({
  resolve(specifier, context, next) {
    const [, name, face] = /^(@rehearsal\/[^/]+)(?:\/(.+))?$/.exec(specifier) ?? [];
    const source = name === undefined ? undefined : sources.get(name);
    if (source !== undefined) return next(`${source}/${face ?? 'index'}.ts`, context);
    const ours = specifier.startsWith('.') && specifier.endsWith('.js') && context.parentURL?.endsWith('.ts');
    return next(ours ? `${specifier.slice(0, -3)}.ts` : specifier, context);
  },
});
