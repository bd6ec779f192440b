const THIN_SPACE = '\u202f';

/** `1 234 567`, with spaces that do not break; at most `digits` digits after the point, none of them in vain. */
export function numberText(value: number, digits = 0): string {
  const [whole, part] = Math.abs(value).toFixed(digits).split('.') as [string, string?];
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, THIN_SPACE);
  const rest = (part ?? '').replace(/0+$/, '');
  const zero = /^0*$/.test(whole) && rest === '';
  return `${value < 0 && !zero ? '−' : ''}${grouped}${rest === '' ? '' : `.${rest}`}`;
}

/** About three digits of a value: `1.23`, `45.6`, `789`, `1 234`. */
export function shortNumber(value: number): string {
  const size = Math.abs(value);
  return numberText(value, size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** ms in the unit that suits them: `870 ms`, `1.25 s`, `2 min 5 s`. */
export function durationText(ms: number): string {
  if (Math.abs(ms) < 1000) return `${shortNumber(ms)}${THIN_SPACE}ms`;
  if (Math.abs(ms) < 60_000) return `${numberText(ms / 1000, 2)}${THIN_SPACE}s`;
  const seconds = Math.round(ms / 1000);
  return `${numberText(Math.trunc(seconds / 60))}${THIN_SPACE}min ${seconds % 60}${THIN_SPACE}s`;
}

/** `panic` 1, `panics` 2: a count with its word. */
export function counted(count: number, one: string, more = `${one}s`): string {
  return `${numberText(count)} ${count === 1 ? one : more}`;
}

/** `a 3, b 1`, or a word for none. */
export function countsText(counts: Readonly<Record<string, number>>, none: string): string {
  const said = Object.entries(counts).map(([name, n]) => `${name} ${numberText(n)}`);
  return said.length === 0 ? none : said.join(', ');
}
