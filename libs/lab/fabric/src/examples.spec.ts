import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findFabricFile, loadFabric } from './load.js';
import { fabricJsonSchema } from './schema.js';

const examples = join(import.meta.dirname, '../../../../examples/fabrics');

describe('the example fabrics', () => {
  it('come with the JSON Schema of this version', () => {
    const kept = JSON.parse(readFileSync(join(examples, 'fabric.schema.json'), 'utf8')) as unknown;
    // When this fails: node libs/lab/fabric/dist/write-schema.js examples/fabrics/fabric.schema.json
    expect(kept).toEqual(fabricJsonSchema());
  });

  it('name that schema in the first line and can be planned', () => {
    const files = readdirSync(examples).filter((f) => f.endsWith('.fabric.yaml'));
    expect(files).toContain('single-site.fabric.yaml');
    for (const file of files) {
      const path = join(examples, file);
      expect(readFileSync(path, 'utf8').split('\n')[0]).toBe('# yaml-language-server: $schema=./fabric.schema.json');
      expect(loadFabric(path).roles.length).toBeGreaterThan(4);
    }
  });
});

describe('looking for a fabric file', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fabric-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('takes the only one, and says what to do when there are none or several', () => {
    expect(() => findFabricFile(folder)).toThrow(/There is no \*\.fabric\.yaml .* Name one/s);
    writeFileSync(join(folder, 'a.fabric.yaml'), 'fabric: a\n');
    expect(findFabricFile(folder)).toBe(join(folder, 'a.fabric.yaml'));
    writeFileSync(join(folder, 'b.fabric.yaml'), 'fabric: b\n');
    expect(() => findFabricFile(folder)).toThrow(/Name one of: a\.fabric\.yaml, b\.fabric\.yaml/);
  });

  it('reads the rulebase it names, seen from the file', () => {
    const path = join(folder, 'a.fabric.yaml');
    writeFileSync(path, 'fabric: a\nsecurityGroups: {SG1: {policy: rules.yaml}}\n');
    expect(() => loadFabric(path)).toThrow(/:2:24: The rulebase rules\.yaml cannot be read/);
    writeFileSync(join(folder, 'rules.yaml'), 'rules: []\n');
    expect(loadFabric(path).policy).toEqual({ rules: [] });
    expect(() => loadFabric(join(folder, 'none.fabric.yaml'))).toThrow(/Cannot read/);
  });
});
