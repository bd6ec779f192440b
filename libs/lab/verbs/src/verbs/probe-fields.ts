import { PROBES } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';

/** `NAME=VALUE` words as an object; numbers and booleans as such. */
export function readArgs(words: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf('=');
      if (equals > 0) return [word.slice(0, equals), word.slice(equals + 1)] as const;
      throw new LabError('bad-input', `--arg ${word}: expected NAME=VALUE.`, 'For example: --arg member=1_03.');
    }),
  );
}

/** A probe, and what its value is compared with. */
export const probeFields = {
  probe: z.enum(Object.keys(PROBES) as [string, ...string[]]).describe('what to look at'),
  arg: z.array(z.string()).default([]).describe('NAME=VALUE for a probe that takes one, as in member=1_03'),
  equals: z.string().optional().describe('the value, as JSON or a bare word'),
  atLeast: z.number().optional().describe('the least it may be'),
  atMost: z.number().optional().describe('the most it may be'),
};

type Condition = { readonly equals?: string; readonly atLeast?: number; readonly atMost?: number };
type Until = { readonly equals: unknown } | { readonly atLeast: number } | { readonly atMost: number };

/** The one condition of `--equals`, `--at-least` and `--at-most`; undefined without any. */
export function conditionOf(input: Condition): Until | undefined {
  const said = [input.equals, input.atLeast, input.atMost].filter((v) => v !== undefined);
  if (said.length > 1) {
    throw new LabError('bad-input', 'More than one of --equals, --at-least and --at-most.', 'Keep one.');
  }
  if (input.equals !== undefined) return { equals: jsonOrWord(input.equals) };
  if (input.atLeast !== undefined) return { atLeast: input.atLeast };
  return input.atMost === undefined ? undefined : { atMost: input.atMost };
}

function jsonOrWord(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
