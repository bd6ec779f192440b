import { APPLIED, ENTRY_WORDS, GENERATIONS, LEG_APPLIED, LEG_GENERATIONS, LEG_WORDS } from './connection-entry.js';

/** Orchestrators of a site, and so marks per connection and leg. */
export const ORCHESTRATORS = 2;

/**
 * A mark says, per connection and orchestrator, up to which packet number state was applied. Packet numbers
 * rise within one incarnation of an orchestrator, 32 bits and wrapping; an entry holds 16 bits (`generation`)
 * of which incarnation its marks are from, and marks of another one do not count.
 *
 * Numbers come in order only within a slot. Where the legs of a connection arrive in two, the responder's has
 * marks of its own (`otherLeg`), or a packet that took the longer way would be taken for a replay.
 */
export class AppliedMarks {
  /** The incarnation whose packets come now, by orchestrator, unsigned; 0: none heard yet. */
  readonly incarnations = new Float64Array(ORCHESTRATORS);
  private readonly generations = new Int32Array(ORCHESTRATORS);
  private readonly words: Int32Array;
  private readonly legs: Int32Array;

  constructor(words: Int32Array, legs: Int32Array) {
    this.words = words;
    this.legs = legs;
  }

  /** Names the incarnation whose packets come from now on; false, without effect, if a later one is known. */
  setIncarnation(orchestrator: number, incarnation: number): boolean {
    const known = this.incarnations[orchestrator] as number;
    if (incarnation > known) {
      this.incarnations[orchestrator] = incarnation;
      this.generations[orchestrator] = ((this.generations[orchestrator] as number) % 0xffff) + 1;
    }
    return incarnation >= known;
  }

  /** Notes that the packet was applied to the connection. */
  set(index: number, orchestrator: number, packetNumber: number, otherLeg: boolean): void {
    const words = otherLeg ? this.legs : this.words;
    const applied = otherLeg ? index * LEG_WORDS + LEG_APPLIED : index * ENTRY_WORDS + APPLIED;
    const generations = otherLeg ? index * LEG_WORDS + LEG_GENERATIONS : index * ENTRY_WORDS + GENERATIONS;
    const shift = orchestrator << 4;
    const others = (words[generations] as number) & ~(0xffff << shift);
    words[applied + orchestrator] = packetNumber;
    words[generations] = others | ((this.generations[orchestrator] as number) << shift);
  }

  /** Forgets the mark. */
  clear(index: number, orchestrator: number, otherLeg: boolean): void {
    const words = otherLeg ? this.legs : this.words;
    const at = otherLeg ? index * LEG_WORDS + LEG_GENERATIONS : index * ENTRY_WORDS + GENERATIONS;
    words[at] = (words[at] as number) & ~(0xffff << (orchestrator << 4));
  }

  /** Whether the connection has a mark from the orchestrator's present incarnation. */
  has(index: number, orchestrator: number, otherLeg: boolean): boolean {
    const generations = otherLeg
      ? (this.legs[index * LEG_WORDS + LEG_GENERATIONS] as number)
      : (this.words[index * ENTRY_WORDS + GENERATIONS] as number);
    const generation = (generations >>> (orchestrator << 4)) & 0xffff;
    return generation !== 0 && generation === this.generations[orchestrator];
  }

  /** Whether this packet, or one after it, was applied to the leg before: it is a replay. */
  covers(index: number, orchestrator: number, packetNumber: number, otherLeg: boolean): boolean {
    if (!this.has(index, orchestrator, otherLeg)) return false;
    const applied = otherLeg
      ? (this.legs[index * LEG_WORDS + LEG_APPLIED + orchestrator] as number)
      : (this.words[index * ENTRY_WORDS + APPLIED + orchestrator] as number);
    return ((packetNumber - applied) | 0) <= 0;
  }
}
