import { afterDialogue } from './ask-first.js';
import type { Call, CommandRow, OptionRow, Outcome, SoftwareOrder } from './command.js';
import {
  appliancesOf,
  availablePackage,
  importedPackage,
  saidBy,
  softwareOf,
  type NumberedPackage,
} from './packages.js';
import { reads } from './rows-read.js';
import { auditOf } from '../layouts/dialogue.js';
import {
  availablePackages,
  importAnswer,
  importedPackages,
  installedPackages,
  installerAnswer,
  installerError,
  installQuestions,
  type InstallerWord,
} from '../layouts/installer.js';

const BOTH = ['member', 'orchestrator'] as const;
const MEMBER_IDS: OptionRow = {
  flag: 'member_ids',
  value: 'IDS',
  about: 'members: 1_03, 1_01-1_04, 1_01,1_03, all; not at an orchestrator, which acts on itself',
};
const PACKAGE = { name: 'N', about: 'number or file of a package that is imported', least: 1, most: 1 } as const;

/** Has a package imported, where it is not yet. */
export function importOrder(call: Call, path: string): SoftwareOrder {
  const plan = availablePackage(call, path);
  const { packages } = softwareOf(call);
  const known = packages.findIndex((p) => p.file === plan.file) + 1;
  return {
    input: { type: 'importPackage', ...plan },
    principal: saidBy(call.answers).principal,
    after: (events) => {
      const imported = events.find((e) => e.type === 'PackageImported');
      return importAnswer(plan.file, imported?.package ?? known, imported !== undefined);
    },
    refused: installerError,
  };
}

/** Has the conductor ask of a package what `word` does with it at these appliances. */
export function packageOrder(
  call: Call,
  word: InstallerWord,
  number: number,
  appliances: readonly string[],
): SoftwareOrder {
  const type = {
    verify: 'verifyPackage',
    install: 'installPackage',
    upgrade: 'installPackage',
    uninstall: 'uninstallPackage',
  }[word];
  const { name, why } = auditOf(call.answers);
  const input = {
    type,
    package: number,
    appliances,
    ...(type === 'installPackage' && { as: word }),
    ...(word !== 'verify' && { why }),
  };
  return {
    input,
    principal: word === 'verify' ? saidBy(call.answers).principal : { name, known: 'asserted' },
    after: (events) => installerAnswer(word, events, call.here),
    refused: installerError,
  };
}

function verify(call: Call): Outcome {
  const { number } = importedPackage(call, call.places[0] ?? '');
  return { page: [], orders: [packageOrder(call, 'verify', number, appliancesOf(call))] };
}

/** Asks and then installs, upgrades or uninstalls. */
export function change(
  call: Call,
  word: Exclude<InstallerWord, 'verify'>,
  { number, file }: NumberedPackage,
  appliances: readonly string[],
): Outcome {
  const questions = installQuestions(word, appliances, file, call.view.group.autoClone);
  return afterDialogue(call, 'recalled', questions, () => ({
    page: [],
    orders: [packageOrder(call, word, number, appliances)],
  }));
}

const changes = (word: Exclude<InstallerWord, 'verify'>, about: string): CommandRow => ({
  words: `installer ${word}`,
  usage: `installer ${word} N member_ids IDS`,
  about,
  on: BOTH,
  effect: 'act',
  basis: 'documented',
  fidelity: 'F-INSTALLER',
  options: [MEMBER_IDS],
  places: PACKAGE,
  asks: true,
  handle: (call) => change(call, word, importedPackage(call, call.places[0] ?? ''), appliancesOf(call)),
});

const lists = (which: string, about: string): Pick<CommandRow, 'words' | 'about' | 'on' | 'basis' | 'fidelity'> => ({
  words: `show installer packages ${which}`,
  about,
  on: BOTH,
  basis: 'recalled',
  fidelity: 'F-INSTALLER',
});

export const INSTALLER_ROWS: readonly CommandRow[] = [
  {
    words: 'installer import local',
    about: 'have a package that the fabric file names read in, and given a number',
    on: BOTH,
    effect: 'act',
    basis: 'documented',
    fidelity: 'F-INSTALLER',
    options: [],
    places: { name: 'PATH', about: 'where it lies; its folder makes no difference here', least: 1, most: 1 },
    handle: (call) => ({ page: [], orders: [importOrder(call, call.places[0] ?? '')] }),
  },
  reads(lists('imported', 'packages that were imported, with their numbers'), ({ view }) =>
    importedPackages(view.software),
  ),
  reads(lists('installed', 'what each member runs, and what is being done about it'), ({ view }) =>
    installedPackages(view),
  ),
  reads(lists('available-local', 'packages that the fabric file names and nobody has imported'), ({ view }) =>
    availablePackages(view.software),
  ),
  {
    words: 'installer verify',
    usage: 'installer verify N member_ids IDS',
    about: 'whether a package goes onto these members',
    on: BOTH,
    effect: 'act',
    basis: 'documented',
    fidelity: 'F-INSTALLER',
    options: [MEMBER_IDS],
    places: PACKAGE,
    handle: verify,
  },
  changes('install', 'install a jumbo or a hotfix; each of these members reboots when it is done'),
  changes('upgrade', 'upgrade to another release; each of these members reboots when it is done'),
  changes('uninstall', 'remove the jumbo that was installed last; each of these members reboots when it is done'),
];
