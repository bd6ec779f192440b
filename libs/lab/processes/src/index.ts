/** The lab of real processes over a real bus. */
export { ProcessLab } from './process-lab.js';
export type { ArchiveParts, LostLog, ProcessLabParts } from './process-lab-parts.js';
export { raisePriority } from './child.js';
