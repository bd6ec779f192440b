/** Words of libraries and of the system, as people would say them. */

const SYSTEM: readonly (readonly [RegExp, string])[] = [
  [/^ENOENT\b.*/s, 'it is not there'],
  [/^EISDIR\b.*/s, 'it is a folder'],
  [/^ENOTDIR\b.*/s, 'a part of the path is a file'],
  [/^EACCES\b.*/s, 'there is no permission'],
];

/** Why a file could not be read. */
export function reasonOf(error: unknown): string {
  const said = (error as { readonly message?: unknown } | null)?.message;
  const message = typeof said === 'string' ? said : String(error);
  const known = SYSTEM.find(([pattern]) => pattern.test(message));
  return known === undefined ? message.split('\n')[0]!.replace(/\.$/, '') : known[1];
}

/** `1 fault`, `2 faults`. */
export function counted(count: number, one: string): string {
  return `${count} ${count === 1 ? one : `${one}s`}`;
}

const SCHEMA: readonly (readonly [RegExp, (found: RegExpMatchArray) => string])[] = [
  [/^Invalid input: expected int, received .*/, () => 'expected a whole number'],
  [/^Invalid input: expected (\w+), received .*/, (m) => `expected ${article(NAMES[m[1]!] ?? m[1]!)}`],
  [/^Too small: expected \w+ to be >=(\S+)$/, (m) => `expected at least ${m[1]}`],
  [/^Too small: expected \w+ to be >(\S+)$/, (m) => `expected more than ${m[1]}`],
  [/^Too big: expected \w+ to be <=(\S+)$/, (m) => `expected at most ${m[1]}`],
  [/^Too small: expected (\w+) to have >=(\d+) .*$/, (m) => `expected at least ${m[2]} in the ${NAMES[m[1]!] ?? m[1]}`],
  [/^Too big: expected (\w+) to have <=(\d+) .*$/, (m) => `expected at most ${m[2]} in the ${NAMES[m[1]!] ?? m[1]}`],
  [
    /^Invalid option: expected one of (.*)$/s,
    (m) => `expected one of ${m[1]!.replaceAll('"', '').split('|').join(', ')}`,
  ],
  [/^Invalid input: expected ("?[^"]*"?)$/, (m) => `expected ${m[1]}`],
  [/^Invalid input$/, () => 'this does not fit'],
];

const NAMES: Readonly<Record<string, string>> = {
  object: 'map of keys',
  record: 'map of keys',
  array: 'list',
  string: 'text',
  boolean: 'true or false',
};

function article(noun: string): string {
  if (noun === 'text' || noun === 'true or false') return noun;
  return `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** What a schema says of a value. */
export function schemaWords(message: string): string {
  for (const [pattern, words] of SCHEMA) {
    const found = pattern.exec(message);
    if (found !== null) return words(found);
  }
  return message;
}
