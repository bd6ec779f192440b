import { helpOf } from './help.js';
import { manPage } from './man-page.js';
import { pageName, verbPages } from './pages.js';
import { VERBS } from './registry.js';
import { verbSchemas } from './schemas.js';

/** Where the text of a verb's `--help` is kept, under docs: reading it is faster than making it. */
export function helpName(path: string): string {
  return pageName(path).replace(/\.md$/, '.txt');
}

/** Everything under docs that comes from the registry, by its path there. */
export async function generatedDocs(): Promise<Record<string, string>> {
  const docs: Record<string, string> = { 'rehearse.1': await manPage() };
  for (const [name, text] of Object.entries(await verbPages())) docs[`verbs/${name}`] = text;
  for (const [name, text] of Object.entries(await verbSchemas())) docs[`schemas/${name}`] = text;
  for (const entry of VERBS) docs[`help/${helpName(entry.path)}`] = helpOf((await entry.load()).default);
  return docs;
}

/** The folders that hold nothing else. */
export const GENERATED_FOLDERS = ['verbs', 'schemas', 'help'] as const;
