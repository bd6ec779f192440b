/** Hosts one role in a NestJS process: commands, health, metrics, logs and an ordered drain. */
export {};
