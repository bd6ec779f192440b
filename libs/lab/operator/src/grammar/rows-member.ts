import { LabError } from '@rehearsal/lab-port/lab-error';
import { DISTRIBUTIONS } from '@rehearsal/security-group/fold';
import { failureBundle } from '../layouts/bundle.js';
import { cphaprobIf } from '../layouts/cphaprob-if.js';
import { cphaprobList, type ListKind } from '../layouts/cphaprob-list.js';
import { cphaprobStat, cphaprobState, showFailover } from '../layouts/cphaprob-state.js';
import { cpstatHa } from '../layouts/cpstat-ha.js';
import { cpview } from '../layouts/cpview.js';
import { modeOf, showDistribution } from '../layouts/distribution.js';
import { lldpctl } from '../layouts/lldp.js';
import { pstat, syncstat } from '../layouts/syncstat.js';
import { cpinfoY, fwVer, jumboTake, jumboTakes } from '../layouts/versions.js';
import { lines } from '../text/line.js';
import type { Call, CommandRow, Outcome } from './command.js';
import { saidBy } from './packages.js';
import { BOTH, MEMBER, reads } from './rows-read.js';

function listKind({ options }: Call): ListKind {
  if (options['-l'] !== undefined) return 'all';
  if (options['-ia'] !== undefined) return 'problems-and-roll-up';
  return options['-i'] !== undefined || options['-e'] !== undefined ? 'problems' : 'default';
}

function failoverCount(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 50) return count;
  throw new LabError(
    'bad-input',
    `-l: expected 1 to 50 failovers, saw '${text}'.`,
    'For example: cphaprob -l 5 show_failover.',
  );
}

/** To say again what is so is no change; another distribution goes to the group, which decides and brings it about. */
function setDistribution({ view, places, here, answers }: Call): Outcome {
  const wanted = places[0] ?? '';
  const { changingTo } = view.group;
  if (changingTo === '' && wanted === modeOf(view)) {
    return { page: lines('field', `Distribution mode is ${wanted} already`) };
  }
  const args = { distribution: wanted, ...saidBy(answers) };
  const after = lines(
    'field',
    `Distribution mode changes to ${wanted}; show distribution configuration says when it has`,
  );
  return { page: [], act: { fault: 'distribution', members: [here], args, after } };
}

/** What the operator wants of auto-clone goes to the log of the group, with who and why where that was said. */
function setAutoClone({ places, here, answers }: Call): Outcome {
  const args = { state: places[0], ...saidBy(answers) };
  return { page: [], act: { fault: 'auto-clone', members: [here], args, after: [] } };
}

/** By the older name and by the one of R82. */
const autoCloneRows = (of: 'smo' | 'cluster configuration'): CommandRow[] => [
  reads(
    {
      words: `show ${of} image auto-clone state`,
      about: 'whether members that boot take their image from the SMO',
      on: MEMBER,
      basis: of === 'smo' ? 'recalled' : 'documented',
      fidelity: 'F-AUTO-CLONE',
    },
    ({ view }) => lines('recalled', `Auto clone is ${view.group.autoClone}`),
  ),
  {
    words: `set ${of} image auto-clone state`,
    about: 'on: whoever boots with another image than the SMO takes that one; kept in the log, with who and why',
    on: MEMBER,
    effect: 'act',
    basis: of === 'smo' ? 'recalled' : 'documented',
    fidelity: 'F-AUTO-CLONE',
    options: [],
    places: { name: 'STATE', about: 'on or off', least: 1, most: 1, choices: ['on', 'off'] },
    handle: setAutoClone,
  },
];

export const MEMBER_ROWS: readonly CommandRow[] = [
  reads(
    {
      words: 'cphaprob state',
      about: 'the members as this one sees them, its last change, the last failover',
      on: MEMBER,
      basis: 'documented',
      fidelity: 'F-CPHAPROB-STATE',
      lacks: 'event codes but for the one that is public',
    },
    ({ view, here }) => cphaprobState(view, here),
  ),
  reads(
    {
      words: 'cphaprob stat',
      about: 'the short form of older releases',
      on: MEMBER,
      basis: 'recalled',
      fidelity: 'F-CPHAPROB-STATE',
    },
    ({ view, here }) => cphaprobStat(view, here),
  ),
  reads(
    {
      words: 'cphaprob list',
      usage: 'cphaprob [-l | -i | -e | -ia] list',
      about: 'critical devices of this member',
      on: MEMBER,
      basis: 'documented',
      fidelity: 'F-CPHAPROB-LIST',
      options: [
        { flag: '-l', about: 'all of them' },
        { flag: '-i', about: 'only those in trouble' },
        { flag: '-e', about: 'the same' },
        { flag: '-ia', about: 'those in trouble, and the roll-up' },
      ],
    },
    (call) => cphaprobList(call.view, call.here, listKind(call)),
  ),
  reads(
    {
      words: 'cphaprob if',
      usage: 'cphaprob -a if',
      about: 'interfaces that the cluster needs',
      on: MEMBER,
      basis: 'recalled',
      fidelity: 'F-CPHAPROB-IF',
      options: [{ flag: '-a', about: 'all of them; there is no other list here' }],
    },
    ({ view, here }) => cphaprobIf(view, here),
  ),
  reads(
    {
      words: 'cphaprob syncstat',
      about: 'delta sync of this member',
      on: MEMBER,
      basis: 'documented',
      fidelity: 'F-SYNCSTAT',
      lacks: 'what is received, retransmission requests, fragments, and queues of receivers',
    },
    ({ view, here }) => syncstat(view, here),
  ),
  reads(
    {
      words: 'cphaprob show_failover',
      usage: 'cphaprob [-l COUNT] show_failover',
      about: 'failovers since the fabric was brought up',
      on: MEMBER,
      basis: 'recalled',
      fidelity: 'F-CPHAPROB-FAILOVER',
      options: [{ flag: '-l', value: 'COUNT', about: 'so many of them, 1 to 50; default 20' }],
      lacks: 'the processor that saw it',
    },
    ({ view, options }) => showFailover(view, failoverCount(options['-l'])),
  ),
  reads(
    {
      words: 'fw ctl pstat',
      about: 'the Sync part of the statistics',
      on: MEMBER,
      basis: 'documented',
      fidelity: 'F-PSTAT',
      lacks: 'everything but Sync; acknowledgements, queues and callbacks',
    },
    ({ view, here }) => pstat(view, here),
  ),
  reads(
    {
      words: 'fw ver',
      about: 'the release',
      on: BOTH,
      basis: 'documented',
      fidelity: 'F-CPINFO',
      options: [{ flag: '-k', about: 'of the kernel as well' }],
      lacks: 'the build number',
    },
    ({ view, here, options }) => fwVer(view, here, options['-k'] !== undefined),
  ),
  reads(
    {
      words: 'cpview',
      about: 'one screen of this member',
      on: MEMBER,
      basis: 'recalled',
      fidelity: 'F-CPVIEW',
      needs: 'rates',
      lacks: 'memory but for what leaks, and all screens but the overview',
    },
    ({ view, here }) => cpview(view, here),
  ),
  {
    words: 'cpinfo',
    usage: 'cpinfo [-y all]',
    about: 'what is installed; without -y a failure bundle as a file: states, audit, last commits, notes',
    on: BOTH,
    effect: 'read',
    basis: 'documented',
    fidelity: 'F-CPINFO',
    options: [{ flag: '-y', value: 'PRODUCT', choices: ['all'], about: 'installed hotfixes' }],
    lacks: "its own build number, and the vendor's file format",
    handle: ({ view, here, options }): Outcome =>
      options['-y'] !== undefined ? { page: cpinfoY(view, here) } : { page: [], bundle: failureBundle(view) },
  },
  reads(
    {
      words: 'installed_jumbo_take',
      about: 'the jumbo hotfix take',
      on: BOTH,
      basis: 'recalled',
      fidelity: 'F-CPINFO',
      options: [{ flag: '-a', about: 'of all members, as engineers write it', basis: 'field' }],
    },
    ({ view, here, options }) => (options['-a'] === undefined ? jumboTake(view, here) : jumboTakes(view)),
  ),
  reads(
    {
      words: 'cpstat ha',
      about: "this member's high availability as a table",
      on: MEMBER,
      basis: 'recalled',
      fidelity: 'F-CPSTAT-HA',
      lacks: 'service pack, version string and protocol version',
    },
    ({ view, here }) => cpstatHa(view, here),
  ),
  reads(
    {
      words: 'show distribution configuration',
      about: 'how traffic is spread',
      on: MEMBER,
      basis: 'recalled',
      fidelity: 'F-DIST-SHOW',
    },
    ({ view }) => showDistribution(view),
  ),
  {
    words: 'set distribution configuration',
    about: 'spreads packets otherwise, with no connection lost; kept in the log, with who and why',
    on: MEMBER,
    effect: 'act',
    basis: 'recalled',
    fidelity: 'F-DIST-CHANGE',
    options: [],
    places: {
      name: 'MODE',
      about: 'the mode',
      least: 1,
      most: 1,
      choices: [...DISTRIBUTIONS.keys()],
    },
    handle: setDistribution,
  },
  ...autoCloneRows('smo'),
  ...autoCloneRows('cluster configuration'),
  reads(
    {
      words: 'ntpq',
      usage: 'ntpq -p',
      about: 'time sources: there are none, since all parts of a fabric share one clock',
      on: BOTH,
      basis: 'documented',
      fidelity: 'F-NTPQ',
      options: [{ flag: '-p', about: 'peers', required: true }],
    },
    () => lines('documented', "No association ID's returned"),
  ),
  ...['lldpctl', 'lldpneighbors'].map((words) =>
    reads(
      {
        words,
        about: 'members that this orchestrator hears',
        on: ['orchestrator'],
        basis: 'field',
        fidelity: 'F-LLDPCTL',
        lacks: 'interfaces, hardware addresses and descriptions of ports',
      },
      ({ view }) => lldpctl(view),
    ),
  ),
];
