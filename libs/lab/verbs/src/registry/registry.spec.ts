import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { helpOf } from './help.js';
import { optionsOf } from './options.js';
import { verbPages } from './pages.js';
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

  it('has a page for each verb under docs/verbs, as the verbs are now', async () => {
    // When this fails: node libs/lab/verbs/dist/write-docs.js docs/verbs
    const folder = join(root, 'docs', 'verbs');
    const pages = await verbPages();
    const kept = Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]),
    );
    expect(kept).toEqual(pages);
  });
});
