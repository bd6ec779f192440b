import { piecesOf, type Piece } from './markdown/pieces.js';
import type { PathPart } from './markdown/path.js';
import { commandsIn } from './commands/commands-in.js';
import { whyNoCommands } from './commands/languages.js';

/** One command of a runbook, as far as possible as it is typed. */
export interface RunbookCommand {
  /** Where it begins; 1 is the first line of the file. */
  readonly line: number;
  /** Where it ends; another line where it is continued. */
  readonly lastLine: number;
  /** Without prompt and comment, continued lines put together. */
  readonly text: string;
  /** As it stands in the file. */
  readonly raw: string;
  /** What stood in front of it, for example `[Expert@SG1-ch01-01:0]#`; empty without. */
  readonly prompt: string;
  /** The language of its fence in lower case; empty without. */
  readonly language: string;
  /** The block of code that it stands in, counted from 0 over all that hold commands; a session ends with its block. */
  readonly block: number;
  /** Headings, list items and the sentence above it, outermost first. */
  readonly path: readonly PathPart[];
  /** The words that make it one for a case only. */
  readonly condition: string | undefined;
}

/** A block of code that holds no commands. */
export interface PassedOver {
  readonly line: number;
  readonly lastLine: number;
  readonly why: string;
}

export interface Section {
  readonly title: string;
  readonly line: number;
  /** The number that its title begins with, for example `4.2`. */
  readonly number: string | undefined;
  readonly condition: string | undefined;
}

/** What somebody wrote for people to follow, read for those that follow it by machine. */
export interface Runbook {
  readonly file: string;
  readonly sections: readonly Section[];
  readonly commands: readonly RunbookCommand[];
  readonly passedOver: readonly PassedOver[];
  /** Prose and code in the order of the file. */
  readonly pieces: readonly Piece[];
}

/**
 * Reads any Markdown file. A file without commands is read, too: `commands` is empty then.
 * @param file only for messages
 * @throws LabError (bad input) for a block of code that is not closed
 */
export function readRunbook(text: string, file: string): Runbook {
  const pieces = piecesOf(text, file);
  const commands: RunbookCommand[] = [];
  const passedOver: PassedOver[] = [];
  let block = 0;
  for (const piece of pieces) {
    if (piece.kind !== 'code') continue;
    const why = whyNoCommands(piece);
    const found = why === undefined ? commandsIn(piece) : [];
    const { path, language } = piece;
    const condition = path.find((part) => part.condition !== undefined)?.condition;
    commands.push(...found.map((command) => ({ ...command, language, block, path, condition })));
    if (found.length > 0) block++;
    else passedOver.push({ line: piece.line, lastLine: piece.lastLine, why: why ?? 'there is nothing to type in it' });
  }
  return { file, sections: sectionsOf(pieces), commands, passedOver, pieces };
}

const NUMBER = /^[^\p{L}\p{N}]*(?:(?:step|phase|part|section|stage|chapter)\s+)?(\d+(?:\.\d+)*)(?![\d.]*\w)/iu;

/** The number a title begins with. */
export const numberOf = (title: string): string | undefined => NUMBER.exec(title)?.[1];

function sectionsOf(pieces: readonly Piece[]): Section[] {
  const parts = pieces.flatMap((piece) => piece.path.filter((part) => part.kind === 'heading'));
  const byLine = new Map(parts.map((part) => [part.line, part]));
  return [...byLine.values()]
    .sort((a, b) => a.line - b.line)
    .map(({ text, line, condition }) => ({ title: text, line, number: numberOf(text), condition }));
}
