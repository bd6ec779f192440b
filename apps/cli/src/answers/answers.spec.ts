import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadExperiment } from '@rehearsal/experiment';
import { brokenClaims, withAnswer, withIndex } from './pages.js';
import { QUESTIONS } from './questions.js';
import type { Recorded } from './recorded.js';

const ROOT = join(import.meta.dirname, '../../../..');
const FOLDER = join(ROOT, 'examples/questions');
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const recorded = JSON.parse(read('figures.json')) as Recorded;
const fidelity = readFileSync(join(ROOT, 'docs/fidelity.md'), 'utf8');
const questions = QUESTIONS.map((question) => [question.id, question] as const);

// When one of these fails after a change of what is simulated:
// node apps/cli/dist/answers/write-answers.js examples/questions
describe('the answers to the questions of operators', () => {
  it('are those of the runs recorded, five seeds each', () => {
    expect(recorded.seeds).toEqual({ from: 1, to: 5 });
    expect(Object.keys(recorded.questions)).toEqual(QUESTIONS.map((q) => q.id));
    for (const [id, question] of questions) {
      const shape = recorded.questions[id]!.map((v) =>
        Object.entries(v).map(([name, values]) => [name, values.length]),
      );
      expect(shape).toEqual(question.variants.map(() => question.figures.map((name) => [name, 5])));
    }
  });

  it.each(questions)('%s: the page says what was recorded, and its words fit', (id, question) => {
    expect(read(`${id}.md`)).toBe(withAnswer(read(`${id}.md`), question, recorded));
    expect(brokenClaims(question, recorded)).toEqual([]);
  });

  it('are listed with what was recorded', () => {
    expect(read('README.md')).toBe(withIndex(read('README.md'), QUESTIONS, recorded));
  });

  it.each(questions)('%s: names only fidelity ids and experiments that there are, all of its own', (id, question) => {
    const page = read(`${id}.md`);
    const ids = [...new Set(page.match(/\bF-[A-Z0-9-]+/g))];
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.filter((f) => !fidelity.includes(`| ${f} |`))).toEqual([]);
    const linked = [...page.matchAll(/\]\(([a-z0-9-]+\.yaml)\)/g)].map((m) => m[1]);
    expect(linked).toEqual([...new Set(question.variants.map((v) => `${v.experiment}.yaml`))]);
  });

  it('have a page each, and every experiment beside them belongs to one', () => {
    const files = readdirSync(FOLDER);
    expect(files.filter((f) => f.endsWith('.md')).sort()).toEqual(
      ['README.md', ...QUESTIONS.map((q) => `${q.id}.md`)].sort(),
    );
    const used = new Set(QUESTIONS.flatMap((q) => q.variants.map((v) => `${v.experiment}.yaml`)));
    expect(files.filter((f) => f.endsWith('.yaml')).sort()).toEqual([...used].sort());
  });

  it('rest on experiments that declare what they may lose and how they can fail', () => {
    for (const file of readdirSync(FOLDER).filter((f) => f.endsWith('.yaml'))) {
      const { block } = loadExperiment(join(FOLDER, file));
      expect([file, Object.keys(block.budget)]).toEqual([file, ['vendor', 'lossless']]);
      expect([file, block.negativeControl?.about]).toEqual([file, expect.any(String)]);
    }
  });
});

describe('a page', () => {
  const [question] = QUESTIONS;
  const first = question!.figures[0]!;

  it('changes with a figure', () => {
    const other = structuredClone(recorded) as unknown as { questions: Record<string, Record<string, number[]>[]> };
    other.questions[question!.id]![1]![first] = [50, 50, 50, 50, 51];
    const page = withAnswer(read(`${question!.id}.md`), question!, other as unknown as Recorded);
    expect(page).not.toBe(read(`${question!.id}.md`));
    expect(page).toContain('| packets handed on, % | 0.0 | 50.0 (50.0 to 51.0) |');
    expect(page).toContain('50.0 % once ports count');
  });

  it('is refused where its words no longer fit', () => {
    const other = structuredClone(recorded) as unknown as { questions: Record<string, Record<string, number[]>[]> };
    other.questions[question!.id]![0]!['handedOn'] = [3, 3, 3, 3, 3];
    expect(brokenClaims(question!, other as unknown as Recorded)).toEqual([
      'correction-layer: without ports, auto-topology hands nothing on',
    ]);
  });

  it('needs a place for what is generated', () => {
    expect(() => withAnswer('# a page\n', question!, recorded)).toThrow(/expected "<!-- answer: generated -->"/);
  });
});
