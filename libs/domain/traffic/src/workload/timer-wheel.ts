const SLOTS = 4096;
/** The list of timers that fire in the ms at hand. */
const DUE = SLOTS;
const NONE = -1;

/**
 * One timer each for a fixed number of owners: setting, moving and cancelling are constant time and
 * allocate nothing. Slots are one ms wide; timers of one slot fire in the order they were set.
 */
export class TimerWheel {
  private readonly dueUs: Float64Array;
  private readonly next: Int32Array;
  private readonly prev: Int32Array;
  private readonly head = new Int32Array(SLOTS + 1).fill(NONE);
  private readonly tail = new Int32Array(SLOTS + 1).fill(NONE);
  private readonly slotOf: Int16Array;
  private nowMs = 0;
  private armed = 0;

  constructor(owners: number) {
    this.dueUs = new Float64Array(owners);
    this.next = new Int32Array(owners).fill(NONE);
    this.prev = new Int32Array(owners).fill(NONE);
    this.slotOf = new Int16Array(owners).fill(NONE);
  }

  /** Timers that wait. */
  get size(): number {
    return this.armed;
  }

  isSet(owner: number): boolean {
    return this.slotOf[owner] !== NONE;
  }

  /** Sets or moves the owner's timer to that time; a time that has passed fires with the next advance. */
  set(owner: number, dueUs: number): void {
    this.cancel(owner);
    this.dueUs[owner] = dueUs;
    const ms = Math.max(Math.ceil(dueUs / 1000), this.nowMs + 1);
    this.append(owner, ms % SLOTS);
    this.armed++;
  }

  cancel(owner: number): void {
    const slot = this.slotOf[owner];
    if (slot === NONE) return;
    this.unlink(owner, slot);
    this.slotOf[owner] = NONE;
    this.armed--;
  }

  /**
   * Moves time on to `toMs` (whole ms) and fires what became due, ms by ms. `fire` may set and cancel
   * any timer; one that is due in the same ms and gets cancelled does not fire.
   */
  advance(toMs: number, fire: (owner: number) => void): void {
    while (this.nowMs < toMs) {
      this.nowMs++;
      this.collectDue(this.nowMs % SLOTS);
      for (let owner = this.head[DUE]; owner !== NONE; owner = this.head[DUE]) {
        this.cancel(owner);
        fire(owner);
      }
    }
  }

  /** Owners of later rounds stay in the slot; the due ones move to a list of their own, in order. */
  private collectDue(slot: number): void {
    let owner = this.head[slot];
    while (owner !== NONE) {
      const following = this.next[owner];
      if (this.dueUs[owner] <= this.nowMs * 1000) {
        this.unlink(owner, slot);
        this.append(owner, DUE);
      }
      owner = following;
    }
  }

  private unlink(owner: number, slot: number): void {
    const { next, prev } = this;
    const after = next[owner];
    const before = prev[owner];
    if (before === NONE) this.head[slot] = after;
    else next[before] = after;
    if (after === NONE) this.tail[slot] = before;
    else prev[after] = before;
  }

  private append(owner: number, slot: number): void {
    const last = this.tail[slot];
    this.prev[owner] = last;
    this.next[owner] = NONE;
    if (last === NONE) this.head[slot] = owner;
    else this.next[last] = owner;
    this.tail[slot] = owner;
    this.slotOf[owner] = slot;
  }
}
