import { sentencesOf } from '../markdown/sentences.js';
import type { PathPart } from '../markdown/path.js';
import type { Piece, ProsePiece } from '../markdown/pieces.js';
import type { Runbook } from '../runbook.js';
import { isOrder } from './imperatives.js';
import { isSafety, topicsOf, type Topic } from './topics.js';

/** A sentence of a runbook that tells people to do something. */
export interface Order {
  readonly line: number;
  readonly text: string;
  /** It keeps the fabric safe: cloning, backup, redundancy, capacity, rollback, versions that match, members alive, policy. */
  readonly safety: boolean;
  readonly about: readonly Topic[];
  /** The words above it that make it one for a case only. */
  readonly condition: string | undefined;
  /** Headings, list items and the sentence above it, outermost first; what is only for a case with the words that say so. */
  readonly path: readonly PathPart[];
  /** Lines of the code right below it, that it introduces. */
  readonly introduces: { readonly from: number; readonly to: number } | undefined;
}

/** Every order in the prose of a runbook, in the order of the file; of a heading only where it forbids or demands. */
export function ordersOf({ pieces }: Runbook): Order[] {
  return pieces.flatMap((piece, i) => (piece.kind === 'prose' ? ordersIn(piece, codeBelow(pieces, i)) : []));
}

function ordersIn(piece: ProsePiece, introduces: Order['introduces']): Order[] {
  // The case that a sentence opens is that of the code below it, and of the sentence only where there is such code.
  const path = piece.path.map((part) =>
    part.line === piece.line && introduces === undefined ? { ...part, condition: undefined } : part,
  );
  const condition = path.find((part) => part.condition !== undefined)?.condition;
  return sentencesOf(piece.text)
    .filter(({ text }) => isOrderOf(piece, text))
    .map(({ text, linesDown }) => {
      const { cell } = piece;
      const own = topicsOf(text);
      // A cell such as "must be off" says only together with its row what it is about.
      const isPart = cell !== undefined && own.length === 0;
      const about = isPart ? topicsOf(cell.row) : own;
      const isOwnName = cell === undefined || cell.first === text || /^\W*\d*\W*$/.test(cell.first);
      const whole = isOwnName ? text : `${cell.first}: ${text}`;
      const safety = isSafety(cell === undefined ? text : `${text} ${cell.row}`, about);
      return { line: piece.line + linesDown, text: whole, safety, about, condition, path, introduces };
    });
}

function isOrderOf({ form, cell }: ProsePiece, text: string): boolean {
  if (form === 'heading') return HEADING_ORDERS.test(text) && isOrder(text);
  return isOrder(text) || (cell !== undefined && cell.first !== text && isOrder(`${cell.column} ${text}`));
}

const HEADING_ORDERS = /\b(never|do not|don['’]t|must)\b/i;

function codeBelow(pieces: readonly Piece[], at: number): Order['introduces'] {
  const first = pieces[at + 1];
  if (first?.kind !== 'code') return undefined;
  let to = first.lastLine;
  for (const piece of pieces.slice(at + 2)) {
    if (piece.kind !== 'code' || piece.path.at(-1)?.line !== first.path.at(-1)?.line) break;
    to = piece.lastLine;
  }
  return { from: first.line, to };
}
