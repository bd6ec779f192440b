/** Text as content of a paragraph or a table's cell in Markdown: one line, and nothing in it is markup. */
export function escapeMarkdown(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[\\`*_[\]|~#]/g, (c) => `\\${c}`);
}

/** A block of code, whatever backticks are in it. */
export function codeBlock(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.replaceAll(/\p{Cc}/gu, (c) => (c === '\n' ? c : ' '))}\n${fence}`;
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...rows.map((r) => row(r.map(escapeMarkdown)))].join('\n');
}
