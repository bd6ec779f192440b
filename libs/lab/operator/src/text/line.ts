/**
 * How sure it is that a line looks as the vendor's: `documented` in public material, `recalled` by those who know the
 * product, or `field`: what engineers write among themselves, and what only this lab can say.
 */
export const BASES = ['documented', 'recalled', 'field'] as const;
export type Basis = (typeof BASES)[number];

export interface Line {
  readonly text: string;
  readonly basis: Basis;
}

/** What stands where this lab has no source for what the vendor shows. */
export const NOT_AVAILABLE = 'N/A';

export function lines(basis: Basis, ...texts: readonly string[]): Line[] {
  return texts.map((text) => ({ text, basis }));
}

/** A number, or the words for none. */
export function orNone(value: number | string | null | undefined): string {
  return value === null || value === undefined ? NOT_AVAILABLE : String(value);
}

/** The lines as text; with `marked` each has its basis in front. */
export function textOf(page: readonly Line[], marked: boolean): string {
  const width = Math.max(...BASES.map((basis) => basis.length));
  return page.map(({ text, basis }) => `${(marked ? `${basis.padEnd(width)}  ${text}` : text).trimEnd()}\n`).join('');
}
