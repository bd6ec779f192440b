import type { Settings } from '@rehearsal/kernel';

/** Called by the simulator's checkers and by nobody else; absent live. */
export interface OrchestratorProbe {
  /** A packet of `slot`, served under `epoch`, leaves the fabric. */
  onEmit(orchestrator: string, slot: number, epoch: number, tag: number): void;
}

export interface OrchestratorConfig {
  readonly settings: Settings;
  /** `SG1` */
  readonly securityGroup: string;
  readonly members: readonly { readonly id: string; readonly weight: number }[];
  readonly orchestrators: readonly string[];
  /** Hash of the machine code, recorded in every commit. */
  readonly build: string;
  readonly probe?: OrchestratorProbe;
}
