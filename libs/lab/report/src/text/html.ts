/** Markup that is safe to be put into a page as it is. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Piece = string | number | Html | null | undefined | readonly Piece[];

const NAMED: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Text as content of an element or of a quoted attribute, whatever is in it. Control characters become spaces. */
export function escapeHtml(text: string): string {
  // Lone surrogates and control characters make a document that parsers mend, each in its own way.
  return text
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, (c) => ('\t\n\r'.includes(c) ? c : ' '))
    .replaceAll(/[&<>"'`]/g, (c) => NAMED[c]!);
}

function textOf(piece: Piece): string {
  if (piece === null || piece === undefined) return '';
  if (piece instanceof Html) return piece.text;
  if (typeof piece === 'string') return escapeHtml(piece);
  if (typeof piece === 'number') return String(piece);
  return piece.map(textOf).join('');
}

/** Markup with everything that is put into it escaped, but for what is markup itself. */
export function markup(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  let text = withoutIndent(strings[0]!);
  for (const [i, piece] of pieces.entries()) text += textOf(piece) + withoutIndent(strings[i + 1]!);
  return new Html(text);
}

/** How a template is indented is of no use to readers, and a chart has thousands of them. */
function withoutIndent(text: string): string {
  return text.replaceAll(/\n\s+/g, '\n');
}

/** A value as JSON inside a script element: nothing in it can end the element. */
export function scriptJson(value: unknown): Html {
  return new Html(
    JSON.stringify(value)
      .replaceAll('<', String.raw`\u003c`)
      .replaceAll('\u2028', ' '),
  );
}
