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

/** A packet that is to be handed on; one object serves all, filled anew for each. */
export class HandedPacket {
  words: Int32Array = new Int32Array(0);
  at = 0;
  lenBytes = 0;
  fragmentPorts = 0;
  slot = 0;
  epoch = 0;
  side = 0;
  number = 0;
  orchestrator = 0;
  incarnation = 0;
  instance = 0;
}
