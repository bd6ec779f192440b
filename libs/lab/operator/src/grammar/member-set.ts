import { LabError } from '@rehearsal/lab-port/lab-error';

/**
 * Reads `1_03`, `1_01-1_04`, `1_01,1_03`, `all` or `chassis1` among the members there are.
 * @throws LabError (bad input)
 */
export function readMembers(text: string, known: readonly string[]): string[] {
  const wanted = new Set<string>();
  for (const part of text.split(',').map((p) => p.trim())) {
    if (/^(all|chassis1|site1)$/i.test(part)) for (const id of known) wanted.add(id);
    else {
      const [first, last = first] = part.split('-').map(fullId) as [string, string?];
      const [from, to] = [known.indexOf(first), known.indexOf(last)];
      if (from < 0 || to < from) {
        throw new LabError(
          'bad-input',
          `There are no members '${part}'.`,
          `Members are ${known[0]} to ${known[known.length - 1]}; say ${known[0]}, a range, a list or all.`,
        );
      }
      for (const id of known.slice(from, to + 1)) wanted.add(id);
    }
  }
  return known.filter((id) => wanted.has(id));
}

/** `3` and `1_3` for `1_03`. */
function fullId(word: string): string {
  const match = /^(?:1_)?(\d{1,2})$/.exec(word);
  return match === null ? word : `1_${match[1]?.padStart(2, '0')}`;
}
