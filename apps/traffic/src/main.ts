/** The process that hosts the outside world role. */
export {};
