import { clusterOverview } from '../layouts/cluster-overview.js';
import { fwStat, policyVerify } from '../layouts/policy-verify.js';
import {
  mvcState,
  spUpgradeDone,
  spUpgradeError,
  spUpgradeQuestions,
  whyNotHere,
  type Direction,
} from '../layouts/upgrade-words.js';
import { rankOf } from '@rehearsal/software/fold';
import { auditOf } from '../layouts/dialogue.js';
import { imageSums, versionAll } from '../layouts/versions.js';
import { lines } from '../text/line.js';
import { afterDialogue } from './ask-first.js';
import type { Act, Call, CommandRow, Outcome } from './command.js';
import { saidBy, softwareOf } from './packages.js';
import { adminAct } from './rows-act.js';
import { BOTH, MEMBER, reads } from './rows-read.js';

/**
 * Whose turn it is, and who was taken down for the upgrade: they are let in, since that is what their turn means.
 * Without it a group that was taken down as procedures have it would leave the others to go with nobody to take over.
 */
function turnOf({ view, answers }: Call, direction: Direction): Act | undefined {
  const newest = Math.max(...view.members.map((m) => rankOf(m.release)));
  const theirs = view.members.filter((m) => {
    const isUpgraded = rankOf(m.release) === newest;
    return direction === 'continue' || isUpgraded === (direction === 'switch');
  });
  const taken = theirs.filter((m) => m.admin === 'down').map((m) => m.id);
  return taken.length === 0 ? undefined : adminAct('up', taken, answers);
}

/** Typed at a member that is upgraded; each of its three forms asks first. */
function spUpgrade(call: Call): Outcome {
  softwareOf(call);
  const { options, view, here, answers } = call;
  const direction: Direction =
    options['--continue'] !== undefined ? 'continue' : options['--revert'] !== undefined ? 'revert' : 'switch';
  const reason = whyNotHere(view, here);
  if (reason !== undefined) return { page: spUpgradeError(reason), failed: true };
  const { name, why } = auditOf(answers);
  const turn = turnOf(call, direction);
  return afterDialogue(call, 'recalled', spUpgradeQuestions(direction), () => ({
    page: [],
    ...(turn !== undefined && { act: turn }),
    orders: [
      {
        input: { type: 'directUpgrade', direction, why },
        principal: { name, known: 'asserted' },
        after: (events) =>
          spUpgradeDone(
            direction,
            events.flatMap((e) => (e.type === 'UpgradeDirected' ? e.held : [])),
          ),
        refused: spUpgradeError,
      },
    ],
  }));
}

/** Whether this member may serve beside others of an older release. */
function setMvc(call: Call): Outcome {
  softwareOf(call);
  const { here, places, row, answers } = call;
  return {
    page: [],
    orders: [
      {
        input: { type: 'setMvc', appliances: [here], state: places[0] },
        principal: saidBy(answers).principal,
        after: () => [],
        refused: (reason) => lines('field', `${row.words}: ${reason}`),
      },
    ],
  };
}

const mvcRow = (words: string): CommandRow => ({
  words,
  about: 'let this member serve beside members of an older release, or not',
  on: MEMBER,
  effect: 'act',
  basis: 'documented',
  fidelity: 'F-MVC-COMMANDS',
  options: [],
  places: { name: 'STATE', about: 'on or off', least: 1, most: 1, choices: ['on', 'off'] },
  handle: setMvc,
});

const mvcShown = (words: string): CommandRow =>
  reads(
    {
      words,
      about: 'whether this member may serve beside members of an older release',
      on: MEMBER,
      basis: 'documented',
      fidelity: 'F-MVC-COMMANDS',
    },
    ({ view, here }) => mvcState(view, here),
  );

const overview = (words: string, about: string): CommandRow => ({
  ...reads(
    { words, about, on: MEMBER, basis: 'field', fidelity: 'F-CLUSTER-OVERVIEW', lacks: "the vendor's layout" },
    ({ view, here }) => clusterOverview(view, here),
  ),
  ...(words.endsWith('live') && { again: true }),
});

const verifiesPolicy = (words: string): CommandRow =>
  reads(
    {
      words,
      about: 'whether all members have the policy of the SMO',
      on: MEMBER,
      basis: 'recalled',
      fidelity: 'F-POLICY-VERIFY',
      lacks: 'the name of the policy',
    },
    ({ view }) => policyVerify(view),
  );

export const UPGRADE_ROWS: readonly CommandRow[] = [
  mvcRow('cphaconf mvc'),
  mvcRow('set cluster member mvc'),
  mvcShown('cphaprob mvc'),
  mvcShown('show cluster members mvc'),
  {
    words: 'sp_upgrade',
    usage: 'sp_upgrade [--continue | --revert]',
    about:
      'upgraded members take over from the others, let in again where they were taken down; --continue ends the upgrade, --revert undoes it',
    on: MEMBER,
    effect: 'act',
    basis: 'recalled',
    fidelity: 'F-SP-UPGRADE',
    options: [
      { flag: '--continue', about: 'the upgrade is over' },
      { flag: '--revert', about: 'the others take over again, and upgraded members go back' },
    ],
    asks: true,
    handle: spUpgrade,
  },
  reads(
    {
      words: 'show smo image md5sum',
      about: 'a sum over what each member runs; those that run the same have the same',
      on: MEMBER,
      basis: 'recalled',
      fidelity: 'F-IMAGE-HASH',
    },
    ({ view }) => imageSums(view),
  ),
  overview('show cluster info overview', 'members, their states, and what each of them runs'),
  overview('show cluster info overview live', 'the same, again each second until q or Ctrl-C; once without a terminal'),
  reads(
    {
      words: 'show version all',
      about: 'the release of this machine',
      on: BOTH,
      basis: 'recalled',
      fidelity: 'F-CPINFO',
      lacks: 'builds',
    },
    ({ view, here }) => versionAll(view, here),
  ),
  verifiesPolicy('asg_policy verify'),
  verifiesPolicy('asg policy verify'),
  reads(
    {
      words: 'fw stat',
      about: 'the policy of this member, and on which interfaces',
      on: MEMBER,
      basis: 'documented',
      fidelity: 'F-FW-STAT',
      lacks: 'the name of the policy',
    },
    ({ view, here }) => fwStat(view, here),
  ),
];
