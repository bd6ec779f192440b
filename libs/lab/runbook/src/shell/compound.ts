import { scan, wordsOfEach } from './scan.js';

const CLOSES: Readonly<Record<string, string>> = {
  for: 'done',
  while: 'done',
  until: 'done',
  select: 'done',
  if: 'fi',
  case: 'esac',
  '{': '}',
};
const ENDS: ReadonlySet<string> = new Set(Object.values(CLOSES));
/** Words in front of a command that are none themselves. */
const IN_FRONT: ReadonlySet<string> = new Set(['do', 'then', 'else', 'elif', 'if', 'while', 'until', '!', '{']);

/** The words of each command of a text, without what makes loops and conditions of them. */
export function commandsWithin(text: string): string[][] {
  return wordsOfEach(text)
    .map((words) => words.slice(words.findIndex((word) => !IN_FRONT.has(word))))
    .filter(
      ([first = '']) => first !== '' && !ENDS.has(first) && !/^(?:for|select|case|function|\w+\(\))$/.test(first),
    );
}

/** Where the loop or condition ends that begins in the first of these lines; undefined where none begins or none ends. */
export function endOfCompound(lines: readonly string[]): number | undefined {
  const open: string[] = [];
  for (const [i, line] of lines.entries()) {
    for (const words of wordsOfEach(line)) {
      for (const [at, word] of words.entries()) {
        const isFirst = words.slice(0, at).every((before) => IN_FRONT.has(before));
        if (!isFirst) break;
        const closes = CLOSES[word];
        if (closes !== undefined) open.push(closes);
        else if (word === open.at(-1)) open.pop();
      }
    }
    if (open.length === 0) return i === 0 && !isCompound(line) ? undefined : i;
  }
  return undefined;
}

/** Whether a loop or a condition begins a text. */
export function isCompound(text: string): boolean {
  const [first] = scan(text).tokens;
  return first?.kind === 'word' && first.isPlain && CLOSES[first.value] !== undefined;
}

const FOR = /^for\s+([A-Za-z_]\w*)\s+in\s+([^;\n]*?)\s*(?:;|\n)\s*do\b\s*([\s\S]*?)[;\n]?\s*\bdone\s*$/;
const MOST_TURNS = 100;

/**
 * The turns of a loop over words that stand there, each as the text of its commands; undefined for any other loop.
 * @param put puts values in for the names that it goes over
 */
export function turnsOf(text: string, put = (over: string): string => over): readonly string[] | undefined {
  const parts = FOR.exec(text.trim());
  if (parts === null) return undefined;
  const [, name, over, body] = parts as unknown as [string, string, string, string];
  const values = valuesOf(/[`(]/.test(over) ? over : put(over));
  if (values === undefined || values.length > MOST_TURNS) return undefined;
  const use = new RegExp(`\\$(?:${name}\\b|\\{${name}\\})`, 'g');
  return values.map((value) => body.replaceAll(use, () => value).trim());
}

function valuesOf(over: string): string[] | undefined {
  const sequence = /^\$\(\s*seq\s+(\d+)\s+(\d+)\s*\)$|^`\s*seq\s+(\d+)\s+(\d+)\s*`$/.exec(over);
  if (sequence !== null) return numbers(sequence[1] ?? sequence[3]!, sequence[2] ?? sequence[4]!);
  if (/[$`*?]/.test(over)) return undefined;
  return scan(over).tokens.flatMap(({ value }) => braced(value));
}

/** `1_0{1..4}` is four words, `{A,B}` two. */
function braced(word: string): string[] {
  const parts = /^(.*?)\{(?:(\d+)\.\.(\d+)|([^{}]*,[^{}]*))\}(.*)$/.exec(word);
  if (parts === null) return [word];
  const [, before, from, to, list, after] = parts;
  const each = list === undefined ? numbers(from!, to!) : list.split(',');
  return each.map((value) => `${before}${value}${after}`);
}

function numbers(from: string, to: string): string[] {
  const [first, last] = [Number(from), Number(to)];
  const width = /^0\d/.test(from) ? from.length : 0;
  return Array.from({ length: Math.max(0, Math.min(last - first + 1, MOST_TURNS + 1)) }, (_, i) =>
    String(first + i).padStart(width, '0'),
  );
}
