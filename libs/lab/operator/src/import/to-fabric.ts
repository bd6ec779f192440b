import { counted } from '@rehearsal/lab-port/plain-words';
import { ImportError, type Finding, type Imported, type ImportedMember } from './findings.js';

/** A fabric file made of pastes, and an account of where each line of it comes from. */
export interface FabricDraft {
  readonly yaml: string;
  /** `5 members (stat.txt:12)` */
  readonly took: readonly string[];
  readonly assumed: readonly string[];
  /** What was there and has no place in a fabric file. */
  readonly left: readonly string[];
}

const placeOf = ({ file, line }: Finding<unknown>): string => `${file}:${line}`;

/** What several pastes say of one thing must agree. */
function agreed<T>(
  name: string,
  found: readonly (Finding<T> | undefined)[],
  text: (value: T) => string = String,
): Finding<T> | undefined {
  const said = found.filter((f) => f !== undefined);
  const [first] = said;
  const other = said.find((f) => first !== undefined && text(f.value) !== text(first.value));
  if (first !== undefined && other !== undefined) {
    throw new ImportError(
      other.file,
      other.line,
      `The ${name} is ${text(other.value)} here, and ${text(first.value)} in ${placeOf(first)}.`,
      'Paste outputs of one system, taken at one time.',
    );
  }
  return first;
}

interface Model {
  readonly model: string;
  readonly isSaid: boolean;
}

/**
 * Makes a fabric file of what was read.
 * @param name of the lab; default: the group's own name
 * @param models that the fabric file knows, with their cores
 * @throws ImportError where pastes contradict one another, or a fabric file cannot hold what they say
 */
export function draftFabric(
  pastes: readonly Imported[],
  models: Readonly<Record<string, number>>,
  name?: string,
): FabricDraft {
  const took: string[] = [];
  const assumed: string[] = [];
  const release = agreed(
    'release',
    pastes.map((p) => p.release),
  );
  const take = agreed(
    'jumbo take',
    pastes.map((p) => p.take),
  );
  const address = agreed(
    'address',
    pastes.map((p) => p.address),
  );
  const groupName = agreed(
    'name',
    pastes.map((p) => p.name),
  );
  const orchestrators = agreed(
    'number of orchestrators',
    pastes.map((p) => p.orchestrators),
  );
  const sites = pastes.map((p) => p.sites).find((s) => s !== undefined && s.value > 1);
  const members = membersOf(pastes);
  if (members === undefined) {
    throw new ImportError(
      pastes[0]?.left[0]?.file ?? release?.file ?? take?.file ?? '-',
      1,
      'Nothing here says how many members there are.',
      'Add the output of asg stat -v, or of show maestro security-group.',
    );
  }
  const list = onSite(members, sites, assumed);
  took.push(`${counted(list.length, 'member')} (${placeOf(list[0]!)})`);
  const rows = rowsOf(list, models, took, assumed);

  const say = <T>(what: string, found: Finding<T> | undefined, otherwise: T): T => {
    if (found === undefined) assumed.push(`${what} ${String(otherwise)}`);
    else took.push(`${what} ${String(found.value)} (${placeOf(found)})`);
    return found?.value ?? otherwise;
  };
  const group = groupNameOf(groupName, took, assumed);
  const shownRelease = say('release', release, 'R81.20');
  const shownTake = say('jumbo take', take, 0);
  const shownAddress = say('address of the SMO', address, '198.51.100.10/24');
  const count = orchestratorCount(orchestrators, took, assumed);
  const ports = portsOf(pastes, count, took, assumed);
  assumed.push(
    'interface addresses 10.1.0.1/16 inside and 203.0.113.1/24 outside',
    "a rulebase that accepts everything: add 'policy:' with yours",
    'traffic of 2000 connections and 5000 packets a second',
  );
  const lab = name ?? labName(groupName?.value ?? group);
  const yaml = [
    `fabric: ${lab}`,
    'profile: vendor',
    `orchestrators: ${count}`,
    'securityGroups:',
    `  ${group}:`,
    `    release: ${shownRelease}`,
    `    take: ${shownTake}`,
    `    address: ${shownAddress}`,
    '    members:',
    ...rows.map(
      (r) => `      - {count: ${r.count}, model: "${r.model}"${r.cores === undefined ? '' : `, cores: ${r.cores}`}}`,
    ),
    '    interfaces:',
    `      inside:  {ports: [${ports.inside.join(', ')}], address: 10.1.0.1/16}`,
    `      outside: {ports: [${ports.outside.join(', ')}], address: 203.0.113.1/24}`,
    'traffic:',
    '  connections: 2000',
    '  packetsPerSec: 5000',
    '',
  ].join('\n');
  const left = pastes.flatMap((p) => p.left.map((l) => `${l.value} (${placeOf(l)})`));
  const states = list.filter((m) => m.value.state !== undefined && !/^(ACTIVE$|UP)/.test(m.value.state));
  for (const m of states)
    left.push(`member ${m.value.number} is ${m.value.state} (${placeOf(m)}): a fabric starts with all up`);
  return { yaml, took, assumed, left };
}

/** Members as the paste with most to say of them has them; counts of all must agree. */
function membersOf(pastes: readonly Imported[]): readonly Finding<ImportedMember>[] | undefined {
  const lists = pastes.map((p) => p.members).filter((m) => m !== undefined);
  agreed(
    'number of members',
    lists.map((l) => ({ ...l[0]!, value: l.length })),
  );
  return lists.find((l) => l.some((m) => m.value.model !== undefined)) ?? lists[0];
}

function onSite(
  members: readonly Finding<ImportedMember>[],
  sites: Finding<number> | undefined,
  assumed: string[],
): readonly Finding<ImportedMember>[] {
  if (sites === undefined && members.every((m) => m.value.site === 1)) return members;
  const own = members.filter((m) => m.value.site === 1);
  if (own.length === 0) {
    const first = members[0]!;
    throw new ImportError(
      first.file,
      first.line,
      'It has no members at site 1.',
      'Several sites are not in this version: paste the output of one site.',
    );
  }
  assumed.push('one site of several: members of other sites are left out');
  return own;
}

function rowsOf(
  members: readonly Finding<ImportedMember>[],
  models: Readonly<Record<string, number>>,
  took: string[],
  assumed: string[],
): { readonly count: number; readonly model: string; readonly cores?: number }[] {
  const rows: { count: number; model: string; cores?: number }[] = [];
  const kinds = members.map((m): Model => ({ model: m.value.model ?? '16200', isSaid: m.value.model !== undefined }));
  for (const { model } of kinds) {
    const last = rows[rows.length - 1];
    if (last?.model === model) last.count++;
    else rows.push({ count: 1, model, ...(models[model] === undefined && { cores: 48 }) });
  }
  if (kinds.some((k) => !k.isSaid)) assumed.push('model 16200 with 48 cores where none is named');
  const said = [...new Set(kinds.filter((k) => k.isSaid).map((k) => k.model))];
  if (said.length > 0)
    took.push(
      `${said.length === 1 ? 'model' : 'models'} ${said.join(', ')} (${placeOf(members.find((m) => m.value.model !== undefined)!)})`,
    );
  for (const model of said.filter((m) => models[m] === undefined)) assumed.push(`48 cores for model ${model}`);
  return rows;
}

function groupNameOf(found: Finding<string> | undefined, took: string[], assumed: string[]): string {
  const clean = found?.value.replaceAll(/[^A-Za-z0-9_-]/g, '-').slice(0, 31);
  if (found === undefined || clean === undefined || clean === '') {
    assumed.push('name SG1 of the Security Group');
    return 'SG1';
  }
  took.push(`name ${clean} of the Security Group (${placeOf(found)})`);
  return clean;
}

/** Small letters, digits and dashes, beginning with a letter. */
function labName(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 31);
  return name === '' ? 'imported' : name;
}

function orchestratorCount(found: Finding<number> | undefined, took: string[], assumed: string[]): number {
  if (found === undefined) {
    assumed.push('2 orchestrators');
    return 2;
  }
  if (found.value > 2) {
    throw new ImportError(
      found.file,
      found.line,
      `It has ports of orchestrator ${found.value}, and a site has at most 2.`,
      'Several sites are not in this version: leave the ports of one site.',
    );
  }
  took.push(
    `${counted(found.value, 'orchestrator')}, by ${found.value === 1 ? 'its' : 'their'} ports (${placeOf(found)})`,
  );
  return found.value;
}

/** Which ports face inside nobody can tell from their names: they are shared out by turns of port number. */
function portsOf(
  pastes: readonly Imported[],
  orchestrators: number,
  took: string[],
  assumed: string[],
): { readonly inside: readonly string[]; readonly outside: readonly string[] } {
  const found = pastes.flatMap((p) => p.ports ?? []).filter((p) => /^eth\d+-\d{2}$/.test(p.value));
  const numbers = [...new Set(found.map((p) => p.value.split('-')[1]!))].sort();
  if (found.length < 2 || numbers.length < 2) {
    const of = (number: string): string[] => Array.from({ length: orchestrators }, (_, i) => `eth${i + 1}-${number}`);
    const inside = found.length > 0 ? [found[0]!.value] : of('05');
    assumed.push(`ports ${[...inside, ...of('06')].join(', ')}`);
    return { inside, outside: of('06') };
  }
  const half = Math.ceil(numbers.length / 2);
  const of = (which: readonly string[]): string[] =>
    found.map((p) => p.value).filter((port) => which.includes(port.split('-')[1]!));
  took.push(`${found.length} uplink ports (${placeOf(found[0]!)})`);
  const [inside, outside] = [of(numbers.slice(0, half)), of(numbers.slice(half))];
  assumed.push(`that ${inside.join(', ')} face inside, and ${outside.join(', ')} outside`);
  return { inside, outside };
}
