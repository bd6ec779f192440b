import { LabError } from '@rehearsal/lab-port/lab-error';
import { RELEASE_NAMES } from '@rehearsal/software/fold';
import { verifyUpgrade } from '../layouts/upgrade-words.js';
import { lines, type Line } from '../text/line.js';
import type { Call, CommandRow, OptionRow, Outcome } from './command.js';
import { readMembers } from './member-set.js';
import { availablePackage, memberIds, softwareOf } from './packages.js';
import { adminAct } from './rows-act.js';
import { importOrder, packageOrder } from './rows-installer.js';
import { keepOrder } from './rows-machine.js';
import { MEMBER, reads } from './rows-read.js';

const UNDOCUMENTED = 'not documented by the vendor';
const FIELD = { on: MEMBER, effect: 'act', basis: 'field', dialect: 'field', fidelity: 'F-FIELD-INSTALL' } as const;
const GROUP: OptionRow = {
  flag: '-target_group',
  value: 'GROUP',
  about: 'upgrade group of the fabric file, as A or B',
  required: true,
};

/** Members of an upgrade group. @throws LabError (bad input) where the fabric file does not say which */
function groupOf({ view, options }: Call): string[] {
  const name = options['-target_group'] ?? '';
  const members = view.members.filter((m) => m.upgradeGroup === name).map((m) => m.id);
  if (members.length > 0) return members;
  throw new LabError(
    'bad-input',
    `Upgrade group ${name} is not bound to members.`,
    `Name them in the fabric file under securityGroups.${view.group.name}.groups.${name}.`,
  );
}

/** The package is imported where it is not yet; without -install it is verified, with it installed. */
function installUpdate(call: Call): Outcome {
  const { packages } = softwareOf(call);
  const members = groupOf(call);
  const word = call.options['-package'] ?? '';
  const path = /^\d+$/.test(word) ? (packages[Number(word) - 1]?.file ?? word) : word;
  const plan = availablePackage(call, path);
  const known = packages.findIndex((p) => p.file === plan.file) + 1;
  const number = known === 0 ? packages.length + 1 : known;
  const installs = plan.kind === 'upgrade' ? 'upgrade' : 'install';
  const then = call.options['-install'] === undefined ? 'verify' : installs;
  return {
    page: [],
    orders: [...(known === 0 ? [importOrder(call, plan.file)] : []), packageOrder(call, then, number, members)],
  };
}

const ofOne = (words: string, state: 'up' | 'down', about: string): CommandRow => ({
  ...FIELD,
  words,
  about: `${about}; ${UNDOCUMENTED}`,
  options: [],
  places: { name: 'ID', about: 'a member, as 1_03', least: 1, most: 1 },
  handle: (call) => ({
    page: [],
    act: adminAct(state, readMembers(call.places[0] ?? '', memberIds(call)), call.answers),
  }),
});

export const FIELD_ROWS: readonly CommandRow[] = [
  {
    ...FIELD,
    words: 'g_install_update',
    usage: 'g_install_update -target_group GROUP -package FILE [-install]',
    about: `import a package and verify it at a group, with -install install it there; ${UNDOCUMENTED}`,
    options: [
      GROUP,
      { flag: '-package', value: 'FILE', about: 'a package that the fabric file names', required: true },
      { flag: '-install', about: 'install it; each of these members reboots when it is done' },
    ],
    handle: installUpdate,
  },
  {
    ...FIELD,
    words: 'g_cpconfig set',
    usage: 'g_cpconfig set {standby | active} -target_group GROUP',
    about: `take the members of a group down, or let them in again; ${UNDOCUMENTED}`,
    options: [GROUP],
    places: { name: 'STATE', about: 'standby or active', least: 1, most: 1, choices: ['standby', 'active'] },
    handle: (call) => ({
      page: [],
      act: adminAct(call.places[0] === 'active' ? 'up' : 'down', groupOf(call), call.answers),
    }),
  },
  ofOne('g_cp_disable_member', 'down', 'take a member down'),
  ofOne('g_cp_enable_member', 'up', 'let a member in again'),
  reads(
    {
      ...FIELD,
      words: 'asg diag verify-upgrade',
      about: `what speaks against an upgrade to a release; ${UNDOCUMENTED}`,
      places: { name: 'RELEASE', about: 'as R82', least: 1, most: 1, choices: RELEASE_NAMES },
    },
    ({ view, places }) => verifyUpgrade(view, places[0] ?? ''),
  ),
  {
    ...FIELD,
    words: 'asg_config_backup',
    usage: 'asg_config_backup -n NAME',
    about: `keep the configuration of all members; ${UNDOCUMENTED}`,
    options: [{ flag: '-n', value: 'NAME', about: 'its name', required: true }],
    handle: (call) => {
      const name = call.options['-n'] ?? '';
      const done = (kept: readonly string[]): readonly Line[] =>
        lines('field', `Configuration of ${kept.join(', ')} is kept as ${name}`);
      return { page: [], orders: [keepOrder(call, 'configuration', name, memberIds(call), done)] };
    },
  },
];
