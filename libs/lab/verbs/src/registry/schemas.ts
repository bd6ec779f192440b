import { z } from 'zod';
import { pageName } from './pages.js';
import { VERBS } from './registry.js';

/** File name of the schema of a verb's document. */
export function schemaName(path: string): string {
  return pageName(path).replace(/\.md$/, '.schema.json');
}

/** What a verb says under `--json` when it fails, whichever it is. */
export const errorDocument = z.strictObject({
  error: z.strictObject({ kind: z.string(), message: z.string(), exitCode: z.int() }),
});

/** JSON schemas of all documents of `--json`, by file name. */
export async function verbSchemas(): Promise<Record<string, string>> {
  const schemas: Record<string, string> = {};
  for (const entry of VERBS) {
    const { output } = (await entry.load()).default;
    schemas[schemaName(entry.path)] = text(`rehearse ${entry.path} --json`, output);
  }
  schemas['error.schema.json'] = text('what any verb says under --json when it fails', errorDocument);
  return schemas;
}

function text(title: string, type: z.ZodType): string {
  const { $schema, ...schema } = z.toJSONSchema(type, { io: 'output', unrepresentable: 'any' }) as Record<
    string,
    unknown
  >;
  return `${JSON.stringify({ $schema, title, ...schema }, null, 2)}\n`;
}
