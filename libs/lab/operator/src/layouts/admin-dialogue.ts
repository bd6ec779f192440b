import { lines, type Line } from '../text/line.js';
import { auditOf, auditQuestions, type Answers, type Question } from './dialogue.js';

/** What is asked before members are taken down or let in again (fidelity: F-ADMIN-AUDIT). */
export function adminQuestions(state: 'up' | 'down', ids: readonly string[]): readonly Question[] {
  const sure = `You are about to perform sgm_admin ${state} on blades: ${ids.join(',')}\nAre you sure? (Y - yes, any other key - no) `;
  return [{ text: sure, wants: 'y' }, ...auditQuestions(`sgm_admin ${state}`)];
}

export function auditLine(state: 'up' | 'down', ids: readonly string[], answers: Answers): Line[] {
  const { name, why } = auditOf(answers);
  return lines('documented', `WARNING: sgm_admin ${state} on blades: ${ids.join(',')}, User: ${name}, Reason: ${why}`);
}
