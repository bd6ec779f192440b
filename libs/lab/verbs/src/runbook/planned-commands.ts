import { readFileSync } from 'node:fs';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import {
  readRunbook,
  selectCommands,
  type Choice,
  type LeftOut,
  type Runbook,
  type RunbookCommand,
  type ShellCommand,
} from '@rehearsal/runbook';
import { CommandPlanner } from './command-planner.js';

/** One command of a runbook as it will be typed, with what its output is put through. */
export interface PlannedCommand {
  readonly from: RunbookCommand;
  readonly command: ShellCommand;
  readonly pipes: readonly ShellCommand[];
  /** What the output of each member is put through before that, where the command goes to several. */
  readonly pipesOnEach: readonly ShellCommand[];
  /** Nothing of it reaches the fabric, and nothing needs to. */
  readonly passedOver: boolean;
  /** What is done otherwise than a shell would, for the record. */
  readonly notes: readonly string[];
}

export interface ReadPlan {
  readonly runbook: Runbook;
  readonly text: string;
  readonly planned: readonly PlannedCommand[];
  readonly leftOut: readonly LeftOut[];
  readonly choice: Choice;
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
  const planner = new CommandPlanner(path, readVars(vars));
  for (const command of commands) planner.take(command);
  const planned = planner.planned();
  if (planned.some((command) => !command.passedOver))
    return { runbook, text, planned, leftOut, choice: { only, skip } };
  const reason =
    leftOut.length > 0
      ? 'all commands for the fabric are left out'
      : planned.length > 0
        ? 'none of its commands is one for the fabric'
        : 'no commands were found in it';
  throw new LabError('bad-input', `${path}: ${reason}.`, 'Write them in code blocks, or choose a section with --only.');
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new LabError('bad-input', `Cannot read ${path}: ${reasonOf(error)}.`, 'Name a runbook that is there.');
  }
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
