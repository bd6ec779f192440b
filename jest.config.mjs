import { workspacePackages } from './tools/workspace/packages.mjs';

// Specs run against sources, so a spec never needs a build first: `.` is src/index.ts, `./x` is src/x.ts.
const sources = Object.fromEntries(
  workspacePackages()
    .filter((p) => !p.dir.startsWith('apps/'))
    .flatMap((p) =>
      Object.keys({ '.': '', ...p.manifest.exports }).map((face) => [
        `^${p.name}${face.slice(1)}$`,
        `<rootDir>/${p.dir}/src/${face === '.' ? 'index' : face.slice(2)}.ts`,
      ]),
    ),
);

// Specs compute as the product does.
const COMPILER = '<rootDir>/libs/platform/compiler/src/index.ts';

const shared = {
  rootDir: import.meta.dirname,
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/tools'],
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  modulePathIgnorePatterns: ['<rootDir>/(libs|apps|tools)/.*/?dist/'],
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  moduleNameMapper: { ...sources, '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2024',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
};

export default {
  projects: [
    {
      ...shared,
      displayName: 'pure',
      setupFiles: [COMPILER, '<rootDir>/tools/jest/forbid-clock-and-chance.mjs'],
      testMatch: ['**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/dist/', '\\.live\\.spec\\.ts$'],
    },
    {
      ...shared,
      displayName: 'live',
      setupFiles: [COMPILER],
      testMatch: ['**/*.live.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/dist/'],
      // Real servers and processes share two cores: one spec file at a time.
      runner: '<rootDir>/tools/jest/serial-runner.mjs',
    },
  ],
};
