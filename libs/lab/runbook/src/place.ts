import { whyNoCommands } from './commands/languages.js';
import { contextAfter, NO_HOPS, type Hop } from './context.js';
import { badLine } from './markdown/bad-line.js';
import { frontMatterLines } from './markdown/level-fences.js';
import type { CodePiece, Piece } from './markdown/pieces.js';
import type { Runbook, RunbookCommand } from './runbook.js';
import { wordsOfEach } from './shell/scan.js';

/** A place between two lines; within a block of code that one is closed before it and opened again behind it. */
export interface Place {
  /** So many lines stand before it. */
  readonly after: number;
  /** Blanks and quote marks that make it part of its list item or quote. */
  readonly indent: string;
  readonly within: { readonly fence: string; readonly opening: string } | undefined;
}

/** A runbook and its lines, as they are and as Markdown is given them. */
export interface Paper {
  readonly runbook: Runbook;
  readonly lines: readonly string[];
  readonly levelled: readonly string[];
}

/**
 * Where something can stand that is to come after a line, so that every other command stays what it is.
 * @throws LabError (bad input) for a line that there is not
 */
export function placeOf({ rule, afterLine }: { rule: string; afterLine: number | 'end' }, paper: Paper): Place {
  const { lines } = paper;
  const { pieces, commands, file } = paper.runbook;
  if (afterLine === 'end') {
    const last = commands.findLast((command) => command.condition === undefined);
    const block = last === undefined ? undefined : codeAt(pieces, last.line);
    return block === undefined ? { after: lines.length, indent: '', within: undefined } : behind(block, paper);
  }
  if (!Number.isInteger(afterLine) || afterLine < 0 || afterLine > lines.length) {
    throw badLine({ file, line: lines.length }, `${rule}: there is no line ${afterLine}.`, 'This is the last one.');
  }
  const least = frontMatterLines(lines);
  if (afterLine <= least) return { after: least, indent: '', within: undefined };
  const block = codeAt(pieces, afterLine);
  return block === undefined ? behindProse(paper, afterLine) : atBlock(block, afterLine, paper);
}

function atBlock(block: CodePiece, line: number, paper: Paper): Place {
  const { pieces, commands } = paper.runbook;
  // What follows would lose the sentence that says in which case it is done, or that it is output.
  if (isCase(block)) return behind(lastUnder(pieces, block), paper);
  const own = commands.filter((command) => command.line >= block.line && command.line <= block.lastLine);
  const at = lineAtHome(own, block, line);
  if (at >= (own.at(-1)?.lastLine ?? 0)) return behind(block, paper);
  const indent = indentOfBlock(block, paper);
  if (!isFenced(block)) return { after: at, indent, within: undefined };
  const opening = paper.levelled[block.line - 2]!;
  // In front of its first command is in front of its fence.
  if (at < own[0]!.line) return { after: block.line - 2, indent, within: undefined };
  return { after: at, indent, within: fenceOf(opening, indent) };
}

function fenceOf(opening: string, indent: string): Place['within'] {
  const from = opening.search(/`{3,}|~{3,}/);
  return { fence: /^(`+|~+)/.exec(opening.slice(from))![0], opening: indent + opening.slice(from) };
}

const isFenced = (block: CodePiece): boolean => block.lastLine >= block.line + block.lines.length;

const isCase = (block: CodePiece): boolean =>
  block.path.at(-1)?.condition !== undefined || whyNoCommands(block) !== undefined;

const codeAt = (pieces: readonly Piece[], line: number): CodePiece | undefined =>
  pieces.find(
    (p): p is CodePiece => p.kind === 'code' && line >= (isFenced(p) ? p.line - 1 : p.line) && line <= p.lastLine,
  );

/** The end of the command at a line, or of a later one: a session on another machine is not cut in two. */
function lineAtHome(own: readonly RunbookCommand[], block: CodePiece, line: number): number {
  let hops: readonly Hop[] = NO_HOPS;
  for (const [i, command] of own.entries()) {
    if (command.line > line && hops.length === 0) return line;
    for (const words of wordsOfEach(command.text)) hops = contextAfter(hops, words);
    if (command.lastLine < line || hops.length > 0) continue;
    // Behind a prompt and its command stands what was answered.
    return command.prompt === '' ? command.lastLine : (own[i + 1]?.line ?? block.lastLine + 1) - 1;
  }
  return block.lastLine;
}

/** The last block under the same sentence, without any prose between. */
function lastUnder(pieces: readonly Piece[], block: CodePiece): CodePiece {
  let last = block;
  for (const piece of pieces.slice(pieces.indexOf(block) + 1)) {
    if (piece.kind !== 'code' || piece.path.at(-1)?.line !== block.path.at(-1)?.line) break;
    last = piece;
  }
  return last;
}

const behind = (block: CodePiece, paper: Paper): Place => ({
  after: block.lastLine,
  indent: indentOfBlock(block, paper),
  within: undefined,
});

/** Behind the last line of the paragraph, heading or table that a line belongs to, and of what it introduces as a case. */
function behindProse(paper: Paper, line: number): Place {
  const { pieces } = paper.runbook;
  const i = pieces.findLastIndex((p) => p.kind === 'prose' && p.line <= line);
  const prose = pieces[i];
  const indent = prose === undefined ? '' : indentOf(paper, prose.line);
  const opens = prose?.path.find((part) => part.kind !== 'heading' && part.line === prose.line);
  let last = i;
  for (const [at, piece] of pieces.entries()) {
    if (at <= i || opens === undefined || at > last + 1) continue;
    const isUnder = piece.path.some((part) => part.line === opens.line);
    if (isUnder && (opens.condition !== undefined || (piece.kind === 'code' && isCase(piece)))) last = at;
  }
  const end = pieces[last];
  const after = end?.kind === 'code' ? Math.max(line, end.lastLine) : endOfProse(paper, Math.max(line, end?.line ?? 0));
  return { after, indent, within: undefined };
}

function endOfProse({ lines, runbook }: Paper, line: number): number {
  const begins = new Set(runbook.pieces.map((p) => (p.kind === 'code' && isFenced(p) ? p.line - 1 : p.line)));
  const isTable = (i: number): boolean => /^[\s>]*\|/.test(lines[i - 1] ?? '');
  let end = line;
  while (end < lines.length && lines[end]!.trim() !== '' && lines[end - 1]!.trim() !== '') {
    if (begins.has(end + 1) && !isTable(end + 1)) break;
    end++;
  }
  return end;
}

/** A block that is only indented stands four blanks further in than the text around it. */
function indentOfBlock(block: CodePiece, paper: Paper): string {
  return isFenced(block) ? indentOf(paper, block.line - 1) : indentOf(paper, block.line).slice(0, -4);
}

/** What lines of the same list item or quote begin with: list marks count as blanks, as does a quote that is only made one. */
function indentOf({ levelled, lines }: Paper, line: number): string {
  const begin = /^(?:\s|>|[-*+](?=\s)|\d{1,9}[.)](?=\s))*/.exec(levelled[line - 1]!)![0];
  return begin.replaceAll(/[^\s]/g, (sign, at: number) => (sign === '>' && lines[line - 1]![at] === '>' ? '>' : ' '));
}
