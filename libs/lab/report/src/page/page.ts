import { sha256Hex } from '@rehearsal/kernel';
import { Html, markup, scriptJson, type Piece } from '../text/html.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Whole bytes in hex as base64. */
export function base64OfHex(hex: string): string {
  const bytes = Array.from({ length: hex.length / 2 }, (_, i) => Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16));
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i]!, bytes[i + 1], bytes[i + 2]];
    const word = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    out += BASE64[word >> 18]! + BASE64[(word >> 12) & 63]!;
    out += b === undefined ? '=' : BASE64[(word >> 6) & 63]!;
    out += c === undefined ? '=' : BASE64[word & 63]!;
  }
  return out;
}

/**
 * A whole page. Its policy allows this style and this script and nothing else: no request is made, and no script runs
 * that came in with a title.
 */
export function pageOf(title: string, body: Html, data: unknown): string {
  const hash = base64OfHex(sha256Hex(new TextEncoder().encode(SCRIPT)));
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; img-src data:`;
  // Put in as it is: with as much as a space more it would not be the script that is allowed.
  const script = new Html(`<script>${SCRIPT}</script>`);
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<main>
${body}
</main>
<script type="application/json" id="data">${scriptJson(data)}</script>
${script}
</body>
</html>
`.text;
}

export interface Column {
  readonly name: string;
  readonly isNumber?: boolean;
}

export function table(
  columns: readonly Column[],
  rows: readonly (readonly Piece[])[],
  marks: { readonly id?: string; readonly kind?: string } = {},
): Html {
  const mark = (c: Column | undefined): Piece => (c?.isNumber === true ? markup` class="n"` : null);
  return markup`<table${marks.id === undefined ? null : markup` id="${marks.id}"`}${marks.kind === undefined ? null : markup` class="${marks.kind}"`}><thead><tr>${columns.map((c) => markup`<th${mark(c)}>${c.name}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (r) =>
    markup`<tr>
      ${r.map((cell, i) => markup`<td${mark(columns[i])}>${cell}</td>`)}
    </tr> `,
)}</tbody></table>`;
}

export function tile(value: string, name: string): Html {
  return markup`<div class="tile"><b>${value}</b><span>${name}</span></div>`;
}
