import type { Mode } from '@rehearsal/dataplane';
import type { Settings } from '@rehearsal/kernel';

/** Called by the simulator's checkers and by nobody else; absent live. */
export interface MemberProbe {
  /** From now on this incarnation serves `slot` under `epoch`. */
  onServe(member: string, incarnation: number, slot: number, epoch: number): void;
  /** From now on it does not. */
  onRelease(member: string, incarnation: number, slot: number): void;
  /** The slot table this process acts on from now on, by slot: member numbers (0: none) and epochs. */
  onTable(
    process: string,
    version: number,
    active: ArrayLike<number>,
    backup: ArrayLike<number>,
    epoch: ArrayLike<number>,
  ): void;
}

export interface MemberConfig {
  readonly settings: Settings;
  /** `SG1` */
  readonly securityGroup: string;
  /** `cores`: firewall instances; only needed where they are compared. */
  readonly members: readonly { readonly id: string; readonly weight: number; readonly cores?: number }[];
  readonly orchestrators: readonly string[];
  /** How packets that come in at each interface are spread. */
  readonly interfaces: { readonly inside: Mode; readonly outside: Mode };
  /** Hash of the machine code, for the record of who computed what. */
  readonly build: string;
  /** The rulebase as a plain object; used until, or unless, the SMO hands out its own. */
  readonly policy: unknown;
  readonly probe?: MemberProbe;
}
