import { createTwoFilesPatch } from 'diff';
import { levelFences } from './markdown/level-fences.js';
import { placeOf, type Place } from './place.js';
import { readRunbook, type Runbook } from './runbook.js';

/** Commands that a runbook lacks. */
export interface Finding {
  readonly rule: string;
  readonly commands: readonly string[];
  /** Behind the command or paragraph of this line, 0 for the very beginning; `end`: behind all that is done in every run. */
  readonly afterLine: number | 'end';
  /** A sentence for those who read the runbook. */
  readonly why: string;
}

/** Commands that stand for others in the same block. */
export interface Replacement {
  readonly rule: string;
  readonly line: number;
  readonly lastLine: number;
  readonly commands: readonly string[];
}

/**
 * The runbook with what it lacks put in, each finding as a sentence and a block of commands.
 * @param file for the names in the diff, and for messages
 * @throws LabError (bad input) for a line that the file does not have
 */
export function correctedRunbook(
  text: string,
  findings: readonly Finding[],
  file = 'runbook.md',
  replacements: readonly Replacement[] = [],
): { readonly text: string; readonly diff: string } {
  const runbook = readRunbook(text, file);
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(/\r\n|\r|\n/);
  if (lines.at(-1) === '') lines.pop();
  const levelled = levelFences(lines.join('\n'), file);
  const placed = findings
    .map((finding, i) => ({ finding, i, place: placeOf(finding, { runbook, lines, levelled }) }))
    .sort((a, b) => b.place.after - a.place.after || b.i - a.i);
  const all = [...lines];
  const changes = [
    ...placed.map(({ finding, place }) => ({
      after: place.after,
      make: () => all.splice(place.after, 0, ...blockOf(finding, place, all)),
    })),
    ...replacements.map((replacement) => ({
      after: replacement.line - 1,
      make: () => replace(replacement, runbook.commands, all),
    })),
  ];
  // From the end to the beginning, so that lines further up keep their numbers; the order of equals stays.
  for (const { make } of changes.sort((a, b) => b.after - a.after)) make();
  const corrected = changes.length === 0 ? text : all.join(eol) + eol;
  const name = file.replace(/^(?:\.{0,2}\/)+/, '');
  return { text: corrected, diff: createTwoFilesPatch(`a/${name}`, `b/${name}`, text, corrected, '', '') };
}

function replace({ rule, line, lastLine, commands }: Replacement, own: Runbook['commands'], lines: string[]): void {
  const prompt = own.find((command) => command.line === line)?.prompt ?? '';
  const indent = /^[\s>]*/.exec(lines[line - 1]!)![0].slice(0, prompt.startsWith('>') ? -1 : undefined);
  const typed = (text: string): string => `${indent}${prompt === '' ? '' : `${prompt} `}${text}`;
  // Among what is typed after prompts, a line without one is taken for output.
  const said = prompt === '' ? [`${indent}# Put in for ${rule}`] : [];
  lines.splice(line - 1, lastLine - line + 1, ...said, ...commands.map(typed));
}

function blockOf({ rule, commands, why }: Finding, place: Place, lines: readonly string[]): string[] {
  const { after, indent, within } = place;
  const blank = indent.trimEnd();
  const isOpenBefore = after > 0 && within === undefined && lines[after - 1]!.trim() !== blank.trim();
  const isOpenAfter = after < lines.length && within === undefined && lines[after]!.trim() !== '';
  return [
    ...(within === undefined ? [] : [indent + within.fence]),
    ...(within !== undefined || isOpenBefore ? [blank] : []),
    `${indent}${why.replaceAll(/\s+/g, ' ').trim()}`,
    blank,
    `${indent}Put in for \`${rule}\`:`,
    blank,
    `${indent}\`\`\`bash`,
    ...commands.map((command) => indent + command),
    `${indent}\`\`\``,
    ...(within === undefined ? [] : [blank, within.opening]),
    ...(isOpenAfter ? [blank] : []),
  ];
}
