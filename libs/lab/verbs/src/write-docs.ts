import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withGrammarTable } from '@rehearsal/operator';
import { verbPages } from './registry/pages.js';

// Run after a change of a verb: node libs/lab/verbs/dist/write-docs.js docs/verbs
const folder = process.argv[2]!;
mkdirSync(folder, { recursive: true });
for (const [name, text] of Object.entries(await verbPages())) writeFileSync(join(folder, name), text);
const operator = join(folder, '..', 'operator.md');
writeFileSync(operator, withGrammarTable(readFileSync(operator, 'utf8')));
