/** A rulebase that cannot be used. Each problem names the rule, what is wrong with it and what to do. */
export class PolicyError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the rulebase cannot be used: ${problems.join('; ')}`);
    this.name = 'PolicyError';
    this.problems = problems;
  }
}
