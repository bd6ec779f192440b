import type { CommandRow, OptionRow } from './command.js';

const COMMAND: OptionRow = { flag: '-c', value: 'COMMAND', about: 'the command, in quotes' };
const BLADES: OptionRow = { flag: '-b', value: 'IDS', about: 'on these members' };
const ON_ALL: OptionRow = { flag: '-a', about: 'on members that are down as well' };

const SAVED: OptionRow = { flag: '-s', about: 'and save the configuration, which is kept here anyway' };

const wraps = (row: Pick<CommandRow, 'words' | 'usage' | 'about' | 'basis' | 'dialect' | 'options'>): CommandRow => ({
  on: ['member'],
  effect: 'read',
  fidelity: 'F-G-ALL',
  handle: () => ({ page: [] }),
  ...row,
});

/** Those that take another command with them: that one is carried out, where these say. */
export const WRAPPERS: readonly CommandRow[] = [
  wraps({
    words: 'g_all',
    usage: 'g_all [-a | -b IDS] COMMAND',
    about: 'a command on every member that is up, or on all with -a; equal answers are shown once',
    basis: 'documented',
    options: [ON_ALL, BLADES],
  }),
  wraps({
    words: 'gexec',
    usage: "gexec [-a | -b IDS] -c 'COMMAND'",
    about: 'the same',
    basis: 'documented',
    options: [ON_ALL, BLADES, COMMAND],
  }),
  wraps({
    words: 'g_all_sgms',
    usage: "g_all_sgms 'COMMAND'",
    about: 'the same, as engineers write it; not documented by the vendor',
    basis: 'field',
    dialect: 'field',
    options: [],
  }),
  wraps({
    words: 'g_fw',
    usage: 'g_fw COMMAND',
    about: 'fw with these words on every member that is up',
    basis: 'documented',
    options: [],
  }),
  wraps({
    words: 'clish',
    usage: "clish -c 'COMMAND' [-s]",
    about: 'a command of the other shell, at this member',
    basis: 'documented',
    options: [COMMAND, SAVED],
  }),
  wraps({
    words: 'gclish',
    usage: "gclish -c 'COMMAND' [-s]",
    about: 'the same in the shell of the whole group',
    basis: 'recalled',
    options: [COMMAND, SAVED],
  }),
];
