import type { Settings } from '@rehearsal/kernel';

export interface SyncConfig {
  readonly settings: Settings;
  /** `SG1` */
  readonly securityGroup: string;
  /** In the order of the security group's configuration: a member's number is its place here. */
  readonly members: readonly { readonly id: string; readonly weight: number }[];
  readonly orchestrators: readonly string[];
  /** Hash of the machine code, recorded in every commit. */
  readonly build: string;
}
