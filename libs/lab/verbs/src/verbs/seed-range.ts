import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';

export const GREATEST_SEED = 0xffffffff;

/** The option `--seeds A..B`. */
export const seedRange = (example: string): z.ZodString =>
  z.string().regex(/^\d+\.\.\d+$/, `expected A..B, as in ${example}`);

/** Reads what `seedRange` lets through. @throws LabError (bad input) */
export function readSeedRange(text: string): { readonly from: number; readonly to: number } {
  const [from, to] = text.split('..').map(Number) as [number, number];
  if (to < from)
    throw new LabError('bad-input', `--seeds ${text}: the last comes before the first.`, 'Turn them round.');
  if (to > GREATEST_SEED)
    throw new LabError('bad-input', `--seeds ${text}: a seed is at most ${GREATEST_SEED}.`, 'Choose smaller ones.');
  return { from, to };
}
