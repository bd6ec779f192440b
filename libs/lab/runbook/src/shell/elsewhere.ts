import { hostOf } from '../context.js';

/** Commands that carry out another one on several members, and their options that take a word. */
const ON_MEMBERS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['g_all', new Set(['-b'])],
  ['g_all_sgms', new Set()],
  ['gexec', new Set(['-b'])],
]);

/**
 * The command that others carry out elsewhere, and what it is given to: `ssh sgm3 'cpstop; cpstart'` gives a whole line to
 * another machine, `g_all "fw ver"` to all members. Undefined where none is given on.
 */
export function givenElsewhere(
  words: readonly string[],
): { readonly to: readonly string[]; readonly words: readonly string[] } | undefined {
  const command = hostOf(words)?.command ?? onMembers(words);
  if (command === undefined || command.length === 0) return undefined;
  return { to: words.slice(0, words.length - command.length), words: command };
}

function onMembers([name = '', ...rest]: readonly string[]): readonly string[] | undefined {
  const values = ON_MEMBERS.get(name);
  if (values === undefined) return undefined;
  let at = 0;
  while (rest[at]?.startsWith('-')) at += values.has(rest[at]!) ? 2 : 1;
  return rest.slice(at);
}
