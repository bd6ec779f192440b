/** The command line that does the same again, as a shell takes it. @param words of `--set` */
export function commandOf(words: readonly string[], setWords: readonly string[]): string {
  const quote = (word: string): string =>
    /^[\w./=:,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
  const sets = setWords.flatMap((word) => ['--set', word]);
  return ['rehearse', ...words, ...sets].map(quote).join(' ');
}
