import { dirname } from 'node:path';

const sources = ['default', '^default'];
const toolchain = ['{workspaceRoot}/package-lock.json', '{workspaceRoot}/tsconfig.base.json'];

/** @param {string} dir folder of a package, from the workspace's root */
function targetsOf(dir) {
  // The folder comes before --selectProjects, which would take it for one more project.
  const jest =
    'node --experimental-vm-modules --disable-warning=ExperimentalWarning node_modules/jest/bin/jest.js ' +
    `${dir}/ --passWithNoTests --selectProjects`;
  return {
    build: {
      command: `tsc -b ${dir}`,
      cache: true,
      dependsOn: ['^build'],
      inputs: [...sources, ...toolchain],
      outputs: [`{workspaceRoot}/${dir}/dist`, `{workspaceRoot}/${dir}/*.tsbuildinfo`],
    },
    test: {
      command: `${jest} pure`,
      cache: true,
      inputs: [...sources, ...toolchain, '{workspaceRoot}/jest.config.mjs'],
    },
    // Real servers and processes decide the outcome too, so a result is never taken from the cache.
    'test-live': { command: `${jest} live`, cache: false, parallelism: false },
    lint: {
      command: `oxlint --type-aware --deny-warnings ${dir}`,
      cache: true,
      inputs: [...sources, ...toolchain, '{workspaceRoot}/.oxlintrc.json'],
    },
  };
}

/** Nx plugin: every package of the workspace gets the same targets, so a package.json needs no scripts of its own. */
export const createNodesV2 = [
  '{libs/*/*,apps/*,tools}/package.json',
  /** @param {readonly string[]} files */
  (files) =>
    files.map((file) => {
      const dir = dirname(file);
      return [file, { projects: { [dir]: { root: dir, targets: targetsOf(dir) } } }];
    }),
];
