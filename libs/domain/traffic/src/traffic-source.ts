import { Playback } from './capture/playback.js';
import type { Enqueue } from './endpoints/ends.js';
import { Endpoints } from './endpoints/endpoints.js';
import { GeneratedPackets } from './endpoints/generated-packets.js';
import { stepSide } from './endpoints/steps.js';
import type { Layout } from './layout.js';
import type { Ledger } from './ledger/ledger.js';
import { TimerWheel } from './workload/timer-wheel.js';

/**
 * Everything that sends: generated endpoints and capture playback on one schedule. It puts packets in
 * line as (connection, step) through `enqueue`; the caller asks for the bytes when it can send them.
 * The schedule's clock is the caller's to move: it may lag behind the real one and catch up.
 */
export class TrafficSource {
  readonly layout: Layout;
  private readonly wheel: TimerWheel;
  private readonly endpoints: Endpoints;
  private readonly playback: Playback;
  private readonly packets: GeneratedPackets;
  private scheduleMs = 0;
  private nowMs = 0;

  constructor(layout: Layout, ledger: Ledger, enqueue: Enqueue) {
    const { workload } = layout;
    ledger.translations.firstSide.set(workload.clientSide);
    const firstPlayer = workload.size * 2;
    this.layout = layout;
    this.wheel = new TimerWheel(firstPlayer + layout.players);
    this.endpoints = new Endpoints(workload, this.wheel, ledger, enqueue);
    this.playback = new Playback(layout.plan, layout.recordings, this.wheel, firstPlayer, ledger, enqueue);
    this.packets = new GeneratedPackets(workload, ledger.translations);
  }

  /** All scripts and repeats have come to their end. What was sent last may still be under way. */
  get finished(): boolean {
    return this.endpoints.finished && this.playback.playing === 0;
  }

  /** Generated connections that have begun and not ended. */
  get openConnections(): number {
    return this.endpoints.openConnections;
  }

  /** How many ms of the schedule pass in one real ms. */
  set pace(pace: number) {
    this.endpoints.pace = pace;
  }

  /** Moves the schedule on by whole ms and puts in line what became due. */
  advance(byMs: number, nowMs: number): void {
    this.nowMs = nowMs;
    for (let i = 0; i < byMs; i++) {
      this.scheduleMs++;
      this.endpoints.setTime(nowMs, this.scheduleMs * 1000);
      this.wheel.advance(this.scheduleMs, this.fire);
    }
  }

  /** A packet of this source reached its receiver whole, and for the first time. */
  arrived(connection: number, step: number, nowMs: number): void {
    if (connection >= this.layout.workload.size) return;
    this.endpoints.setTime(nowMs, this.scheduleMs * 1000);
    this.endpoints.arrived(connection, step);
  }

  /** Writes the packet from the start of `words`, of which `bytes` is another view; returns its length in bytes. */
  build(connection: number, step: number, words: Int32Array, bytes: Uint8Array): number {
    const source = connection < this.layout.workload.size ? this.packets : this.playback;
    return source.build(connection, step, words, bytes);
  }

  /** The connection whose way into the fabric the packet takes: its own, or that of the datagram it is a piece of. */
  along(connection: number, step: number): number {
    return connection < this.layout.workload.size ? connection : this.playback.along(connection, step);
  }

  /** Whether a packet is a fragment, the first one of its datagram too. */
  isPiece(connection: number, step: number): boolean {
    const { workload } = this.layout;
    if (connection < workload.size) return workload.serviceOf(connection).shape === 'fragments';
    return this.playback.isPiece(connection, step);
  }

  /** The interface at which the packet enters the fabric: 0 inside, 1 outside. */
  side(connection: number, step: number): 0 | 1 {
    const { workload } = this.layout;
    if (connection >= workload.size) return this.playback.side(connection, step);
    return (stepSide(step) ^ workload.clientSide[connection]) as 0 | 1;
  }

  /** Begins nothing new; ends what is under way in order. The closings are paced at the plan's rate. */
  drain(nowMs: number): void {
    const { plan } = this.layout;
    const closingPackets = 3;
    this.endpoints.setTime(nowMs, this.scheduleMs * 1000);
    this.endpoints.drain(Math.floor((this.endpoints.openConnections * closingPackets * 1e6) / plan.packetsPerSec));
    this.playback.drain();
  }

  private readonly fire = (owner: number): void => {
    if (owner < this.layout.workload.size * 2) this.endpoints.fire(owner);
    else this.playback.fire(owner, this.nowMs, this.scheduleMs * 1000);
  };
}
