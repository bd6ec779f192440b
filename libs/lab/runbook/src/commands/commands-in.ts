import type { CodePiece } from '../markdown/pieces.js';
import { scan } from '../shell/scan.js';
import { promptOf } from './prompts.js';

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
    if (isSession && prompt === '') continue;
    const last = lastLineOf(lines, i, typed);
    const whole = [typed, ...lines.slice(i + 1, last + 1).map((line) => line.replace(/^\s*>\s/, ''))].join('\n');
    const { text } = scan(whole);
    const raw = lines.slice(i, last + 1).join('\n');
    if (text !== '') found.push({ line: first + i, lastLine: first + last, text, raw, prompt });
    i = last;
  }
  return found;
}

/** Where a command ends that begins in a line: further down after `\` or within quotes, if those are closed at all. */
function lastLineOf(lines: readonly string[], from: number, typed: string): number {
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
