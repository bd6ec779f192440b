import { nearestName } from '@rehearsal/kernel/nearest-name';
import { LabError } from '@rehearsal/lab-port/lab-error';
import type { PackagePlan } from '@rehearsal/lab-port';
import type { PackageFile } from '@rehearsal/software';
import type { SoftwareView } from '../view/fabric-view.js';
import type { Call, SoftwareOrder } from './command.js';
import { readMembers } from './member-set.js';

/** What is installed where. @throws LabError (bad input) where nothing can be */
export function softwareOf({ view }: Call): SoftwareView {
  if (view.software !== undefined) return view.software;
  throw new LabError(
    'bad-input',
    'Nothing can be installed in this fabric.',
    'Name what may be installed under packages in the fabric file.',
  );
}

/** Who gave the command, and why where that was said. */
export function saidBy({ fullName, why }: Call['answers']): {
  readonly principal: SoftwareOrder['principal'];
  readonly why?: string;
} {
  const name = fullName === undefined || fullName === '' ? 'operator' : fullName;
  return { principal: { name, known: 'asserted' }, ...(why !== undefined && why !== '' && { why: why.slice(0, 200) }) };
}

/** A package that was imported, and its number. */
export interface NumberedPackage {
  readonly number: number;
  readonly file: PackageFile;
}

/** By its number or by its file, with or without the folder. @throws LabError (bad input) */
export function importedPackage(call: Call, word: string): NumberedPackage {
  const { packages } = softwareOf(call);
  const number = /^\d+$/.test(word) ? Number(word) : packages.findIndex((p) => p.file === fileOf(word)) + 1;
  const file = packages[number - 1];
  if (file !== undefined) return { number, file };
  const known =
    packages.length === 0
      ? 'none is imported'
      : `imported are ${packages.map((p, i) => `${i + 1} ${p.file}`).join(', ')}`;
  throw new LabError(
    'bad-input',
    `There is no package ${word}: ${known}.`,
    'Import it first: installer import local PATH.',
  );
}

/** One that the fabric file names. @throws LabError (bad input) naming the nearest */
export function availablePackage(call: Call, path: string): PackagePlan {
  const { available } = softwareOf(call);
  const file = fileOf(path);
  const found = available.find((p) => p.file === file);
  if (found !== undefined) return found;
  const near = nearestName(
    file,
    available.map((p) => p.file),
  );
  throw new LabError(
    'bad-input',
    `There is no file ${path}.`,
    `${near === undefined ? '' : `Did you mean '${near}'? `}Name what may be installed under packages in the fabric file.`,
  );
}

export const fileOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export const memberIds = ({ view }: Call): string[] => view.members.map((m) => m.id);

/**
 * The appliances that `member_ids` names; at an orchestrator the orchestrator itself.
 * @throws LabError (bad input)
 */
export function appliancesOf(call: Call): string[] {
  const named = call.options['member_ids'];
  const isOrchestrator = call.view.orchestrators.some((o) => o.id === call.here);
  if (isOrchestrator && named === undefined) return [call.here];
  if (!isOrchestrator && named !== undefined) return readMembers(named, memberIds(call));
  throw new LabError(
    'bad-input',
    isOrchestrator
      ? `${call.row.words} at an orchestrator is for that one: it takes no member_ids.`
      : `${call.row.words} needs member_ids.`,
    isOrchestrator ? `Type it without.` : `For example: ${call.row.words} 1 member_ids 1_01-1_02.`,
  );
}
