import { Publisher } from '@rehearsal/outlet';
import type { Outlet, OutletEvent, OutletSource, PublisherState, PublisherWorld } from '@rehearsal/outlet';
import { cloudEventOf } from '@rehearsal/replay';
import type { LogPlace } from '@rehearsal/replay';
import type { AfterArchiving } from './after-archiving.js';
import type { LogArchive } from './archive-store.js';
import { positionsIn } from './positions.js';

export interface CommitOutletWorld extends PublisherWorld {
  count(id: string, n: number): void;
}

/** CloudEvents 1.0 in structured content mode: the body is the whole event in JSON. */
const CLOUD_EVENT = 'application/cloudevents+json; charset=UTF-8';
/** What is published at once at most; brokers refuse a batch above 1 MB. A single larger one goes alone. */
const BATCH_EVENTS = 256;
const BATCH_BYTES = 512 << 10;

/** Publishes every archived commit of a log as a CloudEvent, in the order of the log. */
export class CommitOutlet implements AfterArchiving {
  readonly #outlet: Outlet;
  readonly #place: LogPlace;
  readonly #world: CommitOutletWorld;
  #publisher: Publisher | undefined;
  #lastSeq = 0;

  constructor(outlet: Outlet, place: LogPlace, world: CommitOutletWorld) {
    this.#outlet = outlet;
    this.#place = place;
    this.#world = world;
  }

  start(log: LogArchive, archivedSeq: number): void {
    this.#lastSeq = archivedSeq;
    this.#publisher = new Publisher(this.#outlet, this.#source(log), this.#world, (state) => this.#tell(state));
    this.#publisher.start();
  }

  grown(archivedSeq: number): void {
    this.#lastSeq = Math.max(this.#lastSeq, archivedSeq);
    this.#publisher?.wake();
  }

  status(): Readonly<Record<string, unknown>> {
    return { ...(this.#publisher?.state ?? { about: this.#outlet.about, state: 'opening', publishedSeq: 0, lag: 0 }) };
  }

  async stop(deadlineMs: number): Promise<void> {
    await this.#publisher?.stop(deadlineMs);
  }

  #source(log: LogArchive): OutletSource {
    return {
      last: () => this.#lastSeq,
      read: (fromSeq) => this.#read(log, fromSeq),
      ...positionsIn(log, 'commits'),
    };
  }

  async #read(log: LogArchive, fromSeq: number): Promise<readonly OutletEvent[]> {
    const series = `${log.key.run}/${log.key.stream}`;
    const events: OutletEvent[] = [];
    let lenBytes = 0;
    for (const { seq, bytes } of await log.read(fromSeq, BATCH_EVENTS)) {
      // What comes after a gap would look as if nothing were missing.
      if (seq !== fromSeq + events.length) break;
      const body = this.#eventOf(bytes, seq);
      lenBytes += Buffer.byteLength(body);
      if (events.length > 0 && lenBytes > BATCH_BYTES) break;
      events.push({ series, seq, contentType: CLOUD_EVENT, body });
    }
    return events;
  }

  #eventOf(bytes: Uint8Array, seq: number): string {
    try {
      return cloudEventOf(bytes, seq, this.#place);
    } catch (error) {
      throw new Error(`commit ${seq} cannot be said as a CloudEvent: ${(error as Error).message}`, { cause: error });
    }
  }

  #tell({ publishedSeq, lag, state }: PublisherState): void {
    this.#world.count('outlet_seq_now', publishedSeq);
    this.#world.count('outlet_lag_now', lag);
    this.#world.count('outlet_up_now', state === 'up' ? 1 : 0);
  }
}
