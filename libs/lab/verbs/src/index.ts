/** The registry of verbs. */
export { assessOnce, type AssessOutcome } from './assess/assess-once.js';
export { readProcedure } from './assess/procedure.js';
export { checkpointsBeside, defaultKeyFile, refuseInsideRun } from './audit/audit-keys.js';
export * from './client.js';
export { memberNames, readFlows } from './flows/read-flows.js';
export * from './live/prompter.js';
export { serveMetrics } from './live/metrics-server.js';
export { writeTargets } from './live/scrape.js';
export * from './registry/carry-out.js';
export * from './registry/global-options.js';
export * from './registry/help.js';
export * from './registry/pages.js';
export * from './registry/parse-args.js';
export * from './registry/verb.js';
export { keepReport } from './report/keep-report.js';
export { keepRunStates } from './time/recorded-run.js';
export { figuresOf } from './verbs/figures.js';
export { startRun } from './verbs/start-run.js';
