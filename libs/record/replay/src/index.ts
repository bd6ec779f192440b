/** What is done with a log afterwards: verify, state at a moment, difference. */
export {};
