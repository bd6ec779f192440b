import { GLOBAL_OPTIONS } from './global-options.js';
import { optionText, withoutLinks } from './help.js';
import { optionsOf, usageOf } from './options.js';
import { VERBS } from './registry.js';
import type { Verb } from './verb.js';

/** Text of a line; a backslash or a dot at its beginning would be a request. */
const plain = (text: string): string =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('`', '')
    .replace(/^([.'])/, '\\&$1');

const item = (term: string, about: string): string[] => ['.TP', `.B ${plain(term)}`, plain(about)];

function section(verb: Verb, alias: string | undefined): string[] {
  const options = optionsOf(verb).filter((o) => !verb.positionals.includes(o.field));
  const other = alias === undefined ? '' : ` (also: ${alias})`;
  return [
    `.SS "rehearse ${plain(verb.path)}"`,
    plain(`${verb.summary[0]!.toUpperCase()}${verb.summary.slice(1)}${other}.`),
    '.PP',
    '.nf',
    `.B ${plain(usageOf(verb))}`,
    '.fi',
    ...(verb.about === undefined ? [] : ['.PP', plain(withoutLinks(verb.about))]),
    ...options.map(optionText).flatMap(([flag, about]) => item(flag, about)),
    '.PP',
    'Examples:',
    ...verb.examples.flatMap((e) => item(e.command, e.does)),
  ];
}

/** `man rehearse`, in the language of man pages. */
export async function manPage(): Promise<string> {
  const verbs = await Promise.all(VERBS.map(async (e) => section((await e.load()).default, e.alias)));
  return [
    '.TH REHEARSE 1 "" "Rehearsal" "User Commands"',
    '.SH NAME',
    'rehearse \\- rehearse failovers of a hyperscale firewall fabric, and see what they cost',
    '.SH SYNOPSIS',
    '.B rehearse',
    '.I VERB',
    '[words] [options]',
    '.SH OPTIONS',
    'Every verb takes:',
    ...GLOBAL_OPTIONS.flatMap((o) => item(o.flag, o.about)),
    '.SH VERBS',
    ...verbs.flat(),
    '.SH EXIT STATUS',
    ...item('0', 'ok'),
    ...item('1', 'deviated: a verdict is not pass, or a log was altered'),
    ...item('2', 'bad input: the message names the place and the remedy'),
    ...item('3', 'environment: something is missing, or does not answer'),
    ...item('4', 'verify alone: the code decides differently from the log'),
    '.SH ENVIRONMENT',
    ...item(
      'REHEARSE_LAB',
      'the running fabric that is meant where no \\-\\-name says it; see rehearse env'.replaceAll('\\-', '-'),
    ),
    ...item('REHEARSE_DEBUG', 'shows where in the program a mistake of its own was made'),
    ...item('XDG_STATE_HOME', 'running fabrics are written down under rehearsal/labs there; default: ~/.local/state'),
    '.SH FILES',
    ...item('runs/', 'a folder for each run, with its log and its seal'),
    '',
  ].join('\n');
}
