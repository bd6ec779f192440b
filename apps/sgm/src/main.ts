/** The process that hosts the member role. */
export {};
