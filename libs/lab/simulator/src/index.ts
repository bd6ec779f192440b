/** The simulated lab: a whole fabric in one process under a virtual clock. */
export {};
