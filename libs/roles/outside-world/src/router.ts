import type { Way } from './way.js';

const NO_WAY = 255;

/**
 * Which way each connection takes. Both directions of a connection take the same one, spread evenly
 * over the orchestrators that are ready. A connection stays where it is while it has packets there,
 * unless that way is dead: so its packets cannot overtake one another.
 */
export class Router {
  private readonly ways: readonly Way[];
  private readonly taken: Uint8Array;
  /** Packets in line, by connection. */
  private readonly queued: Uint16Array;
  private readonly underWay: Uint32Array;
  private readonly choice: Way[] = [];

  /** `underWay` counts, by connection, the packets in the fabric. */
  constructor(ways: readonly Way[], connections: number, underWay: Uint32Array) {
    this.ways = ways;
    this.taken = new Uint8Array(connections).fill(NO_WAY);
    this.queued = new Uint16Array(connections);
    this.underWay = underWay;
    this.refresh();
  }

  /** Something about a way changed. */
  refresh(): void {
    const usable = this.ways.filter((w) => w.usable);
    const ready = usable.filter((w) => w.ready);
    this.choice.length = 0;
    this.choice.push(...(ready.length > 0 ? ready : usable));
  }

  /** Puts a packet in line; where no way has ever been ready or none is left, on the way it would have taken. */
  enqueue(connection: number, step: number): void {
    this.wayFor(connection).queue.push(connection, step);
    this.queued[connection]++;
  }

  dequeued(connection: number): void {
    this.queued[connection]--;
  }

  /** Moves what is in line for a dead way to the others, where there are others. */
  moveQueue(from: Way): void {
    if (this.choice.length === 0) return;
    for (let left = from.queue.length; left > 0; left--) {
      const { connection, step } = from.queue;
      from.queue.shift();
      this.wayFor(connection).queue.push(connection, step);
    }
  }

  wayId(connection: number): string {
    const taken = this.taken[connection];
    return taken === NO_WAY ? '' : this.ways[taken].id;
  }

  private wayFor(connection: number): Way {
    const taken = this.taken[connection];
    const busy = this.queued[connection] > 0 || this.underWay[connection] > 0;
    if (taken !== NO_WAY && this.ways[taken].usable && busy) return this.ways[taken];
    const among = this.choice.length > 0 ? this.choice : this.ways;
    const way = among[spread(connection) % among.length];
    this.taken[connection] = way.index;
    return way;
  }
}

/** Neighbouring numbers land anywhere: services alternate with them. */
function spread(connection: number): number {
  return Math.imul(connection + 1, 0x9e3779b1) >>> 16;
}
