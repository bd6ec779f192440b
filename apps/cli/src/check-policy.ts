/** Sentences about what is wrong with a rulebase; none when it can be compiled. */
export function checkPolicy(_rulebase: unknown): readonly string[] {
  return [];
}
