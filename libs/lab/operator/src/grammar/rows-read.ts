import { LabError } from '@rehearsal/lab-port/lab-error';
import { asgConns } from '../layouts/asg-conns.js';
import { diagList, diagPrint, diagVerify, DIAG_TESTS } from '../layouts/asg-diag.js';
import { asgPerf } from '../layouts/asg-perf.js';
import { asgSearch } from '../layouts/asg-search.js';
import { asgStatIds, asgStatProc, asgStatSgmInfo, asgStatTasks } from '../layouts/asg-stat-info.js';
import { asgStat } from '../layouts/asg-stat.js';
import { bladeStats } from '../layouts/blade-stats.js';
import { lines, type Line } from '../text/line.js';
import { longTime } from '../text/time.js';
import { isUp } from '../view/fabric-view.js';
import type { Call, CommandRow, OptionRow, Outcome } from './command.js';
import { readMembers } from './member-set.js';

/** A row that shows something. */
export function reads(
  row: Omit<CommandRow, 'effect' | 'handle' | 'options'> & { readonly options?: readonly OptionRow[] },
  show: (call: Call) => readonly Line[],
): CommandRow {
  return { options: [], ...row, effect: 'read', handle: (call): Outcome => ({ page: show(call) }) };
}

export const MEMBER = ['member'] as const;
export const BOTH = ['member', 'orchestrator'] as const;
const VERBOSE: OptionRow = { flag: '-v', about: 'members and parameters as well' };
const INFO = ['tasks', 'sgm_info', 'proc', 'active_ids', 'all_ids'] as const;

function asgStatOf({ view, here, options }: Call): readonly Line[] {
  switch (options['-i']) {
    case 'tasks':
      return asgStatTasks(view, here);
    case 'sgm_info':
      return asgStatSgmInfo(view, here);
    case 'proc':
      return asgStatProc(view, here);
    case 'active_ids':
    case 'all_ids':
      return asgStatIds(view, options['-i']);
    default:
      return asgStat(view, here, options['-v'] !== undefined);
  }
}

function testIds({ places, row }: Call): number[] {
  return places
    .flatMap((p) => p.split(','))
    .map((text) => {
      const id = Number(text);
      if (Number.isInteger(id) && id >= 1 && id <= DIAG_TESTS.length) return id;
      throw new LabError(
        'bad-input',
        `There is no test '${text}'.`,
        `Tests are 1 to ${DIAG_TESTS.length}: ${row.words.replace('print', 'list')}.`,
      );
    });
}

const NO_BUILD = 'the build number';
const DIAG_LACKS = 'tests of hardware, licences, routing, dumps and the file of the outcome';
const TEST_IDS = { name: 'ID', about: 'numbers of tests', least: 0, most: 99 } as const;

/** The tests by either of their names; `runs` is the word that runs them. */
function diagRows(command: 'asg diag' | 'smo verifiers', runs: string): CommandRow[] {
  const all = { on: MEMBER, basis: 'recalled', fidelity: 'F-ASG-DIAG', lacks: DIAG_LACKS } as const;
  const found = 'what these tests found, or all that failed';
  return [
    reads({ ...all, words: `${command} list`, about: 'the tests there are' }, () => diagList()),
    reads({ ...all, words: `${command} ${runs}`, about: 'run all tests' }, ({ view }) => diagVerify(view, command)),
    reads({ ...all, words: `${command} print`, about: found, places: TEST_IDS }, (call) =>
      diagPrint(call.view, testIds(call)),
    ),
  ];
}

export const ASG_ROWS: readonly CommandRow[] = [
  reads(
    {
      words: 'asg stat',
      about: 'the state of the Security Group, member by member with -v',
      on: MEMBER,
      basis: 'documented',
      fidelity: 'F-ASG-STAT',
      options: [
        VERBOSE,
        {
          flag: '-i',
          value: 'WHAT',
          choices: INFO,
          about: 'one part: tasks is documented, the others are recalled',
          basis: 'recalled',
        },
      ],
      lacks: NO_BUILD,
    },
    asgStatOf,
  ),
  reads(
    {
      words: 'asg monitor',
      about: 'the same, again each second until q or Ctrl-C; once where there is no terminal',
      again: true,
      on: MEMBER,
      basis: 'recalled',
      fidelity: 'F-ASG-MONITOR',
      options: [VERBOSE],
      lacks: NO_BUILD,
    },
    ({ view, here, options }) => [
      ...lines('recalled', longTime(view.atMs)),
      ...asgStat(view, here, options['-v'] !== undefined),
    ],
  ),
  reads(
    {
      words: 'asg perf',
      about: 'throughput, connections and load',
      on: MEMBER,
      basis: 'documented',
      fidelity: 'F-ASG-PERF',
      options: [
        { flag: '-v', about: 'by member as well' },
        { flag: '-p', about: 'by path as well; all packets take the firewall path here' },
      ],
      needs: 'rates',
      lacks: 'acceleration; memory but for what leaks; what was dropped, by second',
    },
    ({ view, options }) => asgPerf(view, options['-v'] !== undefined, options['-p'] !== undefined),
  ),
  reads(
    {
      words: 'asg_conns',
      about: 'connections that each member holds, own and copies',
      on: MEMBER,
      basis: 'documented',
      fidelity: 'F-ASG-CONNS',
      options: [{ flag: '-b', value: 'IDS', about: 'of these members' }],
      lacks: 'the SecureXL table',
    },
    ({ view, options }) => {
      const known = view.members.map((m) => m.id);
      return asgConns(view, options['-b'] === undefined ? known : readMembers(options['-b'], known));
    },
  ),
  reads(
    {
      words: 'asg search',
      usage: 'asg search [SOURCE [PORT [DESTINATION [PORT [PROTOCOL]]]]]',
      about: 'who holds a connection: active, backup, correction; * for any',
      on: MEMBER,
      basis: 'recalled',
      fidelity: 'F-ASG-SEARCH',
      places: { name: 'END', about: 'source, its port, destination, its port, protocol', least: 0, most: 5 },
      needs: 'search',
      lacks: 'the SecureXL table',
    },
    ({ view, found }) => asgSearch(view, found),
  ),
  ...diagRows('asg diag', 'verify'),
  reads(
    {
      words: 'asg diag resume',
      about: 'the table of tests once more; they are run anew, since nothing is kept of the last time',
      on: MEMBER,
      basis: 'recalled',
      fidelity: 'F-ASG-DIAG',
      lacks: DIAG_LACKS,
    },
    ({ view }) => diagVerify(view, 'asg diag'),
  ),
  ...diagRows('smo verifiers', 'run'),
  reads(
    {
      words: 'asg_blade_stats',
      about: 'the run that copies connections to new backups, the present or the last one',
      on: MEMBER,
      basis: 'documented',
      fidelity: 'F-BLADE-STATS',
    },
    ({ view }) => bladeStats(view),
  ),
  reads(
    {
      words: 'asg log audit',
      about: 'who took which member down or up or set what, and why',
      on: MEMBER,
      basis: 'recalled',
      fidelity: 'F-ADMIN-AUDIT',
    },
    ({ view }) =>
      lines(
        'recalled',
        ...(view.audits.length === 0 ? ['No audited commands.'] : []),
        ...view.audits.map(
          (a) => `${longTime(a.atMs)} ${a.what}, User: ${a.by}, Reason: ${a.why === '' ? 'N/A' : a.why}`,
        ),
      ),
  ),
];

/** Members that can be asked for something. */
export const upMembers = ({ view }: Call): string[] => view.members.filter(isUp).map((m) => m.id);
