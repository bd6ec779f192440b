const OPENING = /^(?:!!!|\?\?\?\+?)\s+[\w"']/;

/**
 * `!!! warning` and the indented text below it, as some wikis write a box, made a block quote: to plain Markdown that text
 * would be code. Every character keeps its place.
 */
export function quoteAdmonitions(lines: string[]): void {
  for (let i = 0; i < lines.length; i++) {
    if (!OPENING.test(lines[i]!)) continue;
    lines[i] = lines[i]!.replace(/^(?:!!!|\?\?\?\+?)/, (mark) => '>'.padEnd(mark.length));
    while (i + 1 < lines.length && /^(?: {4}|\s*$)/.test(lines[i + 1]!)) {
      i++;
      if (lines[i]!.trim() !== '' || /^ {4}/.test(lines[i + 1] ?? '')) lines[i] = `>${lines[i]!.slice(1)}`;
    }
  }
}
