import {
  applyPipe,
  contextAfter,
  hostOf,
  NO_HOPS,
  splitLine,
  type HostTarget,
  type ShellCommand,
} from '@rehearsal/runbook';

/** One command of a line, with what its output is put through. */
export interface TypedCommand {
  readonly command: ShellCommand;
  readonly pipes: readonly ShellCommand[];
}

/** A line in its commands. @throws LabError (bad input) for what a shell would work out and this one does not */
export function typedCommands(line: string): readonly TypedCommand[] {
  const typed: { command: ShellCommand; pipes: ShellCommand[] }[] = [];
  for (const command of splitLine(line)) {
    if (command.joiner === 'pipe') typed.at(-1)!.pipes.push(command);
    else typed.push({ command, pipes: [] });
  }
  return typed;
}

/** Whether a command is typed, by what became of the one before it. */
export const isDue = ({ joiner }: Pick<ShellCommand, 'joiner'>, failed: boolean): boolean =>
  joiner === 'and' ? !failed : joiner === 'or' ? failed : true;

/** What is left of an output. @throws LabError (bad input) for a command that nothing goes through here */
export function piped(output: string, pipes: readonly ShellCommand[]): string {
  if (pipes.length === 0) return output;
  const lines = pipes.reduce<readonly string[]>(
    (rest, { words }) => applyPipe(rest, words),
    output.replace(/\n$/, '').split('\n'),
  );
  return lines.map((text) => `${text}\n`).join('');
}

/** Where words lead: to another machine, with a command or to stay there, or to another shell of the same one. */
export type Way =
  | { readonly to: 'host'; readonly host: string; readonly target: HostTarget | undefined; readonly command: string }
  | { readonly to: 'shell' }
  | { readonly to: 'back' };

export function wayOf({ words }: ShellCommand): Way | undefined {
  if (words[0] === 'exit' || words[0] === 'logout') return { to: 'back' };
  const there = hostOf(words);
  if (there !== undefined) return { ...there, to: 'host', command: there.command.join(' ') };
  return contextAfter(NO_HOPS, words)[0]?.via === 'shell' ? { to: 'shell' } : undefined;
}
