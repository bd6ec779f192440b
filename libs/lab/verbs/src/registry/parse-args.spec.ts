import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { usageOf } from './options.js';
import { ownWords } from './own-words.js';
import { parseArgs, readSet } from './parse-args.js';
import { verb } from './verb.js';

const toy = verb({
  path: 'toy',
  summary: 'a verb to test with',
  examples: [],
  positionals: ['kind', 'rest'],
  input: z.strictObject({
    kind: z.enum(['panic', 'hang']),
    rest: z.array(z.string()).default([]),
    delayMs: z.int().optional(),
    cut: z.boolean().default(false),
    arg: z.array(z.string()).default([]),
    word: z.string().optional(),
  }),
  output: z.unknown(),
  needs: 'nothing',
  effect: 'read',
  handle: async () => undefined,
  render: () => '',
});

const proving = verb({
  path: 'prove',
  summary: 'a verb whose first word may be left out',
  examples: [],
  positionals: ['run', 'commit', 'more'],
  input: z.strictObject({
    run: z.string().default('latest'),
    commit: z.string(),
    more: z.array(z.string()).default([]),
  }),
  output: z.unknown(),
  needs: 'nothing',
  effect: 'read',
  handle: async () => undefined,
  render: () => '',
});

describe('a word that may be left out before one that may not', () => {
  it('is left out where there is one word, and there where there are two', () => {
    const read = (...words: string[]) => parseArgs(proving, words).input;
    expect(read('1:12')).toEqual({ run: 'latest', commit: '1:12', more: [] });
    expect(read('r', '1:12')).toEqual({ run: 'r', commit: '1:12', more: [] });
    expect(read('r', '1:12', 'x', 'y')).toEqual({ run: 'r', commit: '1:12', more: ['x', 'y'] });
    expect(() => read()).toThrow('rehearse prove needs COMMIT');
    expect(usageOf(proving)).toBe('rehearse prove [RUN] COMMIT [MORE…]');
  });
});

const typing = verb({
  path: 'type',
  summary: 'a verb that takes a command with it',
  examples: [{ command: 'rehearse type 1_01 -- fw ver', does: 'show how' }],
  positionals: ['target'],
  tail: 'command',
  input: z.strictObject({
    target: z.array(z.string()).default([]),
    command: z.array(z.string()).min(1).describe('what is typed'),
    basis: z.boolean().default(false),
  }),
  output: z.unknown(),
  needs: 'nothing',
  effect: 'read',
  handle: async () => undefined,
  render: () => '',
});

describe('a command that a verb takes with it', () => {
  it('is all that stands after the dashes, options that look like the own ones among it', () => {
    const { input, json, help } = parseArgs(typing, [
      'mho',
      '1_1',
      '--basis',
      '--',
      'asg',
      '--json',
      '--help',
      '--',
      '-v',
    ]);
    expect(input).toEqual({ target: ['mho', '1_1'], basis: true, command: ['asg', '--json', '--help', '--', '-v'] });
    expect([json, help]).toEqual([false, false]);
    expect(ownWords(['1_01', '--json', '--', '--help'])).toEqual(['1_01', '--json']);
  });

  it('is asked for where it is missing, or stands where it is not sought', () => {
    expect(() => parseArgs(typing, ['1_01', '--'])).toThrow(
      'rehearse type needs COMMAND after -- (what is typed). For example: rehearse type 1_01 -- fw ver.',
    );
    expect(() => parseArgs(typing, ['fw', 'ver'])).toThrow('needs COMMAND after --');
    expect(() => parseArgs(typing, ['fw', '-v'])).toThrow('Put -- in front of the command, as in:');
    expect(() => parseArgs(typing, ['--command', 'fw'])).toThrow('has no option --command');
  });

  it('stands last in the usage', () => {
    expect(usageOf(typing)).toBe('rehearse type [TARGET…] [options] -- COMMAND…');
  });
});

describe('the words after a verb', () => {
  it('become its input: by place, by name, with values after a space or an equals sign', () => {
    const { input, json } = parseArgs(toy, [
      'panic',
      'a',
      '--delay-ms',
      '5',
      'b',
      '--cut',
      '--arg=x=1',
      '--arg',
      'y',
      '--json',
    ]);
    expect(input).toEqual({ kind: 'panic', rest: ['a', 'b'], delayMs: 5, cut: true, arg: ['x=1', 'y'] });
    expect(json).toBe(true);
  });

  it('keep an id of digits a text where a text is wanted', () => {
    expect(parseArgs(toy, ['hang', '--word', '103']).input).toMatchObject({ word: '103' });
  });

  it('take settings and the profile with --set', () => {
    const { set } = parseArgs(toy, ['hang', '--set', 'profile=lossless', '--set=ccp.deadMultiplier=5']);
    expect(set).toEqual({
      profile: 'lossless',
      settings: { 'ccp.deadMultiplier': '5' },
      words: ['profile=lossless', 'ccp.deadMultiplier=5'],
    });
    expect(() => readSet(['profile=fast'])).toThrow("expected vendor or lossless, saw 'fast'");
    expect(() => readSet(['lossless'])).toThrow('expected NAME=VALUE');
  });

  it.each([
    [['panik'], /KIND: .* saw "panik".*Did you mean 'panic'\?/],
    [[], /rehearse toy needs KIND/],
    [['hang', '--dely-ms', '5'], /has no option --dely-ms. Did you mean --delay-ms\?/],
    [['hang', '--jsn'], /Did you mean --json\?/],
    [['hang', '--kind', 'panic'], /has no option --kind/],
    [['hang', '--delay-ms'], /--delay-ms needs a value/],
    [['hang', '--delay-ms', 'soon'], /--delay-ms: .* saw "soon"/],
    [['hang', '--delay-ms', '1.5'], /--delay-ms: .* saw 1.5/],
  ])('refuse %j', (words, message) => {
    expect(() => parseArgs(toy, words)).toThrow(message);
  });
});

describe('values with a unit', () => {
  it.each([
    [['link', '1_03', '--delay', '5ms'], { delayMs: 5 }],
    [['link', '1_03', '--delay', '1.5s'], { delayMs: 1500 }],
    [['link', '1_03', '--delay-ms', '2s'], { delayMs: 2000 }],
    [['link', '1_03', '--delay=1m'], { delayMs: 60_000 }],
    [['link', '1_03', '--rate', '2mbps'], { rateKbps: 2000 }],
    [['link', '1_03', '--loss', '0.1%'], { lossPerMillion: 1000 }],
    [['panic', '1_03', '--reboot-after', '30s'], { rebootAfterMs: 30_000 }],
  ])('%j', async (words, fields) => {
    const fault = (await import('../verbs/fault.js')).default;
    expect(parseArgs(fault, words).input).toMatchObject(fields);
  });
});
