import { readFileSync } from 'node:fs';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import {
  bind,
  readRunbook,
  selectCommands,
  splitLine,
  type LeftOut,
  type Runbook,
  type RunbookCommand,
  type ShellCommand,
} from '@rehearsal/runbook';

/** One command of a runbook as it will be typed, with what its output is put through. */
export interface PlannedCommand {
  readonly from: RunbookCommand;
  readonly command: ShellCommand;
  readonly pipes: readonly ShellCommand[];
}

export interface ReadPlan {
  readonly runbook: Runbook;
  readonly text: string;
  readonly planned: readonly PlannedCommand[];
  readonly leftOut: readonly LeftOut[];
}

export interface Choices {
  readonly only: readonly string[];
  readonly skip: readonly string[];
  /** `NAME=VALUE` */
  readonly vars: readonly string[];
}

/** Reads a runbook whole before anything of it is typed. @throws LabError (bad input) that names file, line and remedy */
export function planRunbook(path: string, { only, skip, vars }: Choices): ReadPlan {
  const text = readText(path);
  const runbook = readRunbook(text, path);
  const { commands, leftOut } = selectCommands(runbook, { only, skip });
  const bound = boundCommands(path, commands, readVars(vars));
  const planned: PlannedCommand[] = [];
  for (const { command, text: line } of bound) {
    for (const part of splitLine(line, { file: path, line: command.line })) {
      const last = planned.at(-1);
      if (part.joiner === 'pipe' && last !== undefined) {
        planned[planned.length - 1] = { ...last, pipes: [...last.pipes, part] };
      } else planned.push({ from: command, command: part, pipes: [] });
    }
  }
  if (planned.length > 0) return { runbook, text, planned, leftOut };
  const reason = leftOut.length > 0 ? 'all of its commands are left out' : 'no commands were found in it';
  throw new LabError('bad-input', `${path}: ${reason}.`, 'Write them in code blocks, or choose a section with --only.');
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new LabError('bad-input', `Cannot read ${path}: ${reasonOf(error)}.`, 'Name a runbook that is there.');
  }
}

function boundCommands(
  path: string,
  commands: readonly RunbookCommand[],
  vars: Readonly<Record<string, string>>,
): { readonly command: RunbookCommand; readonly text: string }[] {
  const missing = new Map<string, number>();
  const bound = commands.map((command) => {
    const result = bind(command.text, vars);
    if ('text' in result) return { command, text: result.text };
    for (const name of result.missing) if (!missing.has(name)) missing.set(name, command.line);
    return { command, text: command.text };
  });
  const [first] = missing;
  if (first === undefined) return bound;
  const names = [...missing.keys()];
  throw new LabError(
    'bad-input',
    `${path}:${first[1]}: nothing is said for ${names.map((name) => `<${name}>`).join(', ')}.`,
    `Add ${names.map((name) => `--var ${name}=VALUE`).join(' ')}.`,
  );
}

function readVars(vars: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    vars.map((said) => {
      const at = said.indexOf('=');
      if (at > 0) return [said.slice(0, at), said.slice(at + 1)];
      throw new LabError('bad-input', `--var ${said}: expected NAME=VALUE.`, 'For example: --var sgm_id=3.');
    }),
  );
}
