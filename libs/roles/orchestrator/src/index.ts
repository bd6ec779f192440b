/** The orchestrator: detects lost members, decides on its security group and steers packets. */
export type { OrchestratorConfig, OrchestratorProbe } from './config.js';
export { createOrchestrator } from './orchestrator.js';
