import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withGrammarTable } from '@rehearsal/operator';
import { generatedDocs, GENERATED_FOLDERS } from './registry/docs.js';

// Run after a change of a verb: node libs/lab/verbs/dist/write-docs.js docs
const folder = process.argv[2]!;
const docs = await generatedDocs();
for (const name of GENERATED_FOLDERS) rmSync(join(folder, name), { recursive: true, force: true });
for (const [name, text] of Object.entries(docs)) {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
const operator = join(folder, 'operator.md');
writeFileSync(operator, withGrammarTable(readFileSync(operator, 'utf8')));
