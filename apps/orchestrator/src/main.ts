/** The process that hosts the orchestrator role. */
export {};
