import { type Node, walk } from './sources.js';

/** Names that are never a sensible local one. Lint, which knows scopes, forbids more: `process`, `performance`, `fetch` … */
const forbiddenGlobals = new Set([
  'Date',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'Promise',
  'BigInt',
  'Intl',
  'Buffer',
  'globalThis',
]);
const emptyCollections = new Set(['Map', 'Set', 'WeakMap', 'WeakSet']);

type MaybeNode = Node | undefined;

function isEmptyCollection(init: MaybeNode): boolean {
  if (init?.type === 'NewExpression') {
    const args = init['arguments'] as unknown[] | undefined;
    return emptyCollections.has(String((init['callee'] as Node)['value'])) && !args?.length;
  }
  if (init?.type === 'ArrayExpression') return (init['elements'] as unknown[]).length === 0;
  return init?.type === 'ObjectExpression' && (init['properties'] as unknown[]).length === 0;
}

/** Module-level variables that can change: `let`, `var`, and collections that start empty, which only mutation fills. */
function mutableModuleState(body: Node[]): string[] {
  return body.flatMap((item) => {
    const declaration = item.type === 'ExportDeclaration' ? (item['declaration'] as Node) : item;
    if (declaration.type !== 'VariableDeclaration') return [];
    const kind = String(declaration['kind']);
    return (declaration['declarations'] as Node[]).flatMap((declarator) => {
      const name = String((declarator['id'] as Node)['value']);
      const mutable = kind !== 'const' || isEmptyCollection(declarator['init'] as MaybeNode);
      return mutable ? [`module-level mutable ${name}`] : [];
    });
  });
}

/** What in a module is not pure and synchronous, as sorted words without repeats; empty when all is well. Types do not count. */
export function impurities(body: Node[]): string[] {
  const found = mutableModuleState(body);
  const visit = (node: Node): boolean => {
    const method = node['function'] as { async?: boolean } | undefined;
    if (node['async'] === true || method?.async) found.push('async function');
    switch (node.type) {
      case 'AwaitExpression':
        found.push('await');
        break;
      case 'ForOfStatement':
        if (node['await'] === true) found.push('for await');
        break;
      case 'BigIntLiteral':
        found.push('BigInt literal');
        break;
      case 'MetaProperty':
        if (node['kind'] === 'import.meta') found.push('import.meta');
        break;
      case 'Identifier':
        if (forbiddenGlobals.has(String(node['value']))) found.push(String(node['value']));
        break;
      case 'MemberExpression': {
        const object = node['object'] as Node;
        const property = node['property'] as Node;
        if (object['value'] === 'Math' && property['value'] === 'random') found.push('Math.random');
        walk(object, visit);
        if (property.type === 'Computed') walk(property, visit);
        return false;
      }
      case 'KeyValueProperty':
        walk(node['value'], visit);
        return false;
      default:
        if (!node.type.startsWith('Ts')) break;
        // `x as T` and its like hold an expression; all other Ts nodes are types.
        walk(node['expression'], visit);
        return false;
    }
    return true;
  };
  walk(body, visit);
  return [...new Set(found)].sort();
}
