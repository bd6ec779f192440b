const OPENING = /^(?:!!!|\?\?\?\+?)\s+[\w"']/;

const CALLOUT = /^((?:\s*>)+\s*)\[!\w+\][+-]?\s*(.*)$/;

/** `> [!warning] Read first` is a title of its own to whoever reads it, and no part of the sentence below it. */
export function endCallouts(lines: string[]): void {
  for (const [i, line] of lines.entries()) {
    const parts = CALLOUT.exec(line);
    if (parts === null) continue;
    const [, quote, title] = parts as unknown as [string, string, string];
    lines[i] = quote + (title === '' || /[.!?:]\s*$/.test(title) ? title : `${title.trimEnd()}.`);
  }
}

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
