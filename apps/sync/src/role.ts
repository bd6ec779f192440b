import { createSync } from '@rehearsal/sync-role';
import type { HostOptions } from '@rehearsal/service';

/** This role needs no more than what every process is started with. */
export const hosted: HostOptions = { role: 'sync', createRole: createSync };
