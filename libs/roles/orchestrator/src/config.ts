import type { Mode } from '@rehearsal/dataplane';
import type { Settings } from '@rehearsal/kernel';

/** Called by the simulator's checkers and by nobody else; absent live. */
export interface OrchestratorProbe {
  /** A packet of `slot`, served under `epoch`, leaves the fabric. */
  onEmit(orchestrator: string, slot: number, epoch: number, tag: number): void;
  /** It was judged by who served its connection's home slot, under that slot's epoch. */
  onCorrected(orchestrator: string, homeSlot: number, homeEpoch: number, tag: number): void;
  /** The slot table this process acts on from now on, by slot: member numbers (0: none) and epochs. */
  onTable(
    process: string,
    version: number,
    active: ArrayLike<number>,
    backup: ArrayLike<number>,
    epoch: ArrayLike<number>,
  ): void;
}

export interface OrchestratorConfig {
  readonly settings: Settings;
  /** `SG1` */
  readonly securityGroup: string;
  readonly members: readonly { readonly id: string; readonly weight: number }[];
  readonly orchestrators: readonly string[];
  /** How packets that come in at each interface are spread. */
  readonly interfaces: { readonly inside: Mode; readonly outside: Mode };
  /** Hash of the machine code, recorded in every commit. */
  readonly build: string;
  readonly probe?: OrchestratorProbe;
}
