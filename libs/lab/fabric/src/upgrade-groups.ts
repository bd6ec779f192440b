import type { FileProblem } from './problems.js';
import type { YamlFile } from './read-yaml.js';
import type { Fabric } from './schema.js';

/** `1_01-1_02`, `1_01,1_03`, or a list of either, by upgrade group. */
export function upgradeGroups(
  yaml: YamlFile,
  fabric: Fabric,
  name: string,
  problems: FileProblem[],
): ReadonlyMap<string, 'A' | 'B'> {
  const { groups } = fabric.securityGroups[name]!;
  const found = new Map<string, 'A' | 'B'>();
  for (const upgradeGroup of ['A', 'B'] as const) {
    const said = groups?.[upgradeGroup];
    if (said === undefined) continue;
    const path = ['securityGroups', name, 'groups', upgradeGroup];
    for (const entry of Array.isArray(said) ? said : [said]) {
      if (typeof entry === 'number') {
        problems.push(
          yaml.problem(
            path,
            `A member id is text, and ${entry} is a number.`,
            `Write it as the vendor does and in quotes: "1_${String(entry % 100).padStart(2, '0')}".`,
          ),
        );
        continue;
      }
      for (const part of entry.split(',')) {
        const range = /^\s*1_(\d{2})\s*(?:-\s*1_(\d{2})\s*)?$/.exec(part);
        if (range === null) {
          problems.push(
            yaml.problem(
              path,
              `'${part.trim()}' is not a member id or a range of them.`,
              'Write "1_03" or "1_01-1_02".',
            ),
          );
          continue;
        }
        for (let n = Number(range[1]); n <= Number(range[2] ?? range[1]); n++) {
          const id = `1_${String(n).padStart(2, '0')}`;
          if (found.has(id)) {
            problems.push(yaml.problem(path, `Member ${id} is in group ${found.get(id)} already.`, 'Name it once.'));
          }
          found.set(id, upgradeGroup);
        }
      }
    }
  }
  return found;
}

/** Who is named in a group has to be there, as a member or as a spare that may become one. */
export function checkGroups(
  yaml: YamlFile,
  name: string,
  appliances: readonly { readonly id: string }[],
  groups: ReadonlyMap<string, 'A' | 'B'>,
  problems: FileProblem[],
): void {
  for (const [id, group] of groups) {
    if (appliances.some((a) => a.id === id)) continue;
    const last = appliances[appliances.length - 1]?.id ?? 'none';
    problems.push(
      yaml.problem(
        ['securityGroups', name, 'groups', group],
        `There is no member '${id}'.`,
        `Members are 1_01 to ${last}.`,
      ),
    );
  }
}
