import type { Question } from './question.js';
import { FAILING } from './questions-failing.js';
import { RUNNING } from './questions-running.js';
import { SPREADING } from './questions-spreading.js';
import { UPGRADING } from './questions-upgrading.js';

/** Every question that has an answer, in the order of the index. */
export const QUESTIONS: readonly Question[] = [...SPREADING, ...FAILING, ...RUNNING, ...UPGRADING];
