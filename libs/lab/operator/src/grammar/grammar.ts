import type { CommandRow } from './command.js';
import { ACT_ROWS } from './rows-act.js';
import { FIELD_ROWS } from './rows-field.js';
import { INSTALLER_ROWS } from './rows-installer.js';
import { MACHINE_ROWS } from './rows-machine.js';
import { MEMBER_ROWS } from './rows-member.js';
import { ASG_ROWS } from './rows-read.js';
import { UPGRADE_ROWS } from './rows-upgrade.js';
import { WRAPPERS } from './wrappers.js';

/** Every command that is known, in the order of the documentation. */
export const GRAMMAR: readonly CommandRow[] = [
  ...ASG_ROWS,
  ...MEMBER_ROWS,
  ...ACT_ROWS,
  ...INSTALLER_ROWS,
  ...UPGRADE_ROWS,
  ...MACHINE_ROWS,
  ...FIELD_ROWS,
  ...WRAPPERS,
];
