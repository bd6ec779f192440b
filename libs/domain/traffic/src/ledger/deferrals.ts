/**
 * Connections whose beginning the fabric put off until it is whole again: since when, and until when. Such a connection
 * is neither lost nor broken: there was none yet. Times are ms of the caller's clock.
 */
export class Deferrals {
  /** Connections that were put off at any time. */
  connections = 0;
  /** When the first packet was sent that was put off; -1: none was. */
  readonly sinceMs: Float64Array;
  /** When something of it came out after that; -1: nothing did. */
  readonly throughMs: Float64Array;

  constructor(connections: number) {
    this.sinceMs = new Float64Array(connections).fill(-1);
    this.throughMs = new Float64Array(connections).fill(-1);
  }

  putOff(connection: number, sentMs: number): void {
    const { sinceMs, throughMs } = this;
    if (sinceMs[connection] < 0) this.connections++;
    else if (throughMs[connection] < 0) return;
    sinceMs[connection] = sentMs;
    throughMs[connection] = -1;
  }

  cameOut(connection: number, nowMs: number): void {
    if (this.isPutOff(connection)) this.throughMs[connection] = nowMs;
  }

  /** Whether that was the moment at which something of it came out again. */
  cameOutAt(connection: number, nowMs: number): boolean {
    return this.throughMs[connection] === nowMs;
  }

  /** Nothing of it has come out since it was put off. */
  isPutOff(connection: number): boolean {
    return this.sinceMs[connection] >= 0 && this.throughMs[connection] < 0;
  }
}
