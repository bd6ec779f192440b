import { nearestName } from '@rehearsal/kernel/nearest-name';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { schemaWords } from '@rehearsal/lab-port/plain-words';
import { GLOBAL_OPTIONS } from './global-options.js';
import { measuredOption, measureOf, readUnit, type Measured } from './measures.js';
import { optionsOf, type OptionSpec } from './options.js';
import type { SetWords, Verb } from './verb.js';

/** A command line that has been understood, but for which lab it is about. */
export interface Parsed {
  readonly input: Record<string, unknown>;
  readonly json: boolean;
  readonly help: boolean;
  readonly set: SetWords;
  /** Folder of runs, where it is named. */
  readonly runs: string | undefined;
}

const bad = (message: string, remedy: string): LabError => new LabError('bad-input', message, remedy);

/**
 * Reads the words after a verb.
 * @throws LabError (bad input) naming the nearest option, or what is missing
 */
export function parseArgs(verb: Verb, words: readonly string[]): Parsed {
  const options = optionsOf(verb);
  const given: Record<string, unknown> = {};
  const places: string[] = [];
  const sets: string[] = [];
  let json = false;
  let help = false;
  let runs: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (word === '--') {
      if (verb.tail === undefined) places.push(...words.slice(i + 1));
      else given[verb.tail] = words.slice(i + 1);
      break;
    }
    if (!word.startsWith('-') || word === '-' || isNumber(word)) {
      places.push(word);
      continue;
    }
    const equals = word.indexOf('=');
    const flag = equals < 0 ? word : word.slice(0, equals);
    const value = (): string => {
      if (equals >= 0) return word.slice(equals + 1);
      const next = words[++i];
      if (next === undefined) throw bad(`Option ${flag} needs a value.`, `See: rehearse ${verb.path} --help.`);
      return next;
    };
    if (flag === '--json') json = true;
    else if (flag === '--help' || flag === '-h') help = true;
    else if (flag === '--set') sets.push(value());
    else if (flag === '--runs') runs = value();
    else {
      const named = options.filter((o) => !isPlaced(verb, o.field));
      const option = named.find((o) => o.flag === flag);
      if (option === undefined) {
        const measured = measuredOption(named, flag);
        if (measured === undefined) throw unknownOption(verb, flag, options, words.includes('--'));
        given[measured.option.field] = readMeasure(measured, flag, value());
        continue;
      }
      if (option.kind === 'flag') given[option.field] = equals < 0 || word.slice(equals + 1) !== 'false';
      else if (option.kind === 'list') given[option.field] = [...((given[option.field] as string[]) ?? []), value()];
      else given[option.field] = measuredOrTyped(option, value());
    }
  }
  const parsed = { json, help, set: readSet(sets), runs };
  if (help) return { input: {}, ...parsed };
  takePlaces(verb, options, places, given);
  needTail(verb, options, given);
  return { input: checked(verb, given), ...parsed };
}

/** Fields that have no option of their own. */
export function isPlaced(verb: Verb, field: string): boolean {
  return verb.positionals.includes(field) || verb.tail === field;
}

function takePlaces(
  verb: Verb,
  options: readonly OptionSpec[],
  places: string[],
  given: Record<string, unknown>,
): void {
  const fields = verb.positionals.map((field) => options.find((o) => o.field === field)!);
  for (const [i, option] of fields.entries()) {
    const { field } = option;
    // With too few words for all, those that have to be there come first: `[RUN] COMMIT` takes one word for COMMIT.
    const needed = fields.slice(i + 1).filter((later) => later.required).length;
    if (!option.required && needed > 0 && places.length <= needed) continue;
    if (places.length === 0) {
      if (!option.required) continue;
      throw bad(
        `rehearse ${verb.path} needs ${field.toUpperCase()}${about(option)}.`,
        `See: rehearse ${verb.path} --help.`,
      );
    }
    given[field] = option.kind === 'list' ? places.splice(0) : typed(option, places.shift()!);
  }
  if (places.length > 0) {
    throw bad(`'${places[0]}' is one word too many for rehearse ${verb.path}.`, `See: rehearse ${verb.path} --help.`);
  }
}

function needTail(verb: Verb, options: readonly OptionSpec[], given: Readonly<Record<string, unknown>>): void {
  const { tail } = verb;
  if (tail === undefined) return;
  const said = given[tail];
  const option = options.find((o) => o.field === tail)!;
  if (!option.required || (Array.isArray(said) && said.length > 0)) return;
  throw bad(
    `rehearse ${verb.path} needs ${tail.toUpperCase()} after --${about(option)}.`,
    `For example: ${verb.examples[0]?.command}.`,
  );
}

const about = (option: OptionSpec): string => (option.about === '' ? '' : ` (${option.about})`);

/** A value with a unit where its option has one, as in `--delay-ms 5s`; else as `typed`. */
function measuredOrTyped(option: OptionSpec, text: string): unknown {
  const measured = measureOf(option);
  const value = measured === undefined ? undefined : readUnit(text, measured.units);
  return value ?? typed(option, text);
}

function readMeasure({ option, units }: Measured, flag: string, text: string): number {
  const value = readUnit(text, units);
  if (value !== undefined) return value;
  const known = Object.keys(units);
  throw bad(
    `${flag}: expected a number with a unit, saw ${JSON.stringify(text)}.`,
    `Units: ${known.join(', ')}; for example: ${flag} 5${known[0]}. Or: ${option.flag} N.`,
  );
}

const isNumber = (text: string): boolean => /^-?\d+(\.\d+)?$/.test(text);

function typed(option: OptionSpec, text: string): unknown {
  return (option.kind === 'integer' || option.kind === 'number') && isNumber(text) ? Number(text) : text;
}

function checked(verb: Verb, given: Record<string, unknown>): Record<string, unknown> {
  const result = verb.input.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const field = String(issue.path[0] ?? '');
  const option = optionsOf(verb).find((o) => o.field === field);
  const name = option === undefined || isPlaced(verb, field) ? field.toUpperCase() : option.flag;
  // What a verb says of its own words says it all.
  if (issue.code === 'custom') throw bad(`${verb.path}: ${issue.message}.`, `See: rehearse ${verb.path} --help.`);
  const seen = JSON.stringify(given[field]);
  const nearest =
    option !== undefined && option.choices.length > 0 && typeof given[field] === 'string'
      ? ` Did you mean '${nearestName(given[field], option.choices)}'?`
      : '';
  throw bad(
    `${name}: ${schemaWords(issue.message)}${seen === undefined ? '' : `, saw ${seen}`}.${nearest}`,
    `See: rehearse ${verb.path} --help.`,
  );
}

function unknownOption(verb: Verb, flag: string, options: readonly OptionSpec[], hasTail: boolean): LabError {
  const known = [
    ...options.filter((o) => !isPlaced(verb, o.field)).map((o) => o.flag),
    ...GLOBAL_OPTIONS.map((o) => o.flag.split(' ')[0]!),
  ];
  const remedy =
    verb.tail === undefined || hasTail
      ? `Did you mean ${nearestName(flag, known)}?`
      : `Put -- in front of the ${verb.tail}, as in: ${verb.examples[0]?.command}.`;
  return bad(`rehearse ${verb.path} has no option ${flag}.`, remedy);
}

/** @throws LabError (bad input); names and values of settings are judged where they are used */
export function readSet(words: readonly string[]): SetWords {
  const settings: Record<string, string> = {};
  let profile: SetWords['profile'];
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 1) throw bad(`--set ${word}: expected NAME=VALUE.`, 'For example: --set ccp.deadMultiplier=5.');
    const [name, value] = [word.slice(0, equals), word.slice(equals + 1)];
    if (name !== 'profile') settings[name] = value;
    else if (value === 'vendor' || value === 'lossless') profile = value;
    else
      throw bad(`--set ${word}: expected vendor or lossless, saw '${value}'.`, 'For example: --set profile=lossless.');
  }
  return { settings, words, ...(profile === undefined ? {} : { profile }) };
}
