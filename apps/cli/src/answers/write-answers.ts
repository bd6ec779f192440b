import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from './measure.js';
import { brokenClaims, withAnswer, withIndex } from './pages.js';
import { QUESTIONS } from './questions.js';
import type { Recorded } from './recorded.js';

// Run after a change of what is simulated: node apps/cli/dist/answers/write-answers.js examples/questions [ID …]
// Conducts the questions named, or all, and writes their figures and what is generated of the pages.
const folder = process.argv[2]!;
const named = process.argv.slice(3);
const unknown = named.find((id) => !QUESTIONS.some((q) => q.id === id));
if (unknown !== undefined) {
  process.stderr.write(`There is no question '${unknown}'. Name some of: ${QUESTIONS.map((q) => q.id).join(', ')}.\n`);
  process.exit(2);
}
const asked = QUESTIONS.filter((q) => named.length === 0 || named.includes(q.id));
const figures = join(folder, 'figures.json');
const earlier = existsSync(figures) ? (JSON.parse(readFileSync(figures, 'utf8')) as Recorded).questions : {};
const fresh = await measure(asked, { from: 1, to: 5 }, folder, (line) => process.stderr.write(`${line}\n`));
const known = QUESTIONS.filter((q) => q.id in fresh.questions || q.id in earlier);
const recorded: Recorded = {
  seeds: fresh.seeds,
  questions: Object.fromEntries(known.map((q) => [q.id, fresh.questions[q.id] ?? earlier[q.id]!])),
};
writeFileSync(figures, `${JSON.stringify(recorded, null, 1)}\n`);
const broken = known.flatMap((q) => brokenClaims(q, recorded));
for (const claim of broken) process.stderr.write(`the figures do not bear out: ${claim}\n`);
const rewrite = (name: string, change: (page: string) => string): void => {
  const path = join(folder, name);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
};
for (const question of known) rewrite(`${question.id}.md`, (page) => withAnswer(page, question, recorded));
rewrite('README.md', (page) => withIndex(page, known, recorded));
process.exitCode = broken.length === 0 ? 0 : 1;
