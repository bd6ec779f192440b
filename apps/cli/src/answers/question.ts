import type { FigureName } from './figures.js';

/** One setting of a question: a column of its table. */
export interface Variant {
  /** Head of the column. */
  readonly name: string;
  /** Experiment beside the answers, without `.yaml`. */
  readonly experiment: string;
  /** As after `--set`. */
  readonly set: readonly string[];
}

/** Measured values of a question: of each variant (by its place), of each figure, one a seed. */
export interface Measured {
  /** The median, as people read it. */
  text(variant: number, figure: FigureName): string;
  values(variant: number, figure: FigureName): readonly number[];
  median(variant: number, figure: FigureName): number;
}

/** Something the prose says that the figures must bear out. */
export interface Claim {
  readonly about: string;
  holds(of: Measured): boolean;
}

/** A question of those who run such fabrics, and how it is answered. */
export interface Question {
  /** Name of the page. */
  readonly id: string;
  readonly asked: string;
  readonly variants: readonly Variant[];
  readonly figures: readonly FigureName[];
  /** The answer in a sentence or two; numbers come from the figures. */
  answer(of: Measured): string;
  readonly claims: readonly Claim[];
}
