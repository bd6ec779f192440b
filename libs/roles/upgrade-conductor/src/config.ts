import type { Settings } from '@rehearsal/kernel';

export interface UpgradeConductorConfig {
  readonly settings: Settings;
  /** `SG1` */
  readonly securityGroup: string;
  /** In the order of the security group's configuration. */
  readonly members: readonly { readonly id: string; readonly weight: number }[];
  readonly orchestrators: readonly string[];
  /** What all appliances run when the fabric comes up. */
  readonly software: { readonly release: string; readonly take: number };
  /** Upgrade groups of the fabric file: ids of members by name. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Where clients and servers are that probes are sent between; absent: where the traffic's are by default. */
  readonly addresses?: { readonly clients?: string | undefined; readonly servers?: string | undefined };
  /** Of the policy that the fabric file names, which management has. */
  readonly policyHash: string;
  /** Hash of the machine code, recorded in every commit. */
  readonly build: string;
}
