import { dialogueText, isSure, type Question } from '../layouts/dialogue.js';
import type { Basis } from '../text/line.js';
import type { Call, Outcome } from './command.js';

/** Asks before it acts: the questions where nobody has answered yet, and nothing but the dialogue for who is not sure. */
export function afterDialogue(
  { answers }: Call,
  basis: Basis,
  questions: readonly Question[],
  act: () => Outcome,
): Outcome {
  if (answers.sure === undefined) return { page: [], asks: questions };
  const dialogue = dialogueText(basis, questions, answers);
  return isSure(answers) ? { ...act(), dialogue } : { page: [], dialogue };
}
