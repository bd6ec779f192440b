/** Frames of `-` and `|` as the vendor's status pages have them. */

/** `| text          |`, `width` characters in all; what is too long is cut. */
export function boxRow(text: string, width: number): string {
  return `| ${text.slice(0, width - 4).padEnd(width - 4)} |`;
}

/** Words at fixed columns: `[[0, 'Unit'], [30, 'Chassis 1']]`. A word that is too long pushes the next one on. */
export function columns(cells: readonly (readonly [at: number, text: string])[]): string {
  let line = '';
  for (const [at, text] of cells) {
    const start = line === '' ? at : Math.max(at, line.length + 1);
    line = line.padEnd(start) + text;
  }
  return line;
}

/** A table between `+---+` rules, one space beside each cell; `title` in a row over the head. */
export function ruledTable(title: string, head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = head.map((word, i) => Math.max(word.length, ...rows.map((r) => (r[i] ?? '').length)));
  const inner = widths.reduce((sum, w) => sum + w + 3, -1);
  const missing = Math.max(0, title.length + 2 - inner);
  widths[widths.length - 1] = (widths[widths.length - 1] ?? 0) + missing;
  const rule = `+${'-'.repeat(inner + missing)}+`;
  const row = (cells: readonly string[]): string =>
    `|${widths.map((w, i) => ` ${(cells[i] ?? '').padEnd(w)} `).join('|')}|`;
  return [rule, `| ${title.padEnd(inner + missing - 2)} |`, rule, row(head), rule, ...rows.map(row), rule];
}

/** 1536 as `1.5 K`: at most one digit after the point, thousands of 1000. */
export function shortNumber(value: number): string {
  const units = ['', ' K', ' M', ' G', ' T'] as const;
  let unit = 0;
  let n = value;
  while (n >= 1000 && unit < units.length - 1) {
    n /= 1000;
    unit++;
  }
  const text = unit === 0 || Number.isInteger(n) ? String(Math.round(n)) : n.toFixed(1);
  return `${text}${units[unit]}`;
}
