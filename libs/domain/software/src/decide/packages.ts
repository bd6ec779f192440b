import type { SoftwareEvent } from '../events.js';
import type { PackageFile, Software } from '../catalogue/index.js';
import { softwareAfter, whatIsWrongWith } from '../catalogue/index.js';
import type { ImportPackage, InstallPackage, UninstallPackage, VerifyPackage } from '../inputs.js';
import type { Appliance, SoftwareState } from '../state.js';
import { sameSoftware } from '../state.js';
import { Draft } from './draft.js';
import { beginWork, whyNoWork } from './work.js';

/** A package that is there already keeps its number. */
export function importPackage(state: SoftwareState, input: ImportPackage): readonly SoftwareEvent[] {
  const draft = new Draft(state);
  const { file, kind, release, take, jumboTake } = input;
  const known = state.packages.findIndex((p) => p.file === file);
  if (known >= 0) {
    const reason = `${file} is imported already, as package ${known + 1}`;
    draft.emit({ type: 'SoftwareIgnored', command: 'import', appliance: '', reason });
  } else {
    const inside = jumboTake === undefined ? {} : { jumboTake };
    const number = state.packages.length + 1;
    draft.emit({ type: 'PackageImported', package: number, file, kind, release, take, ...inside });
  }
  return draft.events;
}

export function verifyPackage(state: SoftwareState, input: VerifyPackage): readonly SoftwareEvent[] {
  const draft = new Draft(state);
  const found = packageOf(draft, 'verify', input.package);
  if (found === undefined) return draft.events;
  draft.forEach('verify', input.appliances, (appliance) => {
    const reason = whatIsWrongWith(found, appliance.boots);
    if (reason === undefined) {
      draft.emit({ type: 'PackageVerified', package: input.package, appliance: appliance.id });
    }
    return reason;
  });
  return draft.events;
}

/** Each appliance by itself: what speaks against one does not keep the others. */
export function installPackage(state: SoftwareState, input: InstallPackage): readonly SoftwareEvent[] {
  const draft = new Draft(state);
  const found = packageOf(draft, input.as, input.package);
  if (found === undefined) return draft.events;
  const isUpgrade = found.kind === 'upgrade';
  draft.forEach(input.as, input.appliances, (appliance) => {
    if (isUpgrade !== (input.as === 'upgrade')) {
      const right = isUpgrade ? 'upgrade' : 'install';
      return `package ${input.package} is ${isUpgrade ? 'a release' : `a ${found.kind}`}: say installer ${right}`;
    }
    const reason = whyNoWork(appliance) ?? whatIsWrongWith(found, appliance.boots);
    if (reason !== undefined) return reason;
    if (isUpgrade) keepImage(draft, appliance);
    return beginWork(draft, appliance, {
      kind: input.as,
      package: input.package,
      to: softwareAfter(found, appliance.boots),
      smo: '',
    });
  });
  return draft.events;
}

export function uninstallPackage(state: SoftwareState, input: UninstallPackage): readonly SoftwareEvent[] {
  const draft = new Draft(state);
  const found = packageOf(draft, 'uninstall', input.package);
  if (found === undefined) return draft.events;
  draft.forEach('uninstall', input.appliances, (appliance) => {
    const to = appliance.before.at(-1);
    const reason = whyNoWork(appliance) ?? whyNotUninstall(input.package, found, appliance, to);
    if (reason !== undefined || to === undefined) return reason;
    return beginWork(draft, appliance, { kind: 'uninstall', package: input.package, to, smo: '' });
  });
  return draft.events;
}

function whyNotUninstall(
  number: number,
  { kind, release, take }: PackageFile,
  { boots }: Appliance,
  before: Software | undefined,
): string | undefined {
  if (kind === 'upgrade') return `package ${number} is a release: revert to a snapshot instead`;
  const isThere = boots.release === release && boots.take === take;
  // A hotfix leaves release and take as they were: that is how one tells what came last.
  const isLast = before !== undefined && sameSoftware(before, boots) === (kind === 'hotfix');
  if (isThere && isLast) return undefined;
  return `package ${number} is not what was installed here last`;
}

/** The image a new release replaces stays on disk, to go back to. */
function keepImage(draft: Draft, { id, boots }: Appliance): void {
  draft.emit({
    type: 'SnapshotTaken',
    appliance: id,
    name: imageBefore(boots),
    of: 'image',
    software: boots,
  });
}

/** Name of the snapshot that is taken of the software an upgrade replaces. */
export function imageBefore({ release, take }: Software): string {
  return `before_upgrade_of_${release}_T${take}`;
}

function packageOf(draft: Draft, command: string, number: number): PackageFile | undefined {
  const found = draft.state.packages[number - 1];
  if (found === undefined) {
    const count = draft.state.packages.length;
    const reason = `there is no package ${number}: ${count === 0 ? 'none is imported' : `imported are 1 to ${count}`}`;
    draft.emit({ type: 'SoftwareRefused', command, appliance: '', reason });
  }
  return found;
}
