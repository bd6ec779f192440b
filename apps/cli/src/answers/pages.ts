import { ANSWER_FIGURES, type AnswerFigure } from './figures.js';
import type { Question, Variant } from './question.js';
import { cell, measuredOf, type Recorded } from './recorded.js';

const END = '<!-- end of generated -->';

/** What is generated in a page: begins with its comment, ends with the common one. */
function withBlock(page: string, name: string, text: string): string {
  const begin = `<!-- ${name}: generated -->`;
  const from = page.indexOf(begin);
  const to = page.indexOf(END, from);
  if (from < 0 || to < 0)
    throw new Error(`expected "${begin}" and "${END}" in the page; put them where ${name} belongs`);
  return `${page.slice(0, from)}${begin}\n${text}\n${page.slice(to)}`;
}

/** The page of one question with today's answer and figures in it. */
export function withAnswer(page: string, question: Question, recorded: Recorded): string {
  const answer = `**${question.answer(measuredOf(question, recorded))}**`;
  const titled = page.replace(/^# .*$/m, () => `# ${question.asked}`);
  return withBlock(withBlock(titled, 'answer', answer), 'figures', figuresText(question, recorded));
}

/** The index with a line for each question. */
export function withIndex(page: string, questions: readonly Question[], recorded: Recorded): string {
  const lines = questions.map((q) => `| [${q.asked}](${q.id}.md) | ${q.answer(measuredOf(q, recorded))} |`);
  return withBlock(page, 'answers', ['| question | answer |', '|---|---|', ...lines].join('\n'));
}

function figuresText(question: Question, recorded: Recorded): string {
  const of = measuredOf(question, recorded);
  const { from, to } = recorded.seeds;
  const rows = question.figures.map((name) => {
    const figure: AnswerFigure = ANSWER_FIGURES[name];
    const cells = question.variants.map((_, i) => cell(of, i, name));
    return `| ${figure.about} | ${cells.join(' | ')} |`;
  });
  return [
    `| | ${question.variants.map((v) => v.name).join(' | ')} |`,
    `|---|${question.variants.map(() => '---|').join('')}`,
    ...rows,
    '',
    `Medians of seeds ${from} to ${to} in the simulator, with the least and the most where they differ. Again:`,
    '',
    '```',
    ...question.variants.map((v) => commandOf(v, from, to)),
    '```',
  ].join('\n');
}

/** The command line of a variant; the profile is the fabric file's, `vendor`, where it says nothing else. */
function commandOf({ experiment, set }: Variant, from: number, to: number): string {
  const words = set.map((word) => ` --set ${word}`).join('');
  return `./rehearse run examples/questions/${experiment}.yaml --sim --seeds ${from}..${to}${words}`;
}

/** What the prose says and the figures do not bear out. */
export function brokenClaims(question: Question, recorded: Recorded): string[] {
  const of = measuredOf(question, recorded);
  return question.claims.filter((claim) => !claim.holds(of)).map((claim) => `${question.id}: ${claim.about}`);
}
