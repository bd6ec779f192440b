import type { Mode } from '@rehearsal/dataplane';
import type { RoleProbe, Settings } from '@rehearsal/kernel';

/** What the simulator's checkers are told of this role; absent live. */
export type MemberProbe = Pick<RoleProbe, 'onServe' | 'onRelease' | 'onTable'>;

export interface MemberConfig {
  readonly settings: Settings;
  /** `SG1` */
  readonly securityGroup: string;
  /** `cores`: firewall instances; only needed where they are compared. */
  readonly members: readonly {
    readonly id: string;
    readonly weight: number;
    readonly cores?: number;
    /** It is a member only while it is assigned. */
    readonly spare?: true;
  }[];
  readonly orchestrators: readonly string[];
  /** How packets that come in at each interface are spread. */
  readonly interfaces: { readonly inside: Mode; readonly outside: Mode };
  /** Hash of the machine code, for the record of who computed what. */
  readonly build: string;
  /** The rulebase as a plain object; used until, or unless, the SMO hands out its own. */
  readonly policy: unknown;
  /** What it runs can change: a conductor keeps the record of it. */
  readonly keepsSoftware?: boolean;
  readonly probe?: MemberProbe;
}
