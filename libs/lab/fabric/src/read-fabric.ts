import { FileError, type FileProblem, type Path } from './problems.js';
import { checkYaml, readYaml, type YamlFile } from './read-yaml.js';
import { checkSerials, memberRows, spareRows, type MemberRow, type SpareRow } from './member-rows.js';
import { checkGroups, upgradeGroups } from './upgrade-groups.js';
import { fabricJsonSchema, fabricSchema, type Fabric } from './schema.js';

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

/** A fabric file that can be planned. */
export interface ReadFabric {
  readonly fabric: Fabric;
  readonly securityGroup: string;
  readonly members: readonly MemberRow[];
  readonly spares: readonly SpareRow[];
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
  const groups = upgradeGroups(yaml, fabric, name, problems);
  const members = memberRows(yaml, fabric, name, groups, problems);
  const spares = spareRows(yaml, fabric, members, groups, problems);
  checkSerials(yaml, fabric, name, problems);
  checkGroups(yaml, name, [...members, ...spares], groups, problems);
  checkTraffic(yaml, fabric, problems);
  checkInterfaces(yaml, fabric, name, problems);
  if (problems.length > 0) throw new FileError(problems);
  return { fabric, securityGroup: name, members, spares, problem: yaml.problem };
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
