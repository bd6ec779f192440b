import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { GRAMMAR } from '@rehearsal/operator';
import { z } from 'zod';
import { helpOf } from './help.js';
import { optionsOf } from './options.js';
import { generatedDocs, GENERATED_FOLDERS } from './docs.js';
import { isPlaced, parseArgs } from './parse-args.js';
import { findVerb, VERBS } from './registry.js';
import { splitWords } from '@rehearsal/experiment';

const root = join(import.meta.dirname, '..', '..', '..', '..', '..');
const verbs = await Promise.all(VERBS.map(async (entry) => [entry, (await entry.load()).default] as const));

describe('the registry of verbs', () => {
  it('says of each verb what the verb says of itself', () => {
    expect(verbs.map(([e]) => [e.path, e.summary])).toEqual(verbs.map(([, v]) => [v.path, v.summary]));
  });

  it.each(verbs.map(([, v]) => [v.path, v] as const))('has a whole definition of %s', (_path, verb) => {
    const fields = optionsOf(verb).map((o) => o.field);
    expect(fields).toEqual(expect.arrayContaining([...verb.positionals]));
    expect(optionsOf(verb).filter((o) => o.about === '')).toEqual([]);
    expect(optionsOf(verb).filter((o) => o.required && !isPlaced(verb, o.field))).toEqual([]);
    expect(verb.examples.length).toBeGreaterThan(0);
    expect(verb.output).toBeInstanceOf(z.ZodType);
    expect(helpOf(verb)).toContain(`usage: rehearse ${verb.path}`);
  });

  it('shows only examples that are understood, of files that are there', () => {
    for (const [, verb] of verbs) {
      for (const { command } of verb.examples) {
        const words = splitWords(command)!.slice(1);
        const { entry, rest } = findVerb(words);
        expect(entry.path).toBe(verb.path);
        expect(() => parseArgs(verb, rest)).not.toThrow();
        const files = rest.filter((w) => w.startsWith('examples/') && !w.includes('*'));
        expect(files.filter((f) => !existsSync(join(root, f)))).toEqual([]);
      }
    }
  });

  it('names the nearest verb', () => {
    expect(() => findVerb(['stauts'])).toThrow("There is no verb 'stauts'. Did you mean 'status'?");
    expect(() => findVerb(['capture', 'inf'])).toThrow("There is no verb 'capture inf'. Did you mean 'capture info'?");
  });

  it('says of each verb whether a lab carries it out, without loading it', () => {
    const asked = (list: readonly boolean[]): boolean[] => [...list];
    expect(asked(verbs.map(([e]) => e.asks === true))).toEqual(asked(verbs.map(([, v]) => v.needs === 'lab')));
    expect(asked(verbs.map(([e]) => e.prepares !== undefined))).toEqual(
      asked(verbs.map(([, v]) => v.prepare !== undefined)),
    );
  });

  it('says without loading exec which of the commands may ask', () => {
    const asks = findVerb(['exec']).entry.prepares!;
    expect(GRAMMAR.filter((row) => (row.asks !== undefined) !== asks(row.words.split(' ')))).toEqual([]);
  });

  it('has pages, help texts, schemas and a man page under docs, as the verbs are now', async () => {
    // When this fails: node libs/lab/verbs/dist/write-docs.js docs
    const docs = await generatedDocs();
    const names = [...GENERATED_FOLDERS].flatMap((f) => readdirSync(join(root, 'docs', f)).map((n) => `${f}/${n}`));
    const kept = Object.fromEntries(
      [...names, 'rehearse.1'].map((name) => [name, readFileSync(join(root, 'docs', name), 'utf8')]),
    );
    expect(kept).toEqual(docs);
  });

  it('shows no links of pages at a terminal', async () => {
    const verbs = await Promise.all(VERBS.map(async (e) => (await e.load()).default));
    expect(verbs.filter((v) => helpOf(v).includes('](')).map((v) => v.path)).toEqual([]);
    expect(helpOf(verbs.find((v) => v.path === 'at')!)).toContain('See docs/operator.md.');
  });

  it('gives each verb another word at most once', () => {
    const words = VERBS.flatMap((v) => [v.path, ...(v.alias === undefined ? [] : [v.alias])]);
    expect(new Set(words).size).toBe(words.length);
    expect([findVerb(['deploy']).entry.path, findVerb(['destroy']).entry.path]).toEqual(['up', 'down']);
  });
});
