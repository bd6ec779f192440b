import { AuditFormatError } from '../note/format-error.js';
import { readCheckpoint, type Checkpoint } from './checkpoint.js';

/*
 * A file that checkpoints are published to: one after another, the latest last, with an empty line between them. No
 * line of a checkpoint's own text is empty or begins as a signature does, so they come apart again.
 */

/** What to append to a file that has these contents. */
export function appended(before: string, { signedText }: Checkpoint): string {
  if (before === '') return signedText;
  return before.endsWith('\n') ? `\n${signedText}` : `\n\n${signedText}`;
}

/** The checkpoints of a file, with the line each begins at. @throws AuditFormatError naming the line */
export function readCheckpoints(text: string): Checkpoint[] {
  const lines = text.split('\n');
  const out: Checkpoint[] = [];
  let start = 0;
  while (start < lines.length) {
    if (lines[start] === '') {
      start++;
      continue;
    }
    let end = start;
    while (end < lines.length && lines[end] !== '') end++;
    do end++;
    while (lines[end]?.startsWith('\u2014 '));
    try {
      out.push(readCheckpoint(`${lines.slice(start, end).join('\n')}\n`));
    } catch (error) {
      if (!(error instanceof AuditFormatError)) throw error;
      throw new AuditFormatError(`line ${start + 1}: ${error.message}`);
    }
    start = end;
  }
  return out;
}
