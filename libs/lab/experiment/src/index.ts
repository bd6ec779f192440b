/** Chaos Toolkit files: hypothesis, method, rollbacks, verdict and journal. */
export {};
