import { checkPolicy as check } from '@rehearsal/policy';

/** Sentences about what is wrong with a rulebase; none when it can be compiled. */
export function checkPolicy(rulebase: unknown): readonly string[] {
  return check(rulebase);
}
