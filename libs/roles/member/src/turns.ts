import type { ConnectionTable } from '@rehearsal/dataplane';
import type { Cancel, Runtime, Settings } from '@rehearsal/kernel';
import type { Correction } from './correction.js';
import type { Duties } from './duties.js';
import { DUTY } from './duties.js';
import type { EgressHold } from './egress-hold.js';
import type { Expecting } from './expecting.js';
import type { Legs } from './legs.js';
import type { Awaited } from './peer-way.js';
import type { Replication } from './replication.js';
import type { Serving } from './serving.js';

export interface TurnsParts {
  readonly rt: Runtime;
  /** Changes of connections may wait this long for others to leave with. */
  readonly settings: Pick<Settings, 'sync.deltaMs'>;
  readonly connections: ConnectionTable;
  readonly duties: Duties;
  readonly replication: Replication;
  readonly correction: Correction;
  readonly legs: Legs;
  readonly serving: Serving;
  readonly expecting: Expecting;
  readonly egress: EgressHold;
}

/** Answers, and the copies they depend on, leave together: at the end of a turn, or a little later. */
export class Turns {
  /** Nothing more is sent. */
  stopped = false;
  private queued = false;
  private lastFlushMs = 0;
  private flushTimer: Cancel | undefined;
  private readonly parts: TurnsParts;

  constructor(parts: TurnsParts) {
    this.parts = parts;
  }

  /** Something was done that others are to hear of. */
  queue(): void {
    if (this.queued || this.stopped) return;
    this.queued = true;
    this.parts.rt.atTurnEnd(this.atEnd);
  }

  /** Sends all that may leave, and begins to wait for what the rest depends on. */
  flush(): void {
    const { rt, connections, correction, serving, replication } = this.parts;
    this.flushTimer?.();
    this.flushTimer = undefined;
    this.lastFlushMs = rt.nowMs();
    const awaited: Awaited[] = [];
    const { duty } = this.parts.duties;
    const now = connections.relative(this.lastFlushMs);
    replication.flush(now, (slot) => duty[slot] === DUTY.serving, awaited);
    correction.flush();
    const legs = this.parts.legs.flush(awaited);
    serving.mustHold = false;
    const told = this.parts.expecting.flush();
    this.parts.egress.close(legs.length + told.length === 0 ? awaited : [...awaited, ...legs, ...told]);
    if (replication.copiesQueued > 0) this.flushTimer = rt.after(0, this.flushLater);
  }

  /** The last turn of all. */
  stop(): void {
    this.flush();
    this.stopped = true;
    this.flushTimer?.();
  }

  private readonly atEnd = (): void => {
    this.queued = false;
    if (this.stopped) return;
    const { rt, settings, correction, legs, serving, egress } = this.parts;
    correction.flush();
    // An entry for the other leg is asked for at once: a first packet waits for it.
    if (legs.isAsking) {
      this.flush();
      return;
    }
    const dueInMs = this.lastFlushMs + settings['sync.deltaMs'] - rt.nowMs();
    if (dueInMs <= 0) {
      this.flush();
      return;
    }
    if (!serving.mustHold) egress.close([]);
    this.flushTimer ??= rt.after(dueInMs, this.flushLater);
  };

  private readonly flushLater = (): void => {
    this.flushTimer = undefined;
    if (!this.stopped) this.flush();
  };
}
