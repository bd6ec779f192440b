import { nearestName } from '@rehearsal/kernel/nearest-name';
import { LabError } from '@rehearsal/lab-port/lab-error';
import type { CommandRow, HereRole, OptionRow, ParsedCommand } from './command.js';
import { GRAMMAR } from './grammar.js';
import { WRAPPERS } from './wrappers.js';

/** A command line, or one for many members. */
export interface ReadCommand {
  readonly parsed: ParsedCommand;
  readonly spread: Spread;
}

/** Where it is carried out: at one place, on members that are up, on all, or on those that were named. */
export type Spread = 'one' | 'up' | 'all' | { readonly members: string };

const bad = (message: string, remedy: string): LabError => new LabError('bad-input', message, remedy);

/** A line's words; quotes hold together what belongs together. @throws LabError (bad input) for an open quote */
export function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (const c of line) {
    if (quote !== '') {
      if (c === quote) quote = '';
      else word = (word ?? '') + c;
    } else if (c === '"' || c === "'") {
      quote = c;
      word ??= '';
    } else if (/\s/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + c;
  }
  if (quote !== '') throw bad(`A quote ${quote} is not closed.`, 'Close it.');
  if (word !== undefined) words.push(word);
  return words;
}

/** Options of `cphaprob` stand in front of what it is to do. */
function inOrder(words: readonly string[]): readonly string[] {
  if (words[0] !== 'cphaprob') return words;
  const names = GRAMMAR.filter((r) => r.words.startsWith('cphaprob ')).map((r) => r.words.split(' ')[1]);
  const at = words.findIndex((word, i) => i > 0 && names.includes(word));
  return at <= 1 ? words : ['cphaprob', words[at]!, ...words.slice(1, at), ...words.slice(at + 1)];
}

/**
 * Understands a command of the vendor's, typed at a member or an orchestrator.
 * @throws LabError (bad input) naming the nearest known
 */
export function readCommand(typed: readonly string[], role: HereRole): ReadCommand {
  if (typed.length === 0) throw bad('There is no command.', "For example: asg stat -v. 'help' lists all.");
  const { words, spread } = unwrapped(typed);
  return { parsed: readOne(words, role), spread };
}

/** The command within those that take one with them: `g_all -b 1_03 clish -c 'show snapshots'`. */
function unwrapped(typed: readonly string[]): { readonly words: readonly string[]; readonly spread: Spread } {
  let words = typed;
  let spread: Spread = 'one';
  for (let depth = 0; ; depth++) {
    const wrapper = WRAPPERS.find((row) => row.words === words[0]);
    if (wrapper === undefined) return { words, spread };
    const { options, rest } = optionsInFront(wrapper, words.slice(1));
    const inner = options['-c'] === undefined ? rest : [options['-c'], ...rest];
    words = inner.length === 1 ? wordsOf(inner[0]!) : inner;
    if (wrapper.words === 'g_fw' && words.length > 0) words = ['fw', ...words];
    if (words.length === 0)
      throw bad(`${wrapper.words} needs a command.`, `For example: ${wrapper.words} ${exampleOf(wrapper)}.`);
    const isLocal = wrapper.words.endsWith('clish');
    if (depth > 0 && !isLocal) throw bad(`${wrapper.words} within ${typed[0]}.`, 'Say it once.');
    if (isLocal) continue;
    const members = options['-b'];
    spread = members !== undefined ? { members } : options['-a'] !== undefined ? 'all' : 'up';
  }
}

const exampleOf = (wrapper: CommandRow): string =>
  wrapper.words === 'g_fw' ? 'ver' : wrapper.options.some((o) => o.flag === '-c') ? "-c 'fw ver'" : 'fw ver';

/** Options of a command that takes another with it stand before that one's words. */
function optionsInFront(
  row: CommandRow,
  typed: readonly string[],
): { readonly options: Readonly<Record<string, string>>; readonly rest: readonly string[] } {
  const options: Record<string, string> = {};
  let at = 0;
  for (; at < typed.length && typed[at]!.startsWith('-'); at++) {
    const option = row.options.find((o) => o.flag === typed[at]);
    if (option === undefined) throw unknownOption(row, typed[at]!);
    options[option.flag] = option.value === undefined ? '' : valueOf(row, option, typed[++at]);
  }
  return { options, rest: typed.slice(at) };
}

function valueOf(row: CommandRow, option: OptionRow, value: string | undefined): string {
  if (value !== undefined) return value;
  throw bad(`${row.words}: ${option.flag} needs ${option.value}.`, `Usage: ${usageOf(row)}.`);
}

function readOne(typed: readonly string[], role: HereRole): ParsedCommand {
  const words = inOrder(typed);
  const row = findRow(words);
  if (row === undefined) throw unknown(typed);
  if (!row.on.includes(role)) {
    throw bad(
      `${row.words} is not typed at ${role === 'member' ? 'a member' : 'an orchestrator'}.`,
      `Type it at ${row.on[0] === 'member' ? 'a member, as in: exec 1_01 --' : "an orchestrator, as in: exec 'mho 1_1' --"} ${row.words}.`,
    );
  }
  return readWords(row, words.slice(row.words.split(' ').length));
}

/** Whether these words are a command that is shown again each second at a terminal. */
export const isShownAgain = (typed: readonly string[]): boolean => findRow(typed)?.again === true;

/** The longest row that the words begin with. */
function findRow(words: readonly string[]): CommandRow | undefined {
  let best: CommandRow | undefined;
  for (const row of GRAMMAR) {
    const own = row.words.split(' ');
    if (own.every((word, i) => words[i] === word) && own.length > (best?.words.split(' ').length ?? 0)) best = row;
  }
  return best;
}

function unknown(words: readonly string[]): LabError {
  const known = GRAMMAR.map((r) => r.words);
  const begun = known.filter((k) => k.startsWith(`${words[0]} `));
  const among = begun.length > 0 ? begun : known;
  // What follows a command is no part of its name.
  const longest = Math.max(...among.map((name) => name.split(' ').length));
  const asked = words
    .filter((w) => !w.startsWith('-'))
    .slice(0, longest)
    .join(' ');
  return bad(`There is no command '${words.join(' ')}'.`, `Did you mean '${nearestName(asked, among)}'?`);
}

function readWords(row: CommandRow, rest: readonly string[]): ParsedCommand {
  const options: Record<string, string> = {};
  const places: string[] = [];
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i]!;
    const option = row.options.find((o) => o.flag === word);
    if (option === undefined && (!word.startsWith('-') || word === '-')) {
      places.push(word);
      continue;
    }
    if (option === undefined) throw unknownOption(row, word);
    if (option.value === undefined) {
      options[word] = '';
      continue;
    }
    const value = valueOf(row, option, rest[++i]);
    if (option.choices !== undefined && !option.choices.includes(value)) {
      throw bad(
        `${row.words} ${word}: there is no '${value}'.`,
        `Did you mean '${nearestName(value, option.choices)}'? All: ${option.choices.join(', ')}.`,
      );
    }
    options[word] = value;
  }
  const missing = row.options.find((o) => o.required === true && options[o.flag] === undefined);
  if (missing !== undefined) throw bad(`${row.words} needs ${missing.flag}.`, `Usage: ${usageOf(row)}.`);
  checkPlaces(row, places);
  return { row, options, places };
}

function unknownOption(row: CommandRow, word: string): LabError {
  const flags = row.options.map((o) => o.flag);
  const remedy = flags.length === 0 ? `Usage: ${usageOf(row)}.` : `Did you mean ${nearestName(word, flags)}?`;
  return bad(`${row.words} has no option ${word}.`, remedy);
}

function checkPlaces(row: CommandRow, places: readonly string[]): void {
  const { least, most, choices, name } = row.places ?? { least: 0, most: 0, name: '' };
  if (places.length > most) {
    throw bad(`'${places[most]}' is one word too many for ${row.words}.`, `Usage: ${usageOf(row)}.`);
  }
  if (places.length < least) throw bad(`${row.words} needs ${name}.`, `Usage: ${usageOf(row)}.`);
  const wrong = choices === undefined ? undefined : places.find((p) => !choices.includes(p));
  if (wrong !== undefined && choices !== undefined) {
    throw bad(
      `${row.words}: there is no '${wrong}'.`,
      `Did you mean '${nearestName(wrong, choices)}'? All: ${choices.join(', ')}.`,
    );
  }
}

/** How a command is typed. */
export function usageOf(row: CommandRow): string {
  if (row.usage !== undefined) return row.usage;
  const options = row.options.map((o) => {
    const text = `${o.flag}${o.value === undefined ? '' : ` ${o.choices === undefined ? o.value : `{${o.choices.join(' | ')}}`}`}`;
    return o.required === true ? text : `[${text}]`;
  });
  const { places } = row;
  const words =
    places === undefined
      ? []
      : [
          places.choices === undefined
            ? places.least > 0
              ? places.name
              : `[${places.name}]`
            : `{${places.choices.join(' | ')}}`,
        ];
  return [row.words, ...options, ...words].join(' ');
}
