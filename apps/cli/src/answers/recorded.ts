import { quantile } from '@rehearsal/experiment';
import { ANSWER_FIGURES, type AnswerFigure, type FigureName } from './figures.js';
import type { Measured, Question } from './question.js';

/** What runs came to: of each question, each variant and each figure, one value a seed. */
export interface Recorded {
  readonly seeds: { readonly from: number; readonly to: number };
  readonly questions: Readonly<Record<string, readonly Readonly<Record<string, readonly (number | null)[]>>[]>>;
}

const spec = (figure: FigureName): AnswerFigure => ANSWER_FIGURES[figure];

/** The figures of one question. @throws Error where a figure was not measured */
export function measuredOf(question: Question, recorded: Recorded): Measured {
  const all = recorded.questions[question.id] ?? [];
  const values = (variant: number, figure: FigureName): readonly number[] => {
    const found = all[variant]?.[figure];
    if (found === undefined)
      throw new Error(`${question.id}: ${figure} of ${question.variants[variant]?.name} was not measured`);
    return found.filter((value) => value !== null);
  };
  const median = (variant: number, figure: FigureName): number =>
    quantile(
      [...values(variant, figure)].sort((a, b) => a - b),
      500,
    ) ?? Number.NaN;
  return { values, median, text: (variant, figure) => written(median(variant, figure), figure) };
}

/** As people read it: `1,234`, `4.9`. */
export function written(value: number, figure: FigureName): string {
  if (Number.isNaN(value)) return '-';
  const [whole, part] = value.toFixed(spec(figure).digits ?? 0).split('.') as [string, string | undefined];
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return part === undefined ? grouped : `${grouped}.${part}`;
}

/** The median, and where the seeds differ the least and the most. */
export function cell(of: Measured, variant: number, figure: FigureName): string {
  const values = of.values(variant, figure);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const text = of.text(variant, figure);
  if (values.length === 0 || written(least, figure) === written(most, figure)) return text;
  return `${text} (${written(least, figure)} to ${written(most, figure)})`;
}
