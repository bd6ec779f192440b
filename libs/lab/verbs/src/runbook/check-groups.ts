import type { FabricPlan } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port/lab-error';
import type { PlannedCommand } from './planned-commands.js';

/**
 * Upgrade groups that a runbook names are those of the fabric file, and it is better said before anything is typed where
 * that one has none.
 * @throws LabError (bad input) that names file, line and remedy
 */
export function checkGroups(
  { securityGroup }: Pick<FabricPlan, 'securityGroup'>,
  planned: readonly PlannedCommand[],
  file: string,
): void {
  const { name, members } = securityGroup;
  for (const { from, command } of planned) {
    const at = command.words.indexOf('-target_group');
    const group = at < 0 ? undefined : command.words[at + 1];
    if (group === undefined || members.some((m) => m.group === group)) continue;
    const ids = members.map((m) => m.id);
    const half = Math.ceil(ids.length / 2);
    const named = [...new Set(members.flatMap((m) => m.group ?? []))];
    throw new LabError(
      'bad-input',
      `${file}:${from.line}: the fabric has no upgrade group ${group}.`,
      named.length > 0
        ? `It has ${named.join(', ')}.`
        : `Name its members in the fabric file: securityGroups.${name}.groups: {A: ${ids[0]}-${ids[half - 1]}, B: ${ids[half] ?? ids[0]}-${ids.at(-1)}}.`,
    );
  }
}
