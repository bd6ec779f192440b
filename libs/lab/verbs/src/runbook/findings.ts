import { isProhibition, type Finding, type Order, type Speech } from '@rehearsal/runbook';
import type { Assessment, StepOutput } from './assessment.js';

const INSTALLS = /\binstaller (?:install|upgrade|uninstall)\b|\bg_install_update\b.* -install\b/;
const TAKES_DOWN = /admin\b.* down\b|members-admin-state\b.* down\b|\bg_cpconfig set standby\b|\bg_cp_disable_member\b/;
const CLONING_OFF = /\b(?:disabled?|disabling|off)\b/i;
const LOOKS = /\b(?:verif\w+|checks?|confirm|ensure|make sure|compare)\b/i;
const INSTALLED = /\binstall\w*/i;
const CLONING_BACK = /\bre-?enabl\w*|\benabled?\b|\b(?:back|turn(?:ed)?|switch(?:ed)?) on\b/i;
const CLONING_ON = /\bimage auto-clone state on\b/;

/** What a runbook lacks, as commands and where they belong. */
export function findingsOf({ rules, undone }: Assessment, steps: readonly StepOutput[], speech: Speech): Finding[] {
  const findings: Finding[] = [];
  const restored: Finding[] = [];
  const cloning = rules.find((r) => r.rule === 'cloning-on');
  if (cloning?.held === false) {
    const afterLine = beforeInstalling(steps);
    findings.push({ rule: 'cloning-on', commands: [speech.cloning('off')], afterLine, why: sentence(cloning.why) });
    restored.push({
      rule: 'cloning-not-restored',
      commands: [speech.cloning('on')],
      afterLine: 'end',
      why: 'Images are taken from the SMO again.',
    });
  }
  // What was installed and is not there, or could not be installed, is put right by what made it so.
  for (const { rule, what, remedy } of undone.filter((u) => !u.rule.startsWith('install-'))) {
    const afterLine = rule === 'no-backup' ? (steps[0]?.line ?? 1) - 1 : 'end';
    const list = rule === 'cloning-not-restored' ? restored : findings;
    list.push({ rule, commands: remedy.split('; '), afterLine, why: sentence(what) });
  }
  // Behind all else: what is installed to put something right is installed without it.
  return [...findings, ...restored];
}

/** What the text orders and no command does, where there is a command for it. */
export function findingsOfOrders(open: readonly Order[], { rules, undone }: Assessment, speech: Speech): Finding[] {
  const has = (rule: string): boolean =>
    undone.some((u) => u.rule === rule) || rules.some((r) => r.rule === rule && !r.held);
  return open.flatMap(({ line, about, text }): Finding[] => {
    const isOff = about.includes('cloning') && CLONING_OFF.test(text) && !has('cloning-on');
    const isOn = about.join() === 'cloning' && !CLONING_OFF.test(text) && CLONING_BACK.test(text);
    const isBackup = about.join() === 'backup' && !has('no-backup');
    if (about.includes('policy') && LOOKS.test(text) && !INSTALLED.test(text)) {
      return [
        { rule: 'not-executed', commands: ['asg_policy verify'], afterLine: 'end', why: `${text} This is looked at.` },
      ];
    }
    if (!isOff && !isBackup && (!isOn || isProhibition(text) || has('cloning-not-restored'))) return [];
    const commands = [isOff || isOn ? speech.cloning(isOff ? 'off' : 'on') : speech.backup()];
    return [{ rule: 'not-executed', commands, afterLine: line, why: 'The sentence above is carried out.' }];
  });
}

/** In front of what takes the first members down that are installed; where cloning is switched on after that, behind it. */
function beforeInstalling(steps: readonly StepOutput[]): number {
  const first = steps.findIndex(({ command }) => INSTALLS.test(command));
  const before = steps.slice(0, Math.max(first, 0));
  const on = before.findLastIndex(({ command }) => CLONING_ON.test(command));
  const down = before.findIndex(({ command }, i) => i > on && TAKES_DOWN.test(command));
  return (steps[down < 0 ? Math.max(first, 0) : down]?.line ?? 1) - 1;
}

function sentence(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}.`;
}
