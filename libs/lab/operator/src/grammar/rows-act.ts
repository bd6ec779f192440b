import { adminQuestions, auditLine } from '../layouts/admin-dialogue.js';
import { auditOf } from '../layouts/dialogue.js';
import { lines } from '../text/line.js';
import { afterDialogue } from './ask-first.js';
import type { Act, Answers, Call, CommandRow, Outcome } from './command.js';
import { readMembers } from './member-set.js';
import { MEMBER } from './rows-read.js';

/** Takes members down or up after the audited dialogue; any answer but yes leaves all as it is. */
function admin(call: Call, ids: readonly string[]): Outcome {
  const state = call.places[0] === 'up' ? 'up' : 'down';
  return afterDialogue(call, 'documented', adminQuestions(state, ids), () => ({
    page: [],
    act: adminAct(state, ids, call.answers),
  }));
}

/** What takes members down or up, with who and why in the log. */
export function adminAct(state: 'up' | 'down', ids: readonly string[], answers: Answers): Act {
  const { name, why } = auditOf(answers);
  const args = { state, why, principal: { name, known: 'asserted' } };
  return { fault: 'admin', members: ids, args, after: auditLine(state, ids, answers) };
}

const UP_DOWN = { name: 'STATE', about: 'up or down', least: 1, most: 1, choices: ['up', 'down'] } as const;
const BLADES = { value: 'IDS', about: 'members: 1_03, 1_01-1_04, 1_01,1_03, all', required: true } as const;

const groupAdmin = (words: string, flag = '-b'): CommandRow => ({
  words,
  usage: `${words} ${flag} IDS {up | down}`,
  about: 'take members down, which drains them first, or let them in again; asks and keeps who and why in the log',
  on: MEMBER,
  effect: 'act',
  basis: 'documented',
  fidelity: 'F-ADMIN-AUDIT',
  options: [{ ...BLADES, flag }],
  places: UP_DOWN,
  asks: true,
  handle: (call) =>
    admin(
      call,
      readMembers(
        call.options[flag] ?? '',
        call.view.members.map((m) => m.id),
      ),
    ),
});

const stops = (fault: 'cpstop' | 'cpstart', about: string): CommandRow => ({
  words: fault,
  about,
  on: MEMBER,
  effect: 'act',
  basis: 'documented',
  fidelity: 'F-CPSTOP',
  options: [],
  handle: ({ here }): Outcome => {
    const word = fault === 'cpstop' ? 'stopped' : 'started';
    return { page: [], act: { fault, members: [here], args: {}, after: lines('field', `${here}: services ${word}`) } };
  },
});

export const ACT_ROWS: readonly CommandRow[] = [
  groupAdmin('g_clusterXL_admin'),
  groupAdmin('asg sgm_admin'),
  groupAdmin('set cluster members-admin-state', 'ids'),
  {
    words: 'clusterXL_admin',
    usage: 'clusterXL_admin {up | down}',
    about: 'the same for the member it is typed at',
    on: MEMBER,
    effect: 'act',
    basis: 'documented',
    fidelity: 'F-ADMIN-AUDIT',
    options: [],
    places: UP_DOWN,
    asks: true,
    handle: (call) => admin(call, [call.here]),
  },
  stops('cpstop', "stop this member's services: it leaves at once and says so"),
  stops('cpstart', 'start them again: it joins anew'),
];
