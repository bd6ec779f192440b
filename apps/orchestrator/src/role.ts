import { createOrchestrator } from '@rehearsal/orchestrator-role';
import type { HostOptions } from '@rehearsal/service';

/** This role needs no more than what every process is started with. */
export const hosted: HostOptions = { role: 'orchestrator', createRole: createOrchestrator };
