import type { CodePiece } from '../markdown/pieces.js';
import { contextAfter, NO_HOPS } from '../context.js';
import { endOfCompound, isCompound } from '../shell/compound.js';
import { scan, wordsOfEach } from '../shell/scan.js';
import { isShown, promptOf } from './prompts.js';

export interface FoundCommand {
  readonly line: number;
  readonly lastLine: number;
  readonly text: string;
  readonly raw: string;
  readonly prompt: string;
}

/**
 * The commands of a block of code. Where some lines begin with a prompt, the others are what the machine answered, but for
 * those that continue a command.
 */
export function commandsIn({ lines, line: first, language }: CodePiece): FoundCommand[] {
  const isSession = lines.some((line) => promptOf(line, language).prompt !== '');
  const found: FoundCommand[] = [];
  for (let i = 0; i < lines.length; i++) {
    const { prompt, typed } = promptOf(lines[i]!, language);
    if (prompt === '' && (isSession || isShown(typed))) continue;
    const here = hereDocument(lines, i, typed);
    const last = here?.last ?? lastLineOf(lines, i, typed);
    const whole = [typed, ...lines.slice(i + 1, last + 1).map((line) => line.replace(/^\s*>\s/, ''))].join('\n');
    const text = here?.text ?? scan(whole).text;
    const raw = lines.slice(i, last + 1).join('\n');
    if (text !== '') found.push({ line: first + i, lastLine: first + last, text, raw, prompt });
    i = last;
  }
  return found;
}

/**
 * A document that a command is given in the lines below it. To a shell these lines are commands, with which it ends; to any
 * other command they are none, and the command is what stands before them.
 */
function hereDocument(
  lines: readonly string[],
  from: number,
  typed: string,
): { readonly last: number; readonly text: string } | undefined {
  const { tokens } = scan(typed);
  const at = tokens.findIndex((token) => token.kind === 'operator' && /^\d*<<-?$/.test(token.value));
  const word = tokens[at + 1]?.value;
  if (at < 0 || word === undefined) return undefined;
  const last = lines.findIndex((line, i) => i > from && line.trim() === word);
  if (last < 0) return undefined;
  const before = typed.slice(0, tokens[at]!.from).trim();
  const hops = contextAfter(NO_HOPS, before === '' ? [] : (wordsOfEach(before).at(-1) ?? []));
  if (hops.length === 0) return { last, text: scan(typed).text };
  return { last, text: [before, ...lines.slice(from + 1, last).map((line) => line.trim()), 'exit'].join('\n') };
}

/**
 * Where a command ends that begins in a line: further down after `\`, within quotes, and where a loop or a condition ends, if
 * those end at all.
 */
function lastLineOf(lines: readonly string[], from: number, typed: string): number {
  const compound = isCompound(typed) ? endOfCompound([typed, ...lines.slice(from + 1)]) : undefined;
  if (compound !== undefined) return from + compound;
  let whole = typed;
  let closed = from;
  for (let i = from; i < lines.length; i++) {
    if (i > from) whole += `\n${lines[i]!}`;
    const { open } = scan(whole);
    if (open === undefined) return i;
    if (open === 'line') closed = Math.min(i + 1, lines.length - 1);
  }
  return closed;
}
