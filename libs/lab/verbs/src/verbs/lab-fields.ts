import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';
import type { LabAtHand, VerbContext } from '../registry/verb.js';

/** What every verb that needs a lab takes. */
export const nameField = z.string().optional().describe('which running fabric, where there are several');

/** The lab at hand. Whoever calls a verb that needs one has found it before. */
export function labOf(context: VerbContext): LabAtHand {
  if (context.lab !== undefined) return context.lab;
  throw new LabError('environment', 'No fabric is at hand.', 'Start one: rehearse run EXPERIMENT --live.');
}
