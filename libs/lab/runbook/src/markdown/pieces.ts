import MarkdownIt, { type Token } from 'markdown-it';
import { conditionIn } from '../conditions.js';
import { badLine } from './bad-line.js';
import { levelFences } from './level-fences.js';
import { isAllStrong, plainText, withoutTags } from './plain-text.js';
import { PathOf, type PathPart } from './path.js';

/** A paragraph, list item, quote, cell or heading. */
export interface ProsePiece {
  readonly kind: 'prose';
  readonly form: 'paragraph' | 'cell' | 'heading';
  readonly line: number;
  /** With its line breaks. */
  readonly text: string;
  /** Where a cell stands: the title of its column, the first cell of its row, and the whole row. */
  readonly cell?: { readonly column: string; readonly first: string; readonly row: string };
  readonly path: readonly PathPart[];
}

export interface CodePiece {
  readonly kind: 'code';
  /** The language of its fence in lower case; empty where none is said. */
  readonly language: string;
  /** Of its first line of code. */
  readonly line: number;
  /** Of its closing fence, or of its last line where it is only indented. */
  readonly lastLine: number;
  readonly lines: readonly string[];
  readonly path: readonly PathPart[];
}

export type Piece = ProsePiece | CodePiece;

/**
 * What a Markdown file consists of, in its order, each piece with what stands above it.
 * @throws LabError (bad input) for a fence that is not closed, or that HTML swallows
 */
export function piecesOf(text: string, file: string): readonly Piece[] {
  const tokens = new MarkdownIt({ html: true }).parse(levelFences(text, file).join('\n'), {});
  const path = new PathOf();
  const walk: Walk = { file, path, pieces: [], title: titleOf(tokens), row: undefined, columns: [], isHead: false };
  tokens.forEach((token, i) => visit(walk, token, tokens[i - 1]));
  return walk.pieces;
}

/**
 * The heading that a file begins with and that stands over all of it, if there is one. It is no case: whoever goes through a
 * file of the name "Rollback" is in it.
 */
function titleOf(tokens: readonly Token[]): Token | undefined {
  const opening = tokens.findIndex(({ type }) => type !== 'html_block');
  const first = tokens[opening];
  if (first?.type !== 'heading_open') return undefined;
  const isBeside = (t: Token): boolean => t !== first && t.type === 'heading_open' && t.tag <= first.tag;
  return tokens.some(isBeside) ? undefined : tokens[opening + 1];
}

interface Walk {
  readonly file: string;
  readonly path: PathOf;
  readonly pieces: Piece[];
  readonly title: Token | undefined;
  row: { line: number; cells: string[] } | undefined;
  columns: readonly string[];
  isHead: boolean;
}

function visit(walk: Walk, token: Token, before: Token | undefined): void {
  const { path, pieces } = walk;
  switch (token.type) {
    case 'bullet_list_open':
    case 'ordered_list_open':
      return path.openList();
    case 'list_item_open':
      return path.openItem();
    case 'blockquote_open':
      return path.openQuote();
    case 'bullet_list_close':
    case 'ordered_list_close':
    case 'list_item_close':
    case 'blockquote_close':
      return path.close();
    case 'thead_open':
    case 'thead_close':
      walk.isHead = token.type === 'thead_open';
      return;
    case 'tr_open':
      walk.row = { line: token.map![0] + 1, cells: [] };
      return;
    case 'tr_close':
      return endRow(walk);
    case 'inline':
      if (before?.type === 'heading_open') return heading(walk, token, Number(before.tag.slice(1)));
      if (before?.type === 'paragraph_open') return paragraph(walk, token);
      walk.row?.cells.push(plainText(token));
      return;
    case 'html_block':
      return html(walk, token);
    case 'fence':
    case 'code_block':
      path.code();
      pieces.push(code(token, path.parts()));
  }
}

function heading({ path, pieces, title }: Walk, token: Token, level: number): void {
  const line = token.map![0] + 1;
  const text = plainText(token).trim();
  const condition = token === title ? undefined : conditionIn(text, 'heading');
  path.heading(level, { kind: 'heading', text, line, condition });
  pieces.push({ kind: 'prose', form: 'heading', line, text, path: path.parts() });
}

function paragraph({ path, pieces }: Walk, token: Token): void {
  const line = token.map![0] + 1;
  const text = plainText(token);
  const isTitle = isAllStrong(token) && /[^.!]$/.test(text.trim()) && text.length < 80;
  if (isTitle) {
    path.title({ kind: 'heading', text: text.trim(), line, condition: conditionIn(text, 'heading') });
  } else path.prose({ kind: 'lead-in', text: text.trim(), line, condition: conditionIn(text, 'prose') });
  pieces.push({ kind: 'prose', form: 'paragraph', line, text, path: path.parts() });
}

function endRow(walk: Walk): void {
  const { row, path, pieces, columns } = walk;
  walk.row = undefined;
  if (row === undefined) return;
  if (walk.isHead) {
    walk.columns = row.cells;
    return;
  }
  const [first = ''] = row.cells;
  row.cells.forEach((text, i) => {
    const cell = { column: columns[i] ?? '', first, row: row.cells.join(' ') };
    pieces.push({ kind: 'prose', form: 'cell', line: row.line, text, cell, path: path.parts() });
  });
}

/** `<details>` folds a part away under its summary, which is a title to those who read it. */
function html({ path, pieces, file }: Walk, token: Token): void {
  const line = token.map![0] + 1;
  const { content } = token;
  const summary = /<summary[^>]*>([\s\S]*?)<\/summary>/i.exec(content);
  if (/<\/details>/i.test(content)) path.endTitle();
  if (summary !== null) {
    const text = withoutTags(summary[1]!).replaceAll(/\s+/g, ' ').trim();
    path.title({ kind: 'heading', text, line, condition: conditionIn(text, 'heading') });
  }
  const text = withoutTags(content.replace(summary?.[0] ?? '', ''));
  if (/^\s*(```|~~~)/m.test(text)) {
    throw badLine(
      { file, line },
      'a code block follows HTML at once, and so is HTML to Markdown.',
      'Leave a line empty above the block.',
    );
  }
  if (/<pre\b/i.test(content)) {
    const lines = content.trimEnd().split('\n');
    pieces.push({ kind: 'code', language: 'html', line, lastLine: line + lines.length - 1, lines, path: path.parts() });
  } else if (text.trim() !== '') pieces.push({ kind: 'prose', form: 'paragraph', line, text, path: path.parts() });
}

function code(token: Token, path: readonly PathPart[]): CodePiece {
  const lines = token.content.replace(/\n$/, '').split('\n');
  const isFence = token.type === 'fence';
  const line = token.map![0] + (isFence ? 2 : 1);
  return {
    kind: 'code',
    language: (/[\w+#-]+/.exec(token.info)?.[0] ?? '').toLowerCase(),
    line,
    lastLine: isFence ? token.map![1] : line + lines.length - 1,
    lines,
    path,
  };
}
