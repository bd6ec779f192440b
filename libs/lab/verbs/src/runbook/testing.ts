import type { ActivityRecord, Step } from '@rehearsal/experiment';
import { readRunbook, selectCommands } from '@rehearsal/runbook';
import { CommandPlanner } from './command-planner.js';
import type { PlannedCommand } from './planned-commands.js';
import { RunbookProgram, type AsRunStep, type ProgramOptions } from './program.js';

const MACHINES = { members: ['1_01', '1_02', '1_03'], orchestrators: ['1_1'], group: ['smo', 'sg1'] };

/** What a runbook's commands become, for specs. */
export function plannedOf(text: string, vars: Readonly<Record<string, string>> = {}): readonly PlannedCommand[] {
  const planner = new CommandPlanner('r.md', vars);
  for (const command of selectCommands(readRunbook(text, 'r.md'), {}).commands) planner.take(command);
  return planner.planned();
}

/** A block of code. */
export const block = (...lines: readonly string[]): string => ['```bash', ...lines, '```', ''].join('\n');

export interface Answer {
  readonly status: number;
  readonly stdout?: string;
  readonly stderr?: string;
}

/** Goes through a runbook against a fabric that only answers; gives what it was asked, without what is the same each time. */
export function goThrough(
  text: string,
  answer: (command: string, where: string) => Answer = () => ({ status: 0, stdout: 'fine\n' }),
  change: Partial<ProgramOptions> = {},
): {
  readonly asked: readonly string[];
  readonly steps: readonly AsRunStep[];
  readonly otherPolicy: readonly string[];
} {
  const options = {
    file: 'r.md',
    keepGoing: false,
    settleSec: 60,
    fullName: 'Lab',
    reason: 'spec',
    machines: MACHINES,
  };
  const program = new RunbookProgram(plannedOf(text), { ...options, ...change });
  const asked: string[] = [];
  const done: ActivityRecord[] = [];
  for (let step = program.next(done); step !== undefined; step = program.next(done)) {
    const { argv } = step;
    const isExec = argv[0] === 'exec';
    const own = argv.slice(1, argv.indexOf('--')).filter((word) => !word.startsWith('--'));
    const command = argv.at(-1)!;
    asked.push(isExec ? [...own, command].join(' ') : waitsFor(step));
    const { status, stdout = '', stderr = '' } = isExec ? answer(command, own.join(' ')) : { status: 0 };
    done.push({
      activity: step.activity,
      output: { status, stdout, stderr },
      status: status === 0 ? 'succeeded' : 'failed',
      start: new Date(done.length * 1000).toISOString().replace('Z', ''),
      end: new Date(done.length * 1000 + 500).toISOString().replace('Z', ''),
      duration: 0.5,
    });
  }
  return { asked, steps: program.steps, otherPolicy: program.otherPolicy };
}

const waitsFor = ({ activity }: Step): string => `wait after ${activity.pauses?.before} s`;
