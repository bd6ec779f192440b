/** The process that hosts the sync role. */
export {};
