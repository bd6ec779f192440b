import { LabError } from '@rehearsal/lab-port/lab-error';
import type { LineCounter, Node } from 'yaml';
import { isMap, isScalar, isSeq, type Document } from 'yaml';

/** One thing wrong with a file: where, what was expected and seen, and what to do. */
export interface FileProblem {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly message: string;
  readonly remedy: string;
}

export type Path = readonly PropertyKey[];

/** `file:line:col: message. remedy` */
export function problemText(p: FileProblem): string {
  return `${p.file}:${p.line}:${p.col}: ${p.message} ${p.remedy}`;
}

/** A file that cannot be used, with all that is wrong with it in the order of the file. */
export class FileError extends LabError {
  readonly problems: readonly FileProblem[];

  constructor(problems: readonly FileProblem[]) {
    const sorted = [...problems].sort((a, b) => a.line - b.line || a.col - b.col);
    const rest = sorted
      .slice(1)
      .map((p) => `\n${problemText(p)}`)
      .join('');
    const first = sorted[0]!;
    super('bad-input', `${first.file}:${first.line}:${first.col}: ${first.message}`, first.remedy + rest);
    this.name = 'FileError';
    this.problems = sorted;
  }
}

/** Where in the text a path of a parsed document stands: its key if it has one, else as far as it goes. */
export function placeOf(
  doc: Document.Parsed,
  lines: LineCounter,
  path: Path,
): { readonly line: number; readonly col: number } {
  let node: Node | null = doc.contents;
  let at = node?.range?.[0] ?? 0;
  for (const step of path) {
    if (isMap(node)) {
      const pair = node.items.find((p) => isScalar(p.key) && String(p.key.value) === String(step));
      if (pair === undefined) break;
      at = (pair.key as Node).range?.[0] ?? at;
      node = pair.value as Node | null;
    } else if (isSeq(node)) {
      const item = node.items[Number(step)] as Node | undefined;
      if (item === undefined) break;
      at = item.range?.[0] ?? at;
      node = item;
    } else break;
  }
  const { line, col } = lines.linePos(at);
  return { line: Math.max(1, line), col: Math.max(1, col) };
}
