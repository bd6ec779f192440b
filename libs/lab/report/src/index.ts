/** Reports of runs: one self-contained page and a summary, from what a run's folder has. Pure. */
export type { ConnectionLossTotal, Report, ResultData, RunData, SeedData, SeedsData, StepData } from './run-data.js';
export { asRunMarkdown, type AsRunData } from './as-run.js';
export { spreadOf, type Spread } from './figures/spread.js';
export { runReport } from './run-report.js';
export { figureSpreads, seedsReport, type FigureSpread } from './seeds-report.js';
