import { GLOBAL_OPTIONS } from './global-options.js';
import { isPlaced } from './parse-args.js';
import { optionsOf, usageOf } from './options.js';
import { optionText } from './help.js';
import { VERBS } from './registry.js';
import type { Verb } from './verb.js';

const cell = (text: string): string => text.replaceAll('|', '\\|');
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${head.join(' | ')} |`,
  `|${head.map(() => '---').join('|')}|`,
  ...rows.map((r) => `| ${r.map(cell).join(' | ')} |`),
];

/** File name of a verb's page. */
export function pageName(path: string): string {
  return `${path.replaceAll(' ', '-')}.md`;
}

function page(verb: Verb): string {
  const options = optionsOf(verb);
  const places = options.filter((o) => isPlaced(verb, o.field));
  const named = options.filter((o) => !isPlaced(verb, o.field));
  return [
    `# rehearse ${verb.path}`,
    '',
    `${verb.summary[0]!.toUpperCase()}${verb.summary.slice(1)}.`,
    '',
    '```',
    usageOf(verb),
    '```',
    ...(verb.about === undefined ? [] : ['', verb.about]),
    ...(places.length === 0
      ? []
      : [
          '',
          ...table(
            ['word', 'what it is'],
            places.map((o) => [
              o.field.toUpperCase(),
              o.choices.length > 0 ? `${o.about}: ${o.choices.join(', ')}` : o.about,
            ]),
          ),
        ]),
    ...(named.length === 0
      ? []
      : [
          '',
          ...table(
            ['option', 'what it does'],
            named.map((o) => optionText(o).map((t, i) => (i === 0 ? `\`${t}\`` : t))),
          ),
        ]),
    '',
    'It also takes what every verb takes: see [all verbs](README.md).',
    '',
    '## Examples',
    '',
    ...verb.examples.flatMap((e) => [
      `${e.does[0]!.toUpperCase()}${e.does.slice(1)}:`,
      '',
      '```',
      e.command,
      '```',
      '',
    ]),
  ].join('\n');
}

/** The pages of docs/verbs by file name, README.md among them. */
export async function verbPages(): Promise<Record<string, string>> {
  const pages: Record<string, string> = {};
  for (const entry of VERBS) pages[pageName(entry.path)] = page((await entry.load()).default);
  pages['README.md'] = [
    '# Verbs',
    '',
    'Everything Rehearsal does is a verb of the command `rehearse`. These pages come from the same definitions as the',
    "command's help.",
    '',
    ...table(
      ['verb', 'what it does'],
      VERBS.map((v) => [`[${v.path}](${pageName(v.path)})${v.alias === undefined ? '' : `, ${v.alias}`}`, v.summary]),
    ),
    '',
    'Every verb takes:',
    '',
    ...table(
      ['option', 'what it does'],
      GLOBAL_OPTIONS.map((o) => [`\`${o.flag}\``, o.about]),
    ),
    '',
    'The documents of `--json` have schemas under [schemas](../schemas); [rehearse.1](../rehearse.1) is the same as a man',
    'page: `man docs/rehearse.1`.',
    '',
    'Exit codes: 0 ok, 1 deviated (a verdict is not `pass`, a log was altered), 2 bad input, 3 environment (something is',
    'missing or does not answer), 4 (`verify` alone) the code decides differently from the log. A verdict is `pass`,',
    '`fail` or `inconclusive`.',
    '',
  ].join('\n');
  return pages;
}
