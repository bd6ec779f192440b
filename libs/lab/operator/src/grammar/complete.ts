import type { HereRole } from './command.js';
import { GRAMMAR } from './grammar.js';

/**
 * What the last word of a line, as far as it is typed, could become.
 * @param line up to the cursor; a space at its end begins a new word
 */
export function completions(line: string, role: HereRole, members: readonly string[]): string[] {
  const words = line.trimStart().split(/\s+/);
  const begun = words.pop() ?? '';
  const typed = words[0] === 'g_all' ? words.slice(words[1] === '-a' ? 2 : 1) : words;
  const found = new Set<string>();
  for (const row of GRAMMAR) {
    if (!row.on.includes(role)) continue;
    const own = row.words.split(' ');
    if (typed.length < own.length && typed.every((word, i) => own[i] === word)) found.add(own[typed.length]!);
    else if (own.every((word, i) => typed[i] === word)) {
      const last = row.options.find((o) => o.flag === typed[typed.length - 1]);
      if (last?.value !== undefined)
        for (const word of last.choices ?? (last.value === 'IDS' ? members : [])) found.add(word);
      else {
        for (const o of row.options) found.add(o.flag);
        for (const word of row.places?.choices ?? []) found.add(word);
      }
    }
  }
  return [...found].filter((word) => word.startsWith(begun)).sort();
}
