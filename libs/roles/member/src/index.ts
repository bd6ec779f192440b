/** The Security Group member: judges packets and keeps connections with its backup. */
export {};
