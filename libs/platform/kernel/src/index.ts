/** Machines, commits, the log rules and the ports a role is written against: Runtime and Role. */
export {};
