import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';

/** A node of swc's syntax tree: `type` says which, the rest depends on it. */
export type Node = { type: string; [field: string]: unknown };

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** Every TypeScript source below a folder, specs included, sorted. */
export function sourcesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !/(^|\/)(node_modules|dist)\//.test(file))
    .map((file) => join(dir, file))
    .sort();
}

/** Whether only tests run this file: a spec, or what a package offers to the specs of others. */
export const isTestCode = (file: string): boolean => file.endsWith('.spec.ts') || /\/src\/testing(\.ts$|\/)/.test(file);

/** Parses TypeScript; a syntax error is thrown as swc words it. */
export function parse(text: string): Node[] {
  return parseSync(text, { syntax: 'typescript', decorators: true, target: 'es2024' }).body as unknown as Node[];
}

export const parseFile = (file: string): Node[] => parse(readFileSync(file, 'utf8'));

/** Visits a tree depth first; where `visit` returns false, the nodes below are left out. */
export function walk(tree: unknown, visit: (node: Node) => boolean | void): void {
  if (Array.isArray(tree)) {
    for (const part of tree) walk(part, visit);
  } else if (typeof tree === 'object' && tree !== null) {
    if (isNode(tree) && visit(tree) === false) return;
    for (const part of Object.values(tree)) if (typeof part === 'object') walk(part, visit);
  }
}

/** What a module imports or re-exports, by the specifiers as written: types, values and dynamic imports alike. */
export function importsOf(body: Node[]): string[] {
  const found: string[] = [];
  walk(body, (node) => {
    if (/^(Import|ExportNamed|ExportAll)Declaration$/.test(node.type) && isNode(node['source'])) {
      found.push(String(node['source']['value']));
    } else if (node.type === 'TsImportType' && isNode(node['argument'])) {
      found.push(String(node['argument']['value']));
    } else if (node.type === 'CallExpression' && isNode(node['callee']) && node['callee'].type === 'Import') {
      const [first] = node['arguments'] as { expression: Node }[];
      found.push(first?.expression.type === 'StringLiteral' ? String(first.expression['value']) : '(computed)');
    }
  });
  return found;
}
