import { FileError, type FileProblem, type Path } from './problems.js';
import { checkYaml, readYaml, type YamlFile } from './read-yaml.js';
import { fabricJsonSchema, fabricSchema, MODEL_CORES, type Fabric } from './schema.js';

/** Keys of shapes that are spoken for: two sites and management servers. */
const RESERVED: Readonly<Record<string, string>> = {
  sites: 'Several sites are not in this version.',
  siteSync: 'Several sites are not in this version.',
  outside: 'Routing peers are not in this version.',
  management: 'Management servers are not in this version.',
};
const RESERVED_IN_GROUP: Readonly<Record<string, string>> = {
  mode: 'Several sites are not in this version, so a Security Group has no mode.',
  factors: 'Several sites are not in this version, so a Security Group has no quality grade factors.',
};

function reserved(path: Path, key: string): { message: string; remedy: string } | undefined {
  const said = path.length === 0 ? RESERVED[key] : path[0] === 'securityGroups' ? RESERVED_IN_GROUP[key] : undefined;
  return said === undefined
    ? undefined
    : { message: said, remedy: `Remove '${key}'; see docs for the single-site shape.` };
}

/** A member and the group it upgrades in. */
export interface MemberRow {
  readonly id: string;
  readonly model: string;
  readonly cores: number;
  readonly weight: number;
  readonly group?: 'A' | 'B';
}

/** A fabric file that can be planned. */
export interface ReadFabric {
  readonly fabric: Fabric;
  readonly securityGroup: string;
  readonly members: readonly MemberRow[];
  /** Says where in the file a problem with a path found later stands. */
  problem: YamlFile['problem'];
}

/**
 * Reads a fabric file.
 * @throws FileError with file:line:col, what is wrong and what to do, for all that is wrong.
 */
export function readFabric(text: string, file: string): ReadFabric {
  const yaml = readYaml(text, file);
  refuseLaterShapes(yaml);
  const fabric = checkYaml(yaml, fabricSchema, fabricJsonSchema, reserved);
  const problems: FileProblem[] = [];
  const names = Object.keys(fabric.securityGroups);
  if (names.length !== 1) {
    throw new FileError([
      yaml.problem(
        ['securityGroups', names[1] ?? ''],
        `A fabric has exactly one Security Group in this version, saw ${names.length}.`,
        'Keep one, and give the others files of their own.',
      ),
    ]);
  }
  const name = names[0]!;
  const members = memberRows(yaml, fabric, name, problems);
  checkTraffic(yaml, fabric, problems);
  checkInterfaces(yaml, fabric, name, problems);
  if (problems.length > 0) throw new FileError(problems);
  return { fabric, securityGroup: name, members, problem: yaml.problem };
}

/** A two-site or management file breaks many rules at once; say the one thing that matters. */
function refuseLaterShapes(yaml: YamlFile): void {
  const top = yaml.value;
  if (typeof top !== 'object' || top === null) return;
  const problems = Object.keys(RESERVED)
    .filter((key) => Object.hasOwn(top, key))
    .map((key) => yaml.problem([key], RESERVED[key]!, `Remove '${key}'; see docs for the single-site shape.`));
  if (problems.length > 0) throw new FileError(problems);
}

function memberRows(yaml: YamlFile, fabric: Fabric, name: string, problems: FileProblem[]): MemberRow[] {
  const group = fabric.securityGroups[name]!;
  const base = ['securityGroups', name];
  const rows = typeof group.members === 'number' ? [{ count: group.members, model: '16200' }] : group.members;
  const groupOf = upgradeGroups(yaml, group.groups, base, problems);
  const members: MemberRow[] = [];
  for (const [index, row] of rows.entries()) {
    const model = String(row.model);
    const cores = ('cores' in row ? row.cores : undefined) ?? MODEL_CORES[model];
    if (cores === undefined) {
      problems.push(
        yaml.problem(
          [...base, 'members', index, 'model'],
          `The cores of model ${model} are not known here.`,
          `Add 'cores', or use one of: ${Object.keys(MODEL_CORES).join(', ')}.`,
        ),
      );
    }
    for (let i = 0; i < row.count; i++) {
      const id = `1_${String(members.length + 1).padStart(2, '0')}`;
      const weight = ('weight' in row ? row.weight : undefined) ?? cores ?? 1;
      const upgradeGroup = groupOf.get(id);
      members.push({
        id,
        model,
        cores: cores ?? 1,
        weight,
        ...(upgradeGroup === undefined ? {} : { group: upgradeGroup }),
      });
    }
  }
  if (members.every((m) => m.weight === 0)) {
    problems.push(
      yaml.problem(
        [...base, 'members'],
        'No member has a weight above 0, so none would be given a slot.',
        'Give one member a weight of 1 to 512, or leave all weights out: the cores count then.',
      ),
    );
  }
  for (const id of groupOf.keys()) {
    if (members.some((m) => m.id === id)) continue;
    const last = members[members.length - 1]?.id ?? 'none';
    problems.push(
      yaml.problem(
        [...base, 'groups', groupOf.get(id)!],
        `There is no member '${id}'.`,
        `Members are 1_01 to ${last}.`,
      ),
    );
  }
  return members;
}

/** `1_01-1_02`, `1_01,1_03`, or a list of either, by upgrade group. */
function upgradeGroups(
  yaml: YamlFile,
  groups: Fabric['securityGroups'][string]['groups'],
  base: Path,
  problems: FileProblem[],
): Map<string, 'A' | 'B'> {
  const found = new Map<string, 'A' | 'B'>();
  for (const name of ['A', 'B'] as const) {
    const said = groups?.[name];
    if (said === undefined) continue;
    const path = [...base, 'groups', name];
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
          found.set(id, name);
        }
      }
    }
  }
  return found;
}

function checkTraffic(yaml: YamlFile, fabric: Fabric, problems: FileProblem[]): void {
  const shares = Object.values(fabric.traffic.mix);
  const sum = shares.reduce((a, b) => a + b, 0);
  if (fabric.traffic.connections > 0 && sum !== 100) {
    problems.push(
      yaml.problem(['traffic', 'mix'], `The shares of a traffic mix make 100 percent, saw ${sum}.`, 'Change a share.'),
    );
  }
}

function checkInterfaces(yaml: YamlFile, fabric: Fabric, name: string, problems: FileProblem[]): void {
  if (fabric.securityGroups[name]!.interfaces.inside.nat === 'none') return;
  problems.push(
    yaml.problem(
      ['securityGroups', name, 'interfaces', 'inside', 'nat'],
      'What is inside hides behind the address of the outside interface, not the other way round.',
      "Say nat: hide at 'outside', or write static entries into the policy.",
    ),
  );
}
