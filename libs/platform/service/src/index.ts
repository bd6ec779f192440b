/** Hosts one role in a NestJS process: commands, health, metrics, logs and an ordered drain. */
export { BadInput, checked } from './host-config.js';
export type { HostConfig } from './host-config.js';
export { RoleHostModule } from './role-host.module.js';
export type { HostedRole } from './role-host.module.js';
export { EXIT_BAD_INPUT, EXIT_ENVIRONMENT, EXIT_FATAL, runHost } from './run-host.js';
export type { HostOptions } from './run-host.js';
export { HOST_CONFIG, ROLE, RUNTIME } from './tokens.js';
