/** The registry of verbs, from which the command line, its help and its JSON come. */
export {};
