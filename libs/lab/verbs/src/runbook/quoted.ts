/** A word as it is typed; in quotes where a shell would make something else of it. */
export const quoted = (word: string): string =>
  /^[\w./:=,@%+<>-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
