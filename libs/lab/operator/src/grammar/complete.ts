import type { HereRole } from './command.js';
import { GRAMMAR } from './grammar.js';
import { WRAPPERS } from './wrappers.js';

/**
 * What the last word of a line, as far as it is typed, could become.
 * @param line up to the cursor; a space at its end begins a new word
 */
export function completions(line: string, role: HereRole, members: readonly string[]): string[] {
  const words = line.trimStart().split(/\s+/);
  const begun = words.pop() ?? '';
  const typed = innerWords(words);
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

/** The words of the command that another takes with it, as far as that one has begun. */
function innerWords(words: readonly string[]): readonly string[] {
  const row = WRAPPERS.find((wrapper) => wrapper.words === words[0]);
  if (row === undefined) return words;
  let at = 1;
  for (let option; (option = row.options.find((o) => o.flag === words[at])) !== undefined; at++) {
    if (option.flag === '-c') return words.slice(at + 1).map((word) => word.replace(/^['"]/, ''));
    if (option.value !== undefined) at++;
  }
  return words.slice(at);
}
