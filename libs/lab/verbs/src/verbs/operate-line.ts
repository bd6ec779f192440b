import { LabError } from '@rehearsal/lab-port/lab-error';
import { readCommand } from '@rehearsal/operator';
import type { ShellCommand } from '@rehearsal/runbook';
import { isDue, typedCommands, wayOf } from '../live/shell-line.js';
import type { LabAtHand } from '../registry/verb.js';
import { commandWords, operate, roleOf, type Operation, type OperatorOutput } from './operate.js';

/** One command of a line, and where it is typed. */
export interface Placed extends Pick<Operation, 'target' | 'command'> {
  readonly joiner: ShellCommand['joiner'];
}

/**
 * The commands that are given at once: `cpstop; cpstart`, or `ssh sgm3 fw ver`, which is typed there.
 * @throws LabError (bad input) for what leads somewhere to stay
 */
export function placedCommands({ target, command }: Pick<Operation, 'target' | 'command'>): readonly Placed[] {
  const own = { target, command, joiner: 'first' } as const;
  if (command.length > 1) return placed(own, { ...own, words: command, text: '', redirections: [], line: 1 });
  const typed = typedCommands(command[0]!);
  if (typed.length === 0 || typed.some(({ pipes }) => pipes.length > 0)) return [own];
  const isOne = typed.length === 1;
  return typed.flatMap((one) => placed({ ...own, command: isOne ? command : [one.command.text] }, one.command));
}

function placed({ target, command }: Pick<Operation, 'target' | 'command'>, typed: ShellCommand): readonly Placed[] {
  const { joiner } = typed;
  const way = wayOf(typed);
  if (way === undefined || (way.to === 'back' && typed.words.length === 1)) return [{ target, command, joiner }];
  if (way.to !== 'host' || way.command === '') {
    throw new LabError('bad-input', `${typed.words.join(' ')} leads to where one stays.`, 'Use rehearse shell.');
  }
  if (way.target === undefined) {
    throw new LabError('bad-input', `${way.host} is no machine of this fabric.`, 'Say a member as sgm3, or mho1.');
  }
  const { role, id } = way.target;
  const there = { target: role === 'orchestrator' ? ['mho', id] : [id], command: [way.command] };
  return placedCommands(there).map((one, i) => (i === 0 ? { ...one, joiner } : one));
}

/** Carries out what is given at once, one command after the other, as a shell joins them. */
export async function operateLine(at: LabAtHand, given: Operation, bundleFolder: string): Promise<OperatorOutput> {
  const [first, ...others] = placedCommands(given) as [Placed, ...Placed[]];
  // One that is unknown is better said before any other has been carried out.
  for (const { command, target } of others) readCommand(commandWords(command), roleOf(target));
  let out = await operate(at, { ...given, ...first }, bundleFolder);
  for (const one of others) {
    if (!isDue(one, out.failed)) continue;
    const next = await operate(at, { ...given, ...one }, bundleFolder);
    const command = `${out.command}; ${next.command}`;
    out = { ...out, command, lines: [...out.lines, ...next.lines], failed: next.failed, bundle: next.bundle };
  }
  return out;
}
