import type { PackageFile, SoftwareEvent } from '@rehearsal/software';
import { softwareText } from '@rehearsal/software/fold';
import { columns } from '../text/box.js';
import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import type { FabricView, SoftwareView } from '../view/fabric-view.js';
import { framed } from './g-all.js';
import { auditQuestions, type Question } from './dialogue.js';

/** What `installer` does with a package at members. */
export type InstallerWord = 'verify' | 'install' | 'upgrade' | 'uninstall';

const WIDTH = 79;
const KINDS = { jumbo: 'Jumbo', hotfix: 'Hotfix', upgrade: 'Major Version' } as const;
/** Columns of a list of packages. */
const [NAME_AT, TYPE_AT, STATUS_AT] = [5, 70, 85];

/** The head over a list of packages. */
function heading(title: string): string[] {
  const inner = WIDTH - 6;
  const left = Math.floor((inner - title.length) / 2);
  const rule = `** ${'*'.repeat(inner)} **`;
  return [rule, `** ${`${' '.repeat(left)}${title}`.padEnd(inner)} **`, rule];
}

const row = (number: string, name: string, type: string, status: string): string =>
  columns([
    [0, number],
    [NAME_AT, name],
    [TYPE_AT, type],
    [STATUS_AT, status],
  ]);

/** `show installer packages imported`: numbered as `installer verify` and `installer install` take them. */
export function importedPackages(software: SoftwareView | undefined): Line[] {
  const packages = software?.packages ?? [];
  return list(
    'Imported Packages',
    packages.map((p, i) => row(String(i + 1), p.file, KINDS[p.kind], 'Imported')),
  );
}

/** `show installer packages available-local`: files that the fabric file names, and that are not imported yet. */
export function availablePackages(software: SoftwareView | undefined): Line[] {
  const imported = (software?.packages ?? []).map((p) => p.file);
  const left = (software?.available ?? []).filter((p) => !imported.includes(p.file));
  return list(
    'Available Packages',
    left.map((p) => row('', `/var/log/${p.file}`, KINDS[p.kind], 'Available')),
  );
}

function list(title: string, rows: readonly string[]): Line[] {
  const body = rows.length === 0 ? ['No packages'] : [row('Num', 'Display name', 'Type', 'Status'), ...rows];
  return lines('recalled', ...heading(title), ...body);
}

/** `show installer packages installed`: what each member runs, and what it is doing about it. */
export function installedPackages(view: FabricView): Line[] {
  return framed(
    view.members.map(({ id, release, take }) => {
      const jumbo =
        take === 0 ? [] : [row('', `${release} Jumbo Hotfix Accumulator (Take ${take})`, KINDS.jumbo, 'Installed')];
      const work = view.software?.appliances.find((a) => a.id === id)?.work ?? null;
      const under = work === null ? [] : [row('', softwareText(work.to), work.kind, 'In progress')];
      const rows = [row('', release, KINDS.upgrade, 'Installed'), ...jumbo, ...under];
      return { member: id, page: list('Installed Packages', rows) };
    }),
  );
}

/** `installer import local PATH` */
export function importAnswer(file: string, number: number, isNew: boolean): Line[] {
  return lines(
    'recalled',
    'Preparing package for import. This operation might take a few moments',
    'Note: The selected package will be copied into CPUSE repository',
    isNew ? `Info: Import of package ${file} completed` : `Info: Package ${file} is imported already`,
    `Info: Package number: ${number}`,
  );
}

/** What is asked before members change their software and reboot. */
export function installQuestions(
  word: Exclude<InstallerWord, 'verify'>,
  ids: readonly string[],
  { file }: PackageFile,
  autoClone: 'on' | 'off',
): readonly Question[] {
  const goOn = 'Do you want to continue? ([y]es / [n]o) ';
  const clone =
    autoClone === 'off'
      ? 'Image auto-clone is off: members that join later do not take this package from the SMO.'
      : 'Warning: image auto-clone is on: members that reboot take the image of the SMO, and lose this package again.';
  return [
    { text: `The machines (${ids.join(',')}) will automatically reboot after ${word}.\n${goOn}`, wants: 'y' },
    { text: `${clone}\n${goOn}`, wants: 'y' },
    { text: `You are about to ${word} ${file} on blades: ${ids.join(',')}\nProceed? ([y]es / [n]o) `, wants: 'y' },
    ...auditQuestions(`installer ${word}`),
  ];
}

/** The table of members, as far as anything was decided for them. */
export function installerAnswer(word: InstallerWord, events: readonly SoftwareEvent[], here: string): Line[] {
  const rows = events.flatMap((event): [string, string][] => {
    switch (event.type) {
      case 'PackageVerified':
        return [[event.appliance, 'Installation is allowed']];
      case 'WorkBegun':
        return [[event.appliance, `${event.kind} is initiated`]];
      case 'SoftwareRefused':
        return [[event.appliance, event.reason]];
      default:
        return [];
    }
  });
  return [
    ...memberTable(rows.map(([id, status]) => [id === here ? `${id} (local)` : id, status])),
    ...(word === 'verify' || !events.some((e) => e.type === 'WorkBegun')
      ? []
      : lines('field', 'Members reboot as each of them is done; asg stat -v says when they serve again.')),
  ];
}

/** A refusal as the tool prints an error: a row for each member where each has a reason of its own. */
export function installerError(reason: string): Line[] {
  const rows = reason.split(/; (?=\d+_\d+\b)/).map((part) => /^(\d+_\d+):? (.+)$/.exec(part));
  if (rows.some((row) => row === null)) return lines('recalled', 'Update Service Engine', `Error: ${reason}`);
  return memberTable(rows.flatMap((row) => (row === null ? [] : [[row[1] ?? '', row[2] ?? '']])));
}

function memberTable(rows: readonly (readonly [string, string])[]): Line[] {
  const [left, right] = [0, 1].map((i) => Math.max(12, ...rows.map((r) => r[i]?.length ?? 0))) as [number, number];
  const rule = `+${'-'.repeat(left)}+${'-'.repeat(right)}+`;
  const line = (id: string, status: string): string => `|${id.padEnd(left)}|${status.padEnd(right)}|`;
  return lines(
    'recalled',
    'Update Service Engine',
    rule,
    line('Member ID', 'Status'),
    rule,
    ...(rows.length === 0 ? [line(NOT_AVAILABLE, 'nothing to do')] : rows.map(([id, status]) => line(id, status))),
    rule,
  );
}
