import { serialNumber } from '@rehearsal/kernel';
import type { FileProblem, Path } from './problems.js';
import type { YamlFile } from './read-yaml.js';
import { MODEL_CORES, type Fabric } from './schema.js';

type Groups = ReadonlyMap<string, 'A' | 'B'>;

/** A member and the group it upgrades in. */
export interface MemberRow {
  readonly id: string;
  readonly serial: string;
  readonly model: string;
  readonly cores: number;
  readonly weight: number;
  readonly group?: 'A' | 'B';
}

/** An appliance that is cabled, and in no group until it is assigned. Software that is not named is as it was delivered. */
export interface SpareRow extends MemberRow {
  readonly release?: string;
  readonly take?: number;
}

type Row = Fabric['spares'][number];

/** The members of the Security Group, in the order of their ids. */
export function memberRows(
  yaml: YamlFile,
  fabric: Fabric,
  name: string,
  groups: Groups,
  problems: FileProblem[],
): MemberRow[] {
  const { members: said } = fabric.securityGroups[name]!;
  const path = ['securityGroups', name, 'members'];
  const rows = typeof said === 'number' ? [{ count: said, model: '16200' }] : said;
  const members = rows.flatMap((row, index) => {
    const before = rows.slice(0, index).reduce((sum, { count }) => sum + count, 0);
    return appliancesOf(yaml, fabric, row, [...path, index], before, groups, problems);
  });
  if (members.every((m) => m.weight === 0)) {
    problems.push(
      yaml.problem(
        path,
        'No member has a weight above 0, so none would be given a slot.',
        'Give one member a weight of 1 to 512, or leave all weights out: the cores count then.',
      ),
    );
  }
  return members;
}

/** Their ids come after those of the members. */
export function spareRows(
  yaml: YamlFile,
  fabric: Fabric,
  members: readonly MemberRow[],
  groups: Groups,
  problems: FileProblem[],
): SpareRow[] {
  const rows = fabric.spares;
  return rows.flatMap((row, index) => {
    const before = rows.slice(0, index).reduce((sum, { count }) => sum + count, members.length);
    const { release, take } = row;
    const software = { ...(release !== undefined && { release }), ...(take !== undefined && { take }) };
    const appliances = appliancesOf(yaml, fabric, row, ['spares', index], before, groups, problems);
    return appliances.map((appliance) => ({ ...appliance, ...software }));
  });
}

/** The appliances of one row; `before`: how many come before it. */
function appliancesOf(
  yaml: YamlFile,
  { fabric }: Fabric,
  row: Pick<Row, 'count' | 'model'> & Partial<Row>,
  path: Path,
  before: number,
  groups: Groups,
  problems: FileProblem[],
): MemberRow[] {
  const model = String(row.model);
  const cores = row.cores ?? MODEL_CORES[model];
  if (cores === undefined) {
    problems.push(
      yaml.problem(
        [...path, 'model'],
        `The cores of model ${model} are not known here.`,
        `Add 'cores', or use one of: ${Object.keys(MODEL_CORES).join(', ')}.`,
      ),
    );
  }
  const { count, serials = [] } = row;
  if (serials.length > count) {
    problems.push(
      yaml.problem(
        [...path, 'serials'],
        `There are ${serials.length} serial numbers for ${count} appliances.`,
        "Take some away, or raise 'count'.",
      ),
    );
  }
  return Array.from({ length: count }, (_, i) => {
    const id = `1_${String(before + i + 1).padStart(2, '0')}`;
    const group = groups.get(id);
    return {
      id,
      serial: serials[i] ?? serialNumber(fabric, id, 0),
      model,
      cores: cores ?? 1,
      weight: row.weight ?? cores ?? 1,
      ...(group === undefined ? {} : { group }),
    };
  });
}

/** No two appliances have one serial number. */
export function checkSerials(yaml: YamlFile, fabric: Fabric, name: string, problems: FileProblem[]): void {
  const { members } = fabric.securityGroups[name]!;
  const rows = [
    ...(typeof members === 'number'
      ? []
      : members.map((row, i) => ({ row, path: ['securityGroups', name, 'members', i] }))),
    ...fabric.spares.map((row, i) => ({ row, path: ['spares', i] })),
  ];
  const seen = new Set<string>();
  for (const { row, path } of rows) {
    for (const [i, serial] of (row.serials ?? []).entries()) {
      if (seen.has(serial)) {
        problems.push(
          yaml.problem(
            [...path, 'serials', i],
            `Serial number ${serial} is there twice.`,
            'Give each appliance its own.',
          ),
        );
      }
      seen.add(serial);
    }
  }
}
