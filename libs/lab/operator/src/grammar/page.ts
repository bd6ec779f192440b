import type { CommandRow } from './command.js';
import { GRAMMAR } from './grammar.js';
import { usageOf } from './parse-command.js';
import { WRAPPERS } from './wrappers.js';

export const OPERATOR_BEGIN = '<!-- from the grammar: begin -->';
export const OPERATOR_END = '<!-- from the grammar: end -->';

const cell = (text: string): string => text.replaceAll('|', '\\|');

/** The commands as two tables, by who writes them so, in the order of the grammar. */
export function grammarTables(): string {
  const isField = ({ dialect }: CommandRow): boolean => dialect === 'field';
  return [
    tableOf(GRAMMAR.filter((row) => !isField(row))),
    '',
    'As engineers write them in their runbooks; the vendor documents none of these:',
    '',
    tableOf(GRAMMAR.filter(isField)),
  ].join('\n');
}

function tableOf(commands: readonly CommandRow[]): string {
  const rows = commands.map((row) =>
    [`\`${usageOf(row)}\``, row.about, row.on.join(', '), effectOf(row), row.basis, row.fidelity, row.lacks ?? ''].map(
      cell,
    ),
  );
  return [
    '| command | what it does | typed at | | layout | id | shown as not available |',
    '|---|---|---|---|---|---|---|',
    ...rows.map((r) => `| ${r.join(' | ')} |`),
  ].join('\n');
}

/** One that takes another command with it does as that one. */
function effectOf(row: CommandRow): string {
  if (WRAPPERS.includes(row)) return 'as COMMAND does';
  return row.effect === 'act' ? 'acts' : 'looks';
}

/** A page with what stands between the two marks written anew. @throws Error without the marks */
export function withGrammarTable(text: string): string {
  const begin = text.indexOf(OPERATOR_BEGIN);
  const end = text.indexOf(OPERATOR_END);
  if (begin < 0 || end < begin) throw new Error(`the page needs the marks ${OPERATOR_BEGIN} and ${OPERATOR_END}`);
  return `${text.slice(0, begin + OPERATOR_BEGIN.length)}\n\n${grammarTables()}\n\n${text.slice(end)}`;
}

/** The commands in short, for `help` in the shell. */
export function commandList(): string[] {
  const width = Math.max(...GRAMMAR.map((row) => usageOf(row).length));
  return GRAMMAR.map((row) => `${usageOf(row).padEnd(Math.min(width, 64))}  ${row.about}`);
}
