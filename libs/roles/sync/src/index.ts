/** The sync coordinator: one of it a security group. */
import type { Role, Runtime } from '@rehearsal/kernel';
import type { SyncConfig } from './config.js';
import { SyncRole } from './sync.js';

export type { SyncConfig } from './config.js';
export type { ReportAnswer } from './copy-reports.js';
export type { SyncStatus } from './status.js';

export function createSync(rt: Runtime, config: SyncConfig): Role {
  return new SyncRole(rt, config);
}
