import { APPLIED, ENTRY_WORDS, GENERATIONS } from './connection-entry.js';

/** Orchestrators of a site, and so marks per connection. */
export const ORCHESTRATORS = 2;

/**
 * A mark says, per connection and orchestrator, up to which packet number state was applied. Packet numbers
 * rise within one incarnation of an orchestrator, 32 bits and wrapping; an entry holds 16 bits (`generation`)
 * of which incarnation its marks are from, and marks of another one do not count.
 */
export class AppliedMarks {
  /** The incarnation whose packets come now, by orchestrator, unsigned; 0: none heard yet. */
  readonly incarnations = new Float64Array(ORCHESTRATORS);
  private readonly generations = new Int32Array(ORCHESTRATORS);
  private readonly words: Int32Array;

  constructor(words: Int32Array) {
    this.words = words;
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
  set(index: number, orchestrator: number, packetNumber: number): void {
    const words = this.words;
    const at = index * ENTRY_WORDS;
    const shift = orchestrator << 4;
    const others = (words[at + GENERATIONS] as number) & ~(0xffff << shift);
    words[at + APPLIED + orchestrator] = packetNumber;
    words[at + GENERATIONS] = others | ((this.generations[orchestrator] as number) << shift);
  }

  /** Forgets the mark. */
  clear(index: number, orchestrator: number): void {
    const at = index * ENTRY_WORDS + GENERATIONS;
    this.words[at] = (this.words[at] as number) & ~(0xffff << (orchestrator << 4));
  }

  /** Whether the connection has a mark from the orchestrator's present incarnation. */
  has(index: number, orchestrator: number): boolean {
    const generation = ((this.words[index * ENTRY_WORDS + GENERATIONS] as number) >>> (orchestrator << 4)) & 0xffff;
    return generation !== 0 && generation === this.generations[orchestrator];
  }

  /** Whether this packet, or one after it, was applied to the connection before: it is a replay. */
  covers(index: number, orchestrator: number, packetNumber: number): boolean {
    if (!this.has(index, orchestrator)) return false;
    return ((packetNumber - (this.words[index * ENTRY_WORDS + APPLIED + orchestrator] as number)) | 0) <= 0;
  }
}
