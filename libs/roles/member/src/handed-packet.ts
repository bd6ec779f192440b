/**
 * A packet as it is handed on, and as the arena keeps it from word `KEPT_HEAD` on:
 *
 * | word | holds |
 * |---|---|
 * | 0 | the orchestrator's packet number |
 * | 1 | the orchestrator's incarnation |
 * | 2–4 | key of the connection at home |
 * | 5 | firewall instance that the handing member would use |
 * | 6 | ports of the first fragment, where it is a later one |
 * | 7 … | the packet |
 */
export const HANDED_WORDS = 7;
export const HANDED_BYTES = HANDED_WORDS * 4;
/** Before it, in the arena only: the slot the packet came in by, and that slot's epoch. */
export const KEPT_HEAD = 2;

/** One packet on its way to its connection's home. */
export interface Handed {
  readonly words: Int32Array;
  readonly at: number;
  readonly lenBytes: number;
  readonly fragmentPorts: number;
  readonly slot: number;
  readonly epoch: number;
  readonly side: number;
  readonly number: number;
  readonly orchestrator: number;
  readonly incarnation: number;
  readonly instance: number;
}
