import type { Mode } from '@rehearsal/dataplane';
import type { RoleProbe, Settings } from '@rehearsal/kernel';

/** What the simulator's checkers are told of this role; absent live. */
export type OrchestratorProbe = Pick<RoleProbe, 'onEmit' | 'onCorrected' | 'onTable'>;

export interface OrchestratorConfig {
  readonly settings: Settings;
  /** `SG1` */
  readonly securityGroup: string;
  /** `spare`: a member only while it is assigned. */
  readonly members: readonly { readonly id: string; readonly weight: number; readonly spare?: true }[];
  readonly orchestrators: readonly string[];
  /** How packets that come in at each interface are spread. */
  readonly interfaces: { readonly inside: Mode; readonly outside: Mode };
  /** Names of the rules of the members' policy that are not critical; absent for none. */
  readonly deferrable?: readonly string[];
  /** Hash of the machine code, recorded in every commit. */
  readonly build: string;
  /** What it runs can change: a conductor keeps the record of it. */
  readonly keepsSoftware?: boolean;
  readonly probe?: OrchestratorProbe;
}
