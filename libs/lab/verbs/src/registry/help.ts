import { GLOBAL_OPTIONS } from './global-options.js';
import { isPlaced } from './parse-args.js';
import { optionsOf, usageOf, type OptionSpec } from './options.js';
import { rows } from './overview.js';
import type { Verb } from './verb.js';

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
    ...(verb.about === undefined ? [] : ['', withoutLinks(verb.about)]),
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

/** A page's links as a terminal and a manual show them: `[faults](../faults.md)` is docs/faults.md. */
export const withoutLinks = (text: string): string => text.replaceAll(/\[[^\]]*\]\(\.\.\/([^)]*)\)/g, 'docs/$1');

function placeText(option: OptionSpec): string {
  return option.choices.length > 0 ? `${option.about}: ${option.choices.join(', ')}` : option.about;
}
