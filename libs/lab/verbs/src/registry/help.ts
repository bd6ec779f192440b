import { GLOBAL_OPTIONS, isPlaced } from './parse-args.js';
import { optionsOf, usageOf, type OptionSpec } from './options.js';
import { VERBS } from './registry.js';
import type { Verb } from './verb.js';

const row = (left: string, right: string, width: number): string => `  ${left.padEnd(width)}  ${right}`.trimEnd();

function rows(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.min(34, Math.max(...pairs.map(([left]) => left.length)));
  return pairs.map(([left, right]) => row(left, right, width)).join('\n');
}

/** `rehearse --help` */
export function overview(): string {
  return [
    'Rehearse failovers of a hyperscale firewall fabric, and see what they cost.',
    '',
    'usage: rehearse VERB [words] [options]',
    '',
    rows([...VERBS.map((v) => [v.path, v.summary] as const), ['test', 'every check and test of the project']]),
    '',
    'Every verb takes:',
    rows(GLOBAL_OPTIONS.map((o) => [o.flag, o.about])),
    '',
    'Examples:',
    rows([
      ['rehearse demo', 'see what the loss of a member costs, in both profiles'],
      ['rehearse run EXPERIMENT --sim --seeds 1..50', 'conduct an experiment fifty times in the simulator'],
      ['rehearse VERB --help', 'what a verb does, with examples'],
    ]),
    '',
    'Exit codes: 0 ok, 1 deviated, 2 bad input, 3 environment.',
    '',
  ].join('\n');
}

/** One option as help and pages show it, flag and words. */
export function optionText(option: OptionSpec): readonly [string, string] {
  const value =
    option.choices.length > 0
      ? option.choices.join('|')
      : option.kind === 'text'
        ? 'TEXT'
        : option.kind === 'list'
          ? 'TEXT'
          : 'N';
  const flag = option.kind === 'flag' ? option.flag : `${option.flag} ${value}`;
  const isSaid = typeof option.default === 'string' || typeof option.default === 'number';
  const fallback = isSaid ? ` (default: ${String(option.default)})` : '';
  return [flag, `${option.about}${option.kind === 'list' ? '; may be repeated' : ''}${fallback}`];
}

/** `rehearse VERB --help` */
export function helpOf(verb: Verb): string {
  const options = optionsOf(verb);
  const places = options.filter((o) => isPlaced(verb, o.field));
  const named = options.filter((o) => !isPlaced(verb, o.field));
  return [
    `${verb.path}: ${verb.summary}`,
    '',
    `usage: ${usageOf(verb)}`,
    ...(verb.about === undefined ? [] : ['', verb.about]),
    ...(places.length === 0 ? [] : ['', rows(places.map((o) => [o.field.toUpperCase(), placeText(o)]))]),
    '',
    'options:',
    rows([...named.map(optionText), ...GLOBAL_OPTIONS.map((o) => [o.flag, o.about] as const)]),
    '',
    'examples:',
    ...verb.examples.flatMap((e) => [`  ${e.command}`, `      ${e.does}`]),
    '',
  ].join('\n');
}

function placeText(option: OptionSpec): string {
  return option.choices.length > 0 ? `${option.about}: ${option.choices.join(', ')}` : option.about;
}
