/** A rulebase compiled to a matcher. */
export {};
