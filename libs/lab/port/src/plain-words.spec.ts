import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { reasonOf, schemaWords } from './plain-words.js';

/** What a schema says of a value, in plain words. */
const said = (schema: z.ZodType, value: unknown): string =>
  schemaWords(schema.safeParse(value).error!.issues[0]!.message);

describe('words of a schema', () => {
  it.each([
    [z.string(), 1, 'expected text'],
    [z.number(), 'x', 'expected a number'],
    [z.int(), 1.5, 'expected a whole number'],
    [z.boolean(), 1, 'expected true or false'],
    [z.array(z.string()), 'x', 'expected a list'],
    [z.strictObject({}), [], 'expected a map of keys'],
    [z.number().min(3), 1, 'expected at least 3'],
    [z.number().max(3), 4, 'expected at most 3'],
    [z.array(z.int()).min(1), [], 'expected at least 1 in the list'],
    [z.enum(['up', 'down']), 'x', 'expected one of up, down'],
    [z.literal('pdf'), 'x', 'expected "pdf"'],
    [z.string().regex(/^a/, 'expected a word with a'), 'b', 'expected a word with a'],
  ] as const)('%# are plain', (schema, value, words) => {
    expect(said(schema, value)).toBe(words);
  });
});

describe('a reason of the system', () => {
  it.each([
    ["ENOENT: no such file or directory, open 'x'", 'it is not there'],
    ['EISDIR: illegal operation on a directory, read', 'it is a folder'],
    ["ENOTDIR: not a directory, open 'a/b'", 'a part of the path is a file'],
    ["EACCES: permission denied, open 'x'", 'there is no permission'],
    ['something else.\nand more', 'something else'],
  ])('%j is %j', (message, words) => {
    expect(reasonOf(new Error(message))).toBe(words);
  });
});
