import type { FabricPlan } from '@rehearsal/lab-port';
import { readMembers } from '@rehearsal/operator';
import type { Replacement, RunbookCommand, Speech } from '@rehearsal/runbook';
import type { Assessment, StepOutput } from './assessment.js';
import type { PlannedCommand } from './planned-commands.js';

/** Rules that are broken where members are installed that nobody has taken down, or too many of them at once. */
const OF_INSTALLING: readonly string[] = ['drained', 'redundancy', 'capacity'];

export interface ToBeCorrected {
  readonly plan: FabricPlan;
  readonly planned: readonly PlannedCommand[];
  readonly steps: readonly StepOutput[];
  readonly assessment: Assessment;
  readonly speech: Speech;
}

/**
 * For installations during which members left with what they served: the same, part by part of the group, each taken down
 * before and let in again after.
 */
export function installedInGroups({ plan, planned, steps, assessment, speech }: ToBeCorrected): Replacement[] {
  const broken = assessment.rules.filter((r) => !r.held && OF_INSTALLING.includes(r.rule));
  const whole = plan.securityGroup.members.map((m) => m.id);
  const wasDown = new Set<string>();
  const found: Replacement[] = [];
  let isDirected = false;
  for (const [i, step] of steps.entries()) {
    // From then on those that are not upgraded wait, and serve nothing.
    isDirected ||= step.status === 'done' && /^sp_upgrade$/.test(step.command);
    const isDown = new Set(wasDown);
    follow(wasDown, step.changes);
    const from = planned[i]?.from;
    const of = from === undefined || from.text !== step.command ? undefined : installOf(step.command, plan);
    const rule = broken.find(({ when }) => when !== null && within(when, step))?.rule ?? broken[0]?.rule;
    if (of === undefined || from === undefined || rule === undefined || step.status !== 'done') continue;
    if (isDirected || of.members.every((id) => isDown.has(id))) continue;
    const parts = of.members.length < whole.length ? [of.members] : speech.parts(of.members, whole.length);
    const commands = parts.flatMap((ids) => [...speech.admin(ids, 'down'), of.typed(ids), ...speech.admin(ids, 'up')]);
    found.push({ rule, ...placeOf(from), commands });
  }
  return found;
}

/** Keeps who is taken down, by what changed. */
function follow(down: Set<string>, changes: readonly string[]): void {
  for (const change of changes) {
    const [, id, state] = /\bsets (\S+) (down|up)\b/.exec(change) ?? [];
    if (id !== undefined && state === 'down') down.add(id);
    else if (id !== undefined) down.delete(id);
  }
}

const within = (ms: number, { startMs, endMs }: StepOutput): boolean =>
  startMs !== null && endMs !== null && ms >= startMs && ms <= endMs;

const placeOf = ({ line, lastLine }: RunbookCommand): { readonly line: number; readonly lastLine: number } => ({
  line,
  lastLine,
});

/** Whom a command installs, and how it is typed for some of them. */
function installOf(
  command: string,
  plan: FabricPlan,
): { readonly members: readonly string[]; readonly typed: (ids: readonly string[]) => string } | undefined {
  const { members } = plan.securityGroup;
  const ids = members.map((m) => m.id);
  const documented = /^(installer (?:install|upgrade|uninstall) \S+ member_ids )(\S+)$/.exec(command);
  if (documented !== null) {
    return { members: readMembers(documented[2]!, ids), typed: (some) => `${documented[1]}${some.join(',')}` };
  }
  const group =
    /^g_install_update\b.* -target_group (\S+).* -install\b|^g_install_update\b.* -install\b.* -target_group (\S+)/.exec(
      command,
    );
  if (group === null) return undefined;
  const name = group[1] ?? group[2];
  return { members: members.filter((m) => m.group === name).map((m) => m.id), typed: () => command };
}
