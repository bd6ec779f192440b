import { nearestName } from '@rehearsal/kernel/nearest-name';
import { schemaWords } from '@rehearsal/lab-port/plain-words';
import { LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { FileError, placeOf, type FileProblem, type Path } from './problems.js';

/** A document and the way back from a path in it to a place in the text. */
export interface YamlFile {
  readonly value: unknown;
  problem(path: Path, message: string, remedy: string): FileProblem;
}

/**
 * Parses YAML 1.2 core: one document, no duplicate keys.
 * @throws FileError with the place of the first syntax error.
 */
export function readYaml(text: string, file: string): YamlFile {
  const lines = new LineCounter();
  const doc: Document.Parsed = parseDocument(text, {
    version: '1.2',
    schema: 'core',
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  });
  if (doc.errors.length > 0) {
    // The others mostly follow from the first.
    const { pos, message } = doc.errors[0]!;
    const { line, col } = lines.linePos(pos[0]);
    const why = message.replaceAll(/\s+/g, ' ').replace(/[.:]$/, '');
    throw new FileError([
      { file, line, col, message: `This is not YAML: ${why}.`, remedy: 'Mend the line, then try again.' },
    ]);
  }
  return {
    value: doc.toJS() as unknown,
    problem: (path, message, remedy) => ({ file, ...placeOf(doc, lines, path), message, remedy }),
  };
}

/** What a reserved or foreign key should be answered with, if there is more to say than "unknown". */
export type KeyHint = (path: Path, key: string) => { readonly message: string; readonly remedy: string } | undefined;

/**
 * Checks a document against a schema; `jsonSchema` says which keys there are, and is only asked where one is wrong.
 * @throws FileError naming place and remedy of everything wrong.
 */
export function checkYaml<S extends z.ZodType>(
  yaml: YamlFile,
  schema: S,
  jsonSchema: () => Record<string, unknown>,
  hint: KeyHint,
): z.output<S> {
  const result = schema.safeParse(yaml.value);
  if (result.success) return result.data;
  const known = jsonSchema();
  throw new FileError(result.error.issues.flatMap((issue) => problemsOf(yaml, issue, [], known, hint)));
}

function problemsOf(
  yaml: YamlFile,
  issue: z.core.$ZodIssue,
  above: Path,
  jsonSchema: Record<string, unknown>,
  hint: KeyHint,
): FileProblem[] {
  const path = [...above, ...issue.path];
  const where = path.length === 0 ? 'The file' : path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const said = hint(path, key);
      if (said !== undefined) return yaml.problem([...path, key], said.message, said.remedy);
      const known = knownKeys(jsonSchema, path);
      const meant = nearestName(key, known);
      return yaml.problem(
        [...path, key],
        `Unknown key '${key}'${path.length === 0 ? '' : ` in ${where}`}.`,
        meant === undefined ? `Known here: ${known.join(', ')}.` : `Did you mean '${meant}'?`,
      );
    });
  }
  if (issue.code === 'invalid_union') {
    // The branch that got furthest is the one that was meant.
    const branches = issue.errors.filter((e) => e.length > 0);
    const deep = branches.find((e) => e.some((i) => i.path.length > 0 || i.code === 'unrecognized_keys'));
    if (deep !== undefined) return deep.flatMap((i) => problemsOf(yaml, i, path, jsonSchema, hint));
  }
  const seen = valueAt(yaml.value, path);
  return [
    yaml.problem(
      path,
      `${where}: ${schemaWords(issue.message)}${seen === undefined ? ' (nothing is there)' : `, saw ${JSON.stringify(seen)}`}.`,
      seen === undefined ? `Add '${String(path[path.length - 1] ?? '')}'.` : 'Change the value.',
    ),
  ];
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[step];
  }
  return at;
}

interface SchemaNode {
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly items?: SchemaNode;
  readonly anyOf?: readonly SchemaNode[];
}

/** Names a JSON Schema knows for the object at `path`. */
function knownKeys(schema: SchemaNode, path: Path): string[] {
  let nodes: SchemaNode[] = [schema];
  for (const step of path) {
    nodes = nodes
      .flatMap((n) => [n, ...(n.anyOf ?? [])])
      .flatMap((n) => {
        const next = n.properties?.[String(step)] ?? n.items ?? n.additionalProperties;
        return typeof next === 'object' ? [next] : [];
      });
  }
  return nodes.flatMap((n) => [n, ...(n.anyOf ?? [])]).flatMap((n) => Object.keys(n.properties ?? {}));
}
