import { badLine, type At } from '../markdown/bad-line.js';
import { scan, type ShellToken } from './scan.js';

/** How a command comes after the one before it: first, `;` or a new line, `&&`, `||`, `|`. */
export type Joiner = 'first' | 'then' | 'and' | 'or' | 'pipe';

/** One command of a line. */
export interface ShellCommand {
  readonly joiner: Joiner;
  /** Its words without their quotes, for example `['g_all', 'fw ver']`. */
  readonly words: readonly string[];
  /** As it is typed, with its quotes and redirections. */
  readonly text: string;
  /** What it reads from and writes to, for example `['> /tmp/state.txt', '2>&1']`. */
  readonly redirections: readonly string[];
  readonly line: number;
}

const JOINERS: Readonly<Record<string, Joiner>> = { ';': 'then', '\n': 'then', '&&': 'and', '||': 'or', '|': 'pipe' };
const NOT_DONE: Readonly<Record<string, string>> = {
  '&': 'a command in the background (&)',
  '|&': 'a pipe of errors (|&)',
  ';;': 'a case (;;)',
  '(': 'a subshell ( )',
  ')': 'a subshell ( )',
};
const KEYWORDS: Readonly<Record<string, string>> = Object.fromEntries([
  ...['for', 'while', 'until', 'select', 'do', 'done'].map((word) => [word, `a loop (${word})`]),
  ...['if', 'then', 'elif', 'else', 'fi', 'case', 'esac', '[['].map((word) => [word, `a condition (${word})`]),
  ...['{', '}'].map((word) => [word, 'a group { }']),
  ['function', 'a function'],
  ['!', 'a command turned round (!)'],
]);

const NOWHERE: At = { file: 'command line', line: 1 };

/**
 * Reads a line as a shell would as far as runbooks need it: words and quotes, `;`, `&&`, `||`, pipes, redirections and
 * comments. Placeholders such as `<sgm_id>` and `$VAR` stay as they are.
 * @param at where the line stands, for messages
 * @throws LabError (bad input) for what this is no shell for: loops, conditions, subshells, `$(…)`
 */
export function splitLine(text: string, at: At = NOWHERE): ShellCommand[] {
  const { tokens, constructs, open } = scan(text);
  const lineAt = (offset: number): At => ({ ...at, line: at.line + text.slice(0, offset).split('\n').length - 1 });
  const refuse = (what: string, from: number): never => {
    throw badLine(lineAt(from), `${what} is not carried out here.`, 'Write the commands out, one by one.');
  };
  if (open === 'quote') throw badLine(at, 'a quote is opened and never closed.', 'Close it.');
  const [first] = constructs;
  if (first !== undefined) refuse(first.what, first.from);
  const commands: ShellCommand[] = [];
  let joiner: Joiner = 'first';
  let sign = '';
  let own: ShellToken[] = [];
  const end = (offset: number): void => {
    const command = commandOf(own, joiner, text, lineAt, refuse);
    if (command === undefined && sign !== '' && sign !== ';') {
      throw badLine(lineAt(offset), `no command follows ${sign}.`, 'Say one, or leave the sign out.');
    }
    if (command !== undefined) commands.push(command);
    own = [];
  };
  for (const token of tokens) {
    const next = token.kind === 'operator' ? JOINERS[token.value] : undefined;
    const what = token.kind === 'operator' ? NOT_DONE[token.value] : undefined;
    if (what !== undefined) refuse(what, token.from);
    if (next === undefined) {
      own.push(token);
      continue;
    }
    // A line may end in && and go on in the next one.
    if (token.value === '\n' && own.length === 0) continue;
    if (own.length === 0 && token.value !== ';') {
      throw badLine(lineAt(token.from), `no command stands before ${token.value}.`, 'Say one, or leave the sign out.');
    }
    end(token.from);
    joiner = commands.length === 0 ? 'first' : next;
    sign = token.value === '\n' ? '' : token.value;
  }
  end(text.length);
  return commands;
}

function commandOf(
  tokens: readonly ShellToken[],
  joiner: Joiner,
  source: string,
  lineAt: (offset: number) => At,
  refuse: (what: string, from: number) => never,
): ShellCommand | undefined {
  const [first] = tokens;
  if (first === undefined) return undefined;
  const keyword = first.kind === 'word' && first.isPlain ? KEYWORDS[first.value] : undefined;
  if (keyword !== undefined) refuse(keyword, first.from);
  const words: string[] = [];
  const redirections: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!;
    if (token.kind === 'word') {
      words.push(token.value);
      continue;
    }
    const target = tokens[++i];
    if (target?.kind !== 'word') {
      throw badLine(lineAt(token.from), `${token.value} leads to no file.`, 'Name one after it.');
    }
    redirections.push(`${token.value}${token.value.endsWith('&') ? '' : ' '}${target.value}`);
  }
  const text = scan(source.slice(first.from, tokens.at(-1)!.to)).text;
  return { joiner, words, text, redirections, line: lineAt(first.from).line };
}
