import type { CommandRow } from './command.js';
import { ACT_ROWS } from './rows-act.js';
import { MEMBER_ROWS } from './rows-member.js';
import { ASG_ROWS, MEMBER } from './rows-read.js';

/** `g_all` takes another command with it, so it is carried out apart from its row. */
export const G_ALL: CommandRow = {
  words: 'g_all',
  usage: 'g_all [-a] COMMAND',
  about: 'a command on every member that is up, or on all with -a; equal answers are shown once',
  on: MEMBER,
  effect: 'read',
  basis: 'documented',
  fidelity: 'F-G-ALL',
  options: [{ flag: '-a', about: 'on members that are down as well' }],
  handle: () => ({ page: [] }),
};

/** Every command that is known, in the order of the documentation. */
export const GRAMMAR: readonly CommandRow[] = [...ASG_ROWS, ...MEMBER_ROWS, ...ACT_ROWS, G_ALL];
