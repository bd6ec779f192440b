import type { Finding } from '@rehearsal/runbook';
import type { Assessment, StepOutput } from './assessment.js';

const CLONING_OFF = 'set smo image auto-clone state off';
const CLONING_ON = 'set smo image auto-clone state on';

/** What a runbook lacks, as commands and where they belong. */
export function findingsOf({ rules, undone }: Assessment, steps: readonly StepOutput[]): Finding[] {
  const findings: Finding[] = [];
  const firstLine = steps[0]?.line ?? 1;
  const before = Math.max(0, firstLine - 1);
  const cloning = rules.find((r) => r.rule === 'cloning-on');
  if (cloning?.held === false) {
    findings.push({ rule: 'cloning-on', commands: [CLONING_OFF], afterLine: before, why: sentence(cloning.why) });
    findings.push({
      rule: 'cloning-not-restored',
      commands: [CLONING_ON],
      afterLine: 'end',
      why: 'Images are taken from the SMO again.',
    });
  }
  for (const { rule, what, remedy } of undone) {
    const afterLine = rule === 'no-backup' ? before : 'end';
    findings.push({ rule, commands: [remedy], afterLine, why: sentence(what) });
  }
  return findings;
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
