import { LabError } from '@rehearsal/lab-port/lab-error';
import { readCommand } from '@rehearsal/operator';
import { z } from 'zod';
import type { StepOutput } from './assessment.js';
import type { PlannedCommand } from './planned-commands.js';

/** What a verdict rests on. */
export const basisSchema = z.strictObject({
  world: z.enum(['processes', 'simulated']),
  /** How sure it is that the vendor has the commands that were typed: `field` ones only engineers write. */
  commands: z.record(z.string(), z.int()),
  /** How sure the settings are. */
  settings: z.record(z.string(), z.int()),
});
export type VerdictBasis = z.output<typeof basisSchema>;

export function basisOf(
  world: VerdictBasis['world'],
  settings: VerdictBasis['settings'],
  planned: readonly PlannedCommand[],
  steps: readonly Pick<StepOutput, 'status' | 'target' | 'startMs'>[],
): VerdictBasis {
  const commands: Record<string, number> = {};
  for (const [i, { status, target, startMs }] of steps.entries()) {
    if (status !== 'done' || startMs === null) continue;
    const sure = sureOf(planned[i]!.command.words, target.startsWith('mho'));
    if (sure !== undefined) commands[sure] = (commands[sure] ?? 0) + 1;
  }
  return { world, commands, settings };
}

function sureOf(words: readonly string[], isOrchestrator: boolean): string | undefined {
  try {
    return readCommand(words, isOrchestrator ? 'orchestrator' : 'member').parsed.row.basis;
  } catch (error) {
    // What is given to `ssh` with its command, and the like.
    if (error instanceof LabError) return undefined;
    throw error;
  }
}

/** In a line. */
export function basisText({ world, commands, settings }: VerdictBasis): string {
  const counted = (of: Readonly<Record<string, number>>): string =>
    Object.entries(of)
      .map(([word, n]) => `${word} ${n}`)
      .join(', ');
  const where = world === 'simulated' ? 'the simulator' : 'real processes';
  const typed = Object.keys(commands).length === 0 ? '' : `; commands that are ${counted(commands)}`;
  return `${where}${typed}; settings that are ${counted(settings)}`;
}
