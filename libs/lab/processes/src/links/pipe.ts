import type { Socket } from 'node:net';

/** What one direction of a link does to the bytes on it. */
export interface WayFault {
  readonly cut?: boolean;
  readonly delayMs?: number;
  readonly rateKbps?: number;
}

/** So much waits on a way that delays; what waits longer than the delay is held back at the sender, as TCP does. */
const DELAYED_BYTES = 64 << 20;
/** So much a cut or metered way takes before it holds the sender back, as a socket's buffer would. */
const HELD_BYTES = 256 << 10;
/** A metered way passes pieces of this long, so that a large one does not come all at once. */
const PIECE_MS = 10;

interface Piece {
  /** undefined: the sender has closed its side. */
  readonly bytes: Uint8Array | undefined;
  dueMs: number;
}

/** One direction of one connection: bytes in order, none lost, as late as the fault says. */
export class Pipe {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #nowMs: () => number;
  readonly #queue: Piece[] = [];
  #queuedBytes = 0;
  #fault: WayFault;
  /** A metered way is busy until then. */
  #busyUntilMs = 0;
  #blocked = false;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(from: Socket, to: Socket, fault: WayFault, nowMs: () => number) {
    this.#from = from;
    this.#to = to;
    this.#fault = fault;
    this.#nowMs = nowMs;
    from.on('data', (bytes: Uint8Array) => this.#take(bytes));
    from.on('end', () => this.#add(undefined));
    to.on('drain', () => {
      this.#blocked = false;
      this.#pump();
    });
    from.resume();
  }

  /** From now on; what waits goes on at once where nothing holds it any more. */
  set(fault: WayFault): void {
    this.#fault = fault;
    const nowMs = this.#nowMs();
    this.#busyUntilMs = nowMs;
    for (const piece of this.#queue) piece.dueMs = this.#dueMs(piece.bytes?.length ?? 0, nowMs);
    this.#pump();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#queue.length = 0;
  }

  #take(bytes: Uint8Array): void {
    const { rateKbps } = this.#fault;
    if (rateKbps === undefined) return this.#add(bytes);
    const pieceBytes = Math.max(1, Math.floor((rateKbps * PIECE_MS) / 8));
    for (let at = 0; at < bytes.length; at += pieceBytes) this.#add(bytes.subarray(at, at + pieceBytes));
  }

  #add(bytes: Uint8Array | undefined): void {
    if (this.#closed) return;
    const { cut, delayMs, rateKbps } = this.#fault;
    const free = cut !== true && delayMs === undefined && rateKbps === undefined;
    if (free && this.#queue.length === 0 && !this.#blocked && bytes !== undefined) {
      this.#blocked = !this.#to.write(bytes);
      if (this.#blocked) this.#from.pause();
      return;
    }
    this.#queue.push({ bytes, dueMs: this.#dueMs(bytes?.length ?? 0, this.#nowMs()) });
    this.#queuedBytes += bytes?.length ?? 0;
    this.#pump();
  }

  #dueMs(bytes: number, nowMs: number): number {
    const { delayMs = 0, rateKbps } = this.#fault;
    if (rateKbps === undefined) return nowMs + delayMs;
    this.#busyUntilMs = Math.max(this.#busyUntilMs, nowMs) + (bytes * 8) / rateKbps;
    return this.#busyUntilMs + delayMs;
  }

  #pump(): void {
    clearTimeout(this.#timer);
    if (this.#closed) return;
    const nowMs = this.#nowMs();
    while (!this.#blocked && this.#fault.cut !== true && this.#queue.length > 0) {
      const { bytes, dueMs } = this.#queue[0]!;
      if (dueMs > nowMs) {
        this.#timer = setTimeout(() => this.#pump(), Math.ceil(dueMs - nowMs));
        break;
      }
      this.#queue.shift();
      if (bytes === undefined) {
        this.#to.end();
        return;
      }
      this.#queuedBytes -= bytes.length;
      this.#blocked = !this.#to.write(bytes);
    }
    const { cut, rateKbps } = this.#fault;
    const mayHold = cut === true || rateKbps !== undefined || this.#blocked ? HELD_BYTES : DELAYED_BYTES;
    if (this.#queuedBytes >= mayHold) this.#from.pause();
    else if (!this.#blocked) this.#from.resume();
  }
}
