import type { TrafficSource } from '@rehearsal/traffic';
import { PacketQueue } from './packet-queue.js';
import type { Way } from './way.js';

const NO_WAY = 255;

/**
 * Which way each connection takes. Both directions of a connection take the same one, spread evenly
 * over the orchestrators that are ready. A connection stays where it is while it has packets there,
 * unless that way is dead: so its packets cannot overtake one another. Of an asymmetric connection that
 * holds for each direction by itself, and the two take different ways where there are two.
 *
 * All fragments of a datagram take one way, since only that orchestrator learns their ports from the first one.
 */
export class Router {
  private readonly ways: readonly Way[];
  /** What is in line, by way. */
  private readonly lines: readonly PacketQueue[];
  /** By leg: connection, or connection and side where there are asymmetric ones. */
  private readonly taken: Uint8Array;
  /** Packets in line, by leg. */
  private readonly queued: Uint16Array;
  /** By leg: 1 once it has carried a fragment. Datagrams come interleaved and in any order, so it keeps its way. */
  private readonly inPieces: Uint8Array;
  private readonly asymmetricPercent: number;
  private readonly underWay: Uint32Array;
  private readonly choice: Way[] = [];

  /** `underWay` counts, by connection, the packets in the fabric. */
  constructor(ways: readonly Way[], connections: number, underWay: Uint32Array, asymmetricPercent: number = 0) {
    this.ways = ways;
    this.lines = ways.map(() => new PacketQueue());
    this.asymmetricPercent = asymmetricPercent;
    const legs = asymmetricPercent > 0 ? connections * 2 : connections;
    this.taken = new Uint8Array(legs).fill(NO_WAY);
    this.queued = new Uint16Array(legs);
    this.inPieces = new Uint8Array(legs);
    this.underWay = underWay;
    this.refresh();
  }

  /** What is in line for a way. */
  lineOf({ index }: Way): PacketQueue {
    return this.lines[index];
  }

  /** Packets in line for all ways. */
  get inLine(): number {
    let inLine = 0;
    for (const line of this.lines) inLine += line.length;
    return inLine;
  }

  /** Something about a way changed. */
  refresh(): void {
    const usable = this.ways.filter((w) => w.usable);
    const ready = usable.filter((w) => w.ready);
    this.choice.length = 0;
    this.choice.push(...(ready.length > 0 ? ready : usable));
  }

  /**
   * Puts a packet in line on the way of the connection `along`: its own, or that of the datagram it is a piece of.
   * Where no way has ever been ready or none is left, on the way it would have taken.
   */
  enqueue(connection: number, step: number, side: 0 | 1, along: number = connection, isPiece: boolean = false): void {
    this.lineOf(this.wayFor(along, side)).push(connection, step);
    this.queued[this.legOf(connection, side)]++;
    if (isPiece) this.inPieces[this.legOf(along, side)] = 1;
  }

  dequeued(connection: number, side: 0 | 1): void {
    this.queued[this.legOf(connection, side)]--;
  }

  /** Moves what is in line for a dead way to the others, where there are others. */
  moveQueue(from: Way, source: Pick<TrafficSource, 'along' | 'side'>): void {
    if (this.choice.length === 0) return;
    const line = this.lineOf(from);
    for (let left = line.length; left > 0; left--) {
      const { connection, step } = line;
      line.shift();
      const way = this.wayFor(source.along(connection, step), source.side(connection, step));
      this.lineOf(way).push(connection, step);
    }
  }

  wayId(connection: number): string {
    const taken = this.taken[this.legOf(connection, 0)];
    return taken === NO_WAY ? '' : this.ways[taken].id;
  }

  private wayFor(connection: number, side: 0 | 1): Way {
    const leg = this.legOf(connection, side);
    const taken = this.taken[leg];
    const busy = this.queued[leg] > 0 || this.underWay[connection] > 0 || this.inPieces[leg] === 1;
    if (taken !== NO_WAY && this.ways[taken].usable && busy) return this.ways[taken];
    const among = this.choice.length > 0 ? this.choice : this.ways;
    const crossed = leg !== connection && this.isAsymmetric(connection) ? side : 0;
    const way = among[(spread(connection) + crossed) % among.length];
    this.taken[leg] = way.index;
    return way;
  }

  private legOf(connection: number, side: 0 | 1): number {
    return this.asymmetricPercent > 0 ? connection * 2 + side : connection;
  }

  private isAsymmetric(connection: number): boolean {
    return (Math.imul(connection + 1, 0x85ebca6b) >>> 16) % 100 < this.asymmetricPercent;
  }
}

/** Neighbouring numbers land anywhere: services alternate with them. */
function spread(connection: number): number {
  return Math.imul(connection + 1, 0x9e3779b1) >>> 16;
}
