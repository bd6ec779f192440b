import { lines, type Basis, type Line } from '../text/line.js';

/**
 * One question of a command that asks before it acts, and what it wants: the word that goes on with it (anything else
 * leaves all as it is), or text for the log.
 */
export interface Question {
  readonly text: string;
  readonly wants: 'y' | 'n' | 'fullName' | 'why';
}

/** What whoever is asked answered: yes to all that is asked, or the first answer that was not. */
export interface Answers {
  readonly sure?: string | undefined;
  readonly fullName?: string | undefined;
  readonly why?: string | undefined;
}

const DEFAULT_WHY = 'Maintenance';

/** Name and reason of who does `what`. The form of a whole chassis is documented, a member's is by analogy. */
export const auditQuestions = (what: string): readonly Question[] => [
  { text: `${what} requires auditing\nEnter your full name: `, wants: 'fullName' },
  { text: `Enter reason for ${what} [${DEFAULT_WHY}]: `, wants: 'why' },
];

/** Whether an answer goes on with the command. */
export function goesOn(question: Question, answer: string): boolean {
  const said = answer.trim();
  if (question.wants === 'y') return /^y(es)?$/i.test(said);
  return question.wants !== 'n' || /^no?$/i.test(said);
}

export const isSure = ({ sure }: Answers): boolean => /^y(es)?$/i.test(sure?.trim() ?? '');

/** Name and reason as they go into the log; the name is what somebody claims. */
export function auditOf(answers: Answers): { readonly name: string; readonly why: string } {
  const name = answers.fullName?.trim() ?? '';
  const why = answers.why?.trim() ?? '';
  return { name: name === '' ? 'operator' : name, why: (why === '' ? DEFAULT_WHY : why).slice(0, 200) };
}

/** The dialogue with its answers, as far as it went. */
export function dialogueText(basis: Basis, questions: readonly Question[], answers: Answers): Line[] {
  const asked = isSure(answers) ? questions : questions.slice(0, 1);
  return lines(basis, ...asked.flatMap((q) => `${q.text}${answerTo(q, answers)}`.split('\n')));
}

function answerTo({ wants }: Question, answers: Answers): string {
  if (wants === 'fullName' || wants === 'why') return answers[wants] ?? '';
  return isSure(answers) ? wants : (answers.sure ?? '');
}
