import type { RunResult } from '@rehearsal/experiment';
import { relative } from 'node:path';

/** Rows under a head, each column as wide as its widest cell; numbers to the right. */
export function textTable(head: readonly string[], rows: readonly (readonly (string | number | null)[])[]): string {
  const cells = [head, ...rows.map((r) => r.map((c) => (c === null ? '-' : String(c))))];
  const widths = head.map((_, i) => Math.max(...cells.map((r) => (r[i] ?? '').length)));
  const numeric = head.map((_, i) => rows.length > 0 && rows.every((r) => r[i] === null || typeof r[i] === 'number'));
  return cells
    .map((r) =>
      r
        .map((c, i) => (numeric[i] ? c.padStart(widths[i]!) : c.padEnd(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
    .concat('\n');
}

/** `a 3, b 1`, or a word for none. */
export function countsText(counts: Readonly<Record<string, number>>, none: string): string {
  const text = Object.entries(counts)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');
  return text === '' ? none : text;
}

/** `12 ms`, or `-` for nothing measured. */
export function msText(ms: number | null): string {
  return ms === null ? '-' : `${ms} ms`;
}

/** As it is written by who stands in that folder, where it is within it. */
export function shortPath(path: string, cwd: string): string {
  const within = relative(cwd, path);
  return within === '' || within.startsWith('..') ? path : within;
}

/** What became of packets, in a line. */
export function packetsText({ packets, unexplained }: RunResult['ledger']): string {
  const { sent, delivered, dropped, lost } = packets;
  return (
    `packets: ${sent} sent, ${delivered} delivered, dropped: ${countsText(dropped, 'none')}, ` +
    `lost: ${countsText(lost, 'none')}, unexplained: ${unexplained}\n`
  );
}
