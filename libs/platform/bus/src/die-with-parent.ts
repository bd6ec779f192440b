import { existsSync } from 'node:fs';

const SETPRIV = '/usr/bin/setpriv';

/**
 * The same command, made to end (SIGKILL, which also ends a stopped process) with whoever starts it, so that
 * a lab that is killed leaves nothing running. The process keeps its number: setpriv becomes the command.
 * Where util-linux has no setpriv the command is returned as it is.
 */
export function dieWithParent(command: string, args: readonly string[]): { command: string; args: string[] } {
  if (!existsSync(SETPRIV)) return { command, args: [...args] };
  return { command: SETPRIV, args: ['--pdeathsig', 'KILL', command, ...args] };
}
