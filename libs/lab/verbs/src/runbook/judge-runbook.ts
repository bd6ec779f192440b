import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FabricPlan } from '@rehearsal/lab-port';
import {
  assessLog,
  correctedRunbook,
  leastShareOf,
  notExecuted,
  ordersOf,
  selectOrders,
  speechOf,
  type CommitLine,
  type Groups,
  type LogAssessment,
} from '@rehearsal/runbook';
import type { Assessment, StepOutput } from './assessment.js';
import { changesOf, CLOCKS_WITHIN_MS } from './changes.js';
import type { RunbookOutcome } from './conduct-runbook.js';
import { findingsOf, findingsOfOrders } from './findings.js';
import { installedInGroups } from './in-groups.js';
import type { ReadPlan } from './planned-commands.js';

export interface Judged {
  readonly steps: StepOutput[];
  readonly assessment: Assessment;
  readonly capacity: LogAssessment['capacity'];
  /** The runbook with what it lacks, as a unified diff; '' where it lacks nothing. */
  readonly corrected: string;
}

/** What a run of a runbook comes to by its log: what changed with each command, the rules, what is undone, what it lacks. */
export function judgeRunbook(
  { runbook, text, planned, choice }: ReadPlan,
  { result, steps: typed, otherPolicy }: RunbookOutcome,
  plan: FabricPlan,
): Judged {
  const commits = readFileSync(join(result.folder, 'log.jsonl'), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as CommitLine);
  const speech = speechOf(
    typed.map((step) => step.command),
    groupsOf(plan),
  );
  const from = (typed.find((step) => step.startMs !== null)?.startMs ?? 0) - CLOCKS_WITHIN_MS;
  const last = typed.findLast((step) => step.endMs !== null);
  // After a command that failed nobody waits until what it has led to is written down.
  const to = (last?.endMs ?? from) + (last?.status === 'failed' ? CLOCKS_WITHIN_MS : 0);
  const capacityFloorPercent = plan.settings['upgrade.capacityFloorPercent'];
  const { rules, undone, capacity } = assessLog(commits, { from, to, capacityFloorPercent, otherPolicy, speech });
  const changes = changesOf(
    commits.filter(({ time }) => time.ms <= to + CLOCKS_WITHIN_MS),
    typed,
  );
  const steps: StepOutput[] = typed.map((step, i) => ({ ...step, changes: changes[i] ?? [] }));
  // What is passed over here is typed by whoever follows the runbook.
  const run = steps
    .filter((s) => s.status === 'done' || s.status === 'passed over')
    .map(({ line, command }) => ({ line, text: command }));
  const open = notExecuted(selectOrders(runbook, ordersOf(runbook), choice), run, {
    leastShare: leastShareOf(capacity),
    members: plan.securityGroup.members.length,
    isAllUp: undone.every(({ rule }) => rule !== 'group-standby'),
  });
  const orders = open.map(({ line, text: said, safety }) => ({ line, text: said, safety }));
  const assessment = { rules: [...rules], undone: [...undone], notExecuted: orders };
  const findings = [...findingsOf(assessment, steps, speech), ...findingsOfOrders(open, assessment, speech)];
  const replacements = installedInGroups({ plan, planned, steps, assessment, speech });
  const isWhole = findings.length + replacements.length === 0;
  const corrected = isWhole ? '' : correctedRunbook(text, findings, runbook.file, replacements).diff;
  return { steps, assessment, capacity, corrected };
}

function groupsOf({ securityGroup }: FabricPlan): Groups {
  const groups = new Map<string, string[]>();
  for (const { id, group } of securityGroup.members) {
    if (group !== undefined) groups.set(group, [...(groups.get(group) ?? []), id]);
  }
  return groups;
}
