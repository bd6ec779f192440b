import { lines, type Line } from '../text/line.js';

/** What the dialogue of `g_clusterXL_admin` asks, in order. */
export const DIALOGUE = ['sure', 'fullName', 'why'] as const;
export type Question = (typeof DIALOGUE)[number];

export interface AdminAnswers {
  readonly sure?: string | undefined;
  readonly fullName?: string | undefined;
  readonly why?: string | undefined;
}

const DEFAULT_WHY = 'Maintenance';

/** The words of one question. The form of a whole chassis is documented, a member's is by analogy. */
export function questionText(question: Question, state: 'up' | 'down', ids: readonly string[]): string {
  switch (question) {
    case 'sure':
      return `You are about to perform sgm_admin ${state} on blades: ${ids.join(',')}\nAre you sure? (Y - yes, any other key - no) `;
    case 'fullName':
      return `sgm_admin ${state} requires auditing\nEnter your full name: `;
    case 'why':
      return `Enter reason for sgm_admin ${state} [${DEFAULT_WHY}]: `;
  }
}

export const isSure = (answers: AdminAnswers): boolean => /^y(es)?$/i.test(answers.sure?.trim() ?? '');

/** Name and reason as they go into the log; the name is what somebody claims. */
export function auditOf(answers: AdminAnswers): { readonly name: string; readonly why: string } {
  const name = answers.fullName?.trim() ?? '';
  const why = answers.why?.trim() ?? '';
  return { name: name === '' ? 'operator' : name, why: (why === '' ? DEFAULT_WHY : why).slice(0, 200) };
}

/** The dialogue with its answers, as far as it went (fidelity: F-ADMIN-AUDIT). */
export function dialogueText(state: 'up' | 'down', ids: readonly string[], answers: AdminAnswers): Line[] {
  const asked = isSure(answers) ? DIALOGUE : DIALOGUE.slice(0, 1);
  const texts = asked.flatMap((q) => `${questionText(q, state, ids)}${answers[q] ?? ''}`.split('\n'));
  return lines('documented', ...texts);
}

export function auditLine(state: 'up' | 'down', ids: readonly string[], answers: AdminAnswers): Line[] {
  const { name, why } = auditOf(answers);
  return lines('documented', `WARNING: sgm_admin ${state} on blades: ${ids.join(',')}, User: ${name}, Reason: ${why}`);
}
