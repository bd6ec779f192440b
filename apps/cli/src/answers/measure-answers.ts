import { measure } from './measure.js';
import { QUESTIONS } from './questions.js';

// node apps/cli/dist/answers/measure-answers.js FOLDER FROM TO: measures every question, and prints what it found.
const [folder, from, to] = process.argv.slice(2) as [string, string, string];
const recorded = await measure(QUESTIONS, { from: Number(from), to: Number(to) }, folder);
process.stdout.write(JSON.stringify(recorded));
