import type { Settings } from '@rehearsal/kernel';
import type { Software } from '@rehearsal/software';

export interface UpgradeConductorConfig {
  readonly settings: Settings;
  /** `SG1` */
  readonly securityGroup: string;
  /** In the order of the security group's configuration; `spare`: a member only while it is assigned. */
  readonly members: readonly { readonly id: string; readonly weight: number; readonly spare?: true }[];
  readonly orchestrators: readonly string[];
  /** What all appliances run when the fabric comes up, but spares: those were delivered with something of their own. */
  readonly software: Software;
  readonly delivered: Readonly<Record<string, Software>>;
  /** Serial numbers of members by their ids, as the fabric was built. */
  readonly serials: Readonly<Record<string, string>>;
  /** Upgrade groups of the fabric file: ids of members by name. */
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Where clients and servers are that probes are sent between; absent: where the traffic's are by default. */
  readonly addresses?: { readonly clients?: string | undefined; readonly servers?: string | undefined };
  /** Of the policy that the fabric file names, which management has. */
  readonly policyHash: string;
  /** Hash of the machine code, recorded in every commit. */
  readonly build: string;
}
