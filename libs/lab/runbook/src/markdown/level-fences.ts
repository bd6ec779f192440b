import { endCallouts, quoteAdmonitions } from './admonitions.js';
import { badLine } from './bad-line.js';

const QUOTE = /^(?:[ \t]*>[ \t]?)*/;
const MARKERS = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)+/;
const OPENING = /^(`{3,}|~{3,})([^`]*)$/;

/** A list item that a line may belong to; columns begin at 0. */
interface Item {
  readonly marker: number;
  readonly content: number;
}

const columns = (blank: string): number => {
  let n = 0;
  for (const c of blank) n += c === '\t' ? 4 - (n % 4) : 1;
  return n;
};
const indentOf = (text: string): number => columns(/^[ \t]*/.exec(text)![0]);

/** A line in its quote marks, its list marks and what is left. */
function parts(line: string): { quote: string; marks: string; rest: string } {
  const quote = QUOTE.exec(line)![0];
  const inner = line.slice(quote.length);
  const marks = MARKERS.exec(inner)?.[0] ?? '';
  return { quote, marks, rest: inner.slice(marks.length) };
}

const depth = (quote: string): number => quote.split('>').length - 1;

/** The text further left or right, by as many columns as it has. */
function moved(text: string, from: number, to: number): string {
  if (text.trim() === '') return '';
  const own = indentOf(text);
  return ' '.repeat(to + Math.max(0, own - from)) + text.trimStart();
}

/**
 * People indent the fences of a list by eye. Where Markdown would take such a fence for text of the paragraph above, or end
 * it in the middle, it is moved to the column of its list item, whole; every line keeps its number.
 * Front matter is blanked.
 * @throws LabError (bad input) for a fence that is never closed: all that follows would be read as commands
 */
export function levelFences(text: string, file: string): string[] {
  const lines = text.split(/\r\n|\r|\n/);
  lines.fill('', 0, frontMatterLines(lines));
  quoteAdmonitions(lines);
  endCallouts(lines);
  let items: Item[] = [];
  let isAfterBlank = true;
  let isAfterText = false;
  for (let i = 0; i < lines.length; i++) {
    const { quote, marks, rest } = parts(lines[i]!);
    if (marks + rest.trim() === '') {
      isAfterBlank = true;
      isAfterText = false;
      continue;
    }
    const own = indentOf(marks + rest);
    const opening = OPENING.exec(rest.trimStart());
    if (marks !== '') {
      const outer = items.filter((item) => item.content <= own);
      // Within a paragraph a number other than 1 begins no list.
      const isText = isAfterText && outer.length === items.length && /^\s*(?!1[.)])\d/.test(marks);
      items = outer;
      if (!isText && own <= (items.at(-1)?.content ?? 0) + 3) items.push({ marker: own, content: columns(marks) });
    } else if (isAfterBlank || opening !== null) items = items.filter((item) => item.marker < own);
    isAfterBlank = false;
    isAfterText = opening === null && !/^#{1,6}\s/.test(rest.trimStart());
    if (opening === null) continue;
    const from = marks === '' ? own : columns(marks);
    const to = marks === '' ? settled(own, items.at(-1)?.content ?? 0) : from;
    const end = closingLine(lines, i, { quote, fence: opening[1]!, file });
    if (marks === '') lines[i] = quote + ' '.repeat(to) + rest.trim();
    for (let j = i + 1; j <= end; j++) {
      const line = parts(lines[j]!);
      const inner = line.marks + line.rest;
      lines[j] = line.quote + (j === end ? ' '.repeat(to) + inner.trim() : moved(inner, from, to));
    }
    i = end;
  }
  return lines;
}

/** The column of a fence within an item whose text begins at `content`; more than three further is no fence to Markdown. */
const settled = (own: number, content: number): number => (own < content || own > content + 3 ? content : own);

function closingLine(
  lines: readonly string[],
  open: number,
  { quote, fence, file }: { quote: string; fence: string; file: string },
): number {
  for (let i = open + 1; i < lines.length; i++) {
    const line = parts(lines[i]!);
    if (depth(line.quote) < depth(quote)) break;
    const found = line.marks === '' ? OPENING.exec(line.rest.trim()) : null;
    if (found === null || found[1]![0] !== fence[0] || found[1]!.length < fence.length) continue;
    if (found[2]!.trim() === '') return i;
    throw badLine(
      { file, line: i + 1 },
      `a code block begins within the one of line ${open + 1}.`,
      `Close that one with ${fence} first.`,
    );
  }
  throw badLine({ file, line: open + 1 }, 'a code block begins here and never ends.', `Close it with ${fence}.`);
}

/** How many lines at the very beginning describe the file and are no text of it. */
export function frontMatterLines(lines: readonly string[]): number {
  if (lines[0]?.trim() !== '---') return 0;
  const end = lines.findIndex((line, i) => i > 0 && /^(---|\.\.\.)\s*$/.test(line));
  const isData = lines.slice(1, Math.max(end, 1)).every((line) => /^(\s|#|-|[\w"'-]+\s*:|$)/.test(line));
  return end > 0 && isData ? end + 1 : 0;
}
