/**
 * What a simulated lab lets roles tell its checkers. Calls say what a role really did, not what
 * it believes, and change nothing; live labs hand none in.
 */
export interface RoleProbe {
  /** This member now judges packets of `slot` by connections it holds. */
  onServe(member: string, incarnation: number, slot: number, epoch: number): void;
  /** This member no longer judges packets of `slot`. */
  onRelease(member: string, incarnation: number, slot: number): void;
  /** This orchestrator lets packet `tag`, judged under `epoch` of `slot`, leave the fabric. */
  onEmit(orchestrator: string, slot: number, epoch: number, tag: number): void;
  /** It left with a verdict by who served `slot`, its connection's home, under `epoch`. */
  onCorrected(orchestrator: string, slot: number, epoch: number, tag: number): void;
  /**
   * The slot table this process now acts on, by slot: member numbers (0: none) and epochs. The
   * arrays may be the role's own: they are read until the next call for the same process, which is
   * named by role and id, `orchestrator 1_1`.
   */
  onTable(
    process: string,
    version: number,
    active: ArrayLike<number>,
    backup: ArrayLike<number>,
    epoch: ArrayLike<number>,
  ): void;
}
