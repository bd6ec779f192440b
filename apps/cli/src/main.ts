/** The command line: composes labs, machines and verbs. */
export {};
