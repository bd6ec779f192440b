import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { gatherMachineCode, type MachineCode } from './machine-code.js';

describe('the code that decides', () => {
  let folder: string;
  const put = (name: string, text: string): void => {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const url = (name: string): string => pathToFileURL(join(folder, name)).href;
  const gather = (): MachineCode =>
    gatherMachineCode([url('libs/a/dist/machine.js'), url('libs/b/dist/machine.js')], (specifier) =>
      url(`libs/${specifier.slice('@x/'.length)}/dist/index.js`),
    );

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'machine-code-'));
    put(
      'libs/a/dist/machine.js',
      "import {\n  one,\n} from './one.js';\nimport { k } from '@x/k';\nexport const a = [one, k];\n",
    );
    put('libs/a/dist/one.js', "export const one = 'from \\'@x/none\\'';\n//# sourceMappingURL=one.js.map\n");
    put('libs/b/dist/machine.js', "export * from '@x/k';\n");
    put('libs/k/dist/index.js', "import { hash } from 'node:crypto';\nexport const k = hash;\n");
    put('libs/a/dist/unused.js', 'export {};\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is all that the machines import, and no more, with imports that need no packages', () => {
    const { files, entries } = gather();
    expect(Object.keys(files)).toEqual(['a/dist/machine.js', 'a/dist/one.js', 'b/dist/machine.js', 'k/dist/index.js']);
    expect(entries).toEqual(['a/dist/machine.js', 'b/dist/machine.js']);
    expect(files['a/dist/machine.js']).toContain("import { k } from '../../k/dist/index.js';");
    expect(files['b/dist/machine.js']).toBe("export * from '../../k/dist/index.js';\n");
    expect(files['a/dist/one.js']).toBe("export const one = 'from \\'@x/none\\'';\n\n");
    expect(files['k/dist/index.js']).toContain("from 'node:crypto'");
  });

  it('has a hash that changes with any line of it, and not with where it stands', () => {
    const before = gather().build;
    expect(before).toMatch(/^[0-9a-f]{64}$/);
    put('libs/a/dist/unused.js', 'export const x = 1;\n');
    expect(gather().build).toBe(before);
    const old = folder;
    folder = mkdtempSync(join(tmpdir(), 'machine-code-else-'));
    cpSync(old, folder, { recursive: true });
    rmSync(old, { recursive: true });
    expect(gather().build).toBe(before);
    put('libs/k/dist/index.js', 'export const k = 2;\n');
    expect(gather().build).not.toBe(before);
  });
});
