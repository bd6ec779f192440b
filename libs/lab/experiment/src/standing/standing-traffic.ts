import { LabError, type Lab } from '@rehearsal/lab-port';
import type { ConnectionRow, LedgerSummary, LossRow, LossTotal, TrafficPlan } from '@rehearsal/traffic';
import { Traffic } from '../conduct/traffic.js';

/** What flows through a standing lab now. */
export interface TrafficNow {
  readonly state: 'running' | 'stopped';
  readonly packetsPerSec: number;
  readonly connections: number;
  /** Since the lab is up. */
  readonly sent: number;
  readonly delivered: number;
}

/** The account of one stretch of traffic, from its start to its end. */
export interface Stretch {
  readonly ledger: LedgerSummary;
  readonly rows: readonly ConnectionRow[];
  readonly lost: { readonly totals: readonly LossTotal[]; readonly rows: readonly LossRow[] };
  readonly byMark: readonly { readonly atMs: number; readonly rows: readonly ConnectionRow[] }[];
}

const DRAIN_WITHIN_MS = 20_000;
/** A plan is bounded by counts; when one has come to its end the next one begins. */
const STRETCH_MS = 6 * 3_600_000;
/** So that a connection lives a quarter of an hour at the plan's own rate. */
const GENERATIONS = 24;
const MOST_CONNECTIONS = 1_000_000;
/** A ledger keeps no more marks. */
const MOST_MARKS = 60;

/** A plan without an end to speak of: connections come and go, as many at a time as were asked for. */
export function standingPlan(plan: TrafficPlan): TrafficPlan {
  const { connections, durationMs: _, exchanges: __, ...rest } = plan;
  const concurrent = typeof connections === 'number' ? connections : (connections?.concurrent ?? 0);
  if (concurrent === 0) return rest;
  const total = Math.max(concurrent, Math.min(MOST_CONNECTIONS, concurrent * GENERATIONS));
  return { ...rest, connections: { concurrent, total }, durationMs: STRETCH_MS };
}

/** The traffic of a standing lab: it can be started, stopped, and made faster or slower, any number of times. */
export class StandingTraffic {
  readonly #traffic: Traffic;
  readonly #plan: TrafficPlan;
  readonly #say: (line: string) => void;
  readonly #ended: Stretch[] = [];
  #marks: string[] = [];
  #count = 0;
  #isOn = false;
  #rate: number;
  #turn: Promise<unknown> = Promise.resolve();
  #isAtWork = false;

  constructor(lab: Lab, plan: TrafficPlan, say: (line: string) => void) {
    this.#traffic = new Traffic(lab);
    this.#plan = plan;
    this.#rate = plan.packetsPerSec ?? 0;
    this.#say = say;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  /** What has come to its end, the oldest first. */
  get stretches(): readonly Stretch[] {
    return this.#ended;
  }

  /** @throws LabError (bad input) where it flows already */
  start(packetsPerSec = this.#rate): Promise<TrafficNow> {
    return this.#inTurn(async () => {
      if (this.#isOn) {
        throw new LabError(
          'bad-input',
          'Traffic flows already.',
          'Change its rate: rehearse traffic rate N; or stop it first.',
        );
      }
      await this.#begin();
      if (packetsPerSec !== this.#rate) await this.#pace(packetsPerSec);
      return this.now();
    });
  }

  /** Ends every connection in order, and keeps the account. @throws LabError (bad input) where none flows */
  stop(): Promise<TrafficNow> {
    return this.#inTurn(async () => {
      this.#assertOn();
      await this.#traffic.drain(DRAIN_WITHIN_MS);
      await this.#close();
      return this.now();
    });
  }

  /** Connections go on as they are, at another rate. @throws LabError (bad input) where none flows */
  rate(packetsPerSec: number): Promise<TrafficNow> {
    return this.#inTurn(async () => {
      this.#assertOn();
      await this.#pace(packetsPerSec);
      return this.now();
    });
  }

  async now(): Promise<TrafficNow> {
    const before = this.#ended.reduce(
      (sum, { ledger }) => ({ sent: sum.sent + ledger.sent, delivered: sum.delivered + ledger.delivered }),
      { sent: 0, delivered: 0 },
    );
    if (!this.#isOn) return { state: 'stopped', packetsPerSec: 0, connections: 0, ...before };
    const { sent, delivered } = await this.#traffic.ledger();
    const { connections } = await this.#traffic.status();
    return {
      state: 'running',
      packetsPerSec: this.#rate,
      connections,
      sent: before.sent + sent,
      delivered: before.delivered + delivered,
    };
  }

  /** Remembers the moment of a fault. */
  mark(): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#isOn) return;
      if (this.#marks.length === MOST_MARKS) {
        this.#say(`the account keeps ${MOST_MARKS} moments; this one is counted with the last of them`);
        return;
      }
      const name = `fault-${++this.#count}`;
      await this.#traffic.mark(name);
      this.#marks.push(name);
    });
  }

  /** Begins the next stretch where the last one has come to its end by itself; not while anything else is done to it. */
  async goOn(): Promise<void> {
    if (this.#isAtWork) return;
    await this.#inTurn(async () => {
      if (!this.#isOn || (await this.#traffic.status()).state !== 'FINISHED') return;
      await this.#close();
      await this.#begin();
      if (this.#rate !== (this.#plan.packetsPerSec ?? 0)) await this.#pace(this.#rate);
      this.#say('traffic had come to its end and began anew');
    });
  }

  /** One after the other: an account takes many questions, and whatever came between would be in two of them. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(async () => {
      this.#isAtWork = true;
      try {
        return await work();
      } finally {
        this.#isAtWork = false;
      }
    });
    this.#turn = done.catch(() => {});
    return done;
  }

  #assertOn(): void {
    if (!this.#isOn) throw new LabError('bad-input', 'No traffic flows.', 'Start it: rehearse traffic start.');
  }

  async #pace(packetsPerSec: number): Promise<void> {
    const own = this.#plan.packetsPerSec ?? 0;
    if (own === 0) {
      throw new LabError('bad-input', 'This traffic is captures alone, which have no rate.', 'Start the lab anew.');
    }
    await this.#traffic.pace(Math.max(1, Math.round((packetsPerSec * 1000) / own)));
    this.#rate = packetsPerSec;
  }

  async #begin(): Promise<void> {
    await this.#traffic.start(standingPlan({ ...this.#plan, seed: (this.#plan.seed ?? 1) + this.#ended.length }));
    this.#isOn = true;
    this.#marks = [];
  }

  async #close(): Promise<void> {
    const ledger = await this.#traffic.ledger();
    const rows = begun(await this.#traffic.connections());
    const lost = await this.#traffic.losses();
    const byMark = [];
    for (const name of this.#marks) {
      const atMs = ledger.marks.find((m) => m.name === name)?.atMs ?? 0;
      byMark.push({ atMs, rows: name === this.#marks.at(-1) ? rows : begun(await this.#traffic.connections(name)) });
    }
    this.#ended.push({ ledger: withoutUnstarted(ledger), rows, lost, byMark });
    this.#isOn = false;
  }
}

/** A plan that was stopped has connections that were never to be. */
function begun(rows: readonly ConnectionRow[]): ConnectionRow[] {
  return rows.filter((row) => row.openedMs !== null || row.sent > 0);
}

function withoutUnstarted(ledger: LedgerSummary): LedgerSummary {
  const { connections } = ledger;
  const total = connections.total - connections.unstarted;
  return { ...ledger, connections: { ...connections, total, unstarted: 0 } };
}

/** The stretches of a lab as one account: connections of later ones have later numbers. */
export function joinStretches(stretches: readonly Stretch[]): Stretch | undefined {
  const last = stretches.at(-1);
  if (last === undefined || stretches.length === 1) return last;
  let first = 0;
  const moved = stretches.map((stretch) => {
    const by = first;
    first += 1 + (stretch.rows.at(-1)?.id ?? 0);
    return by === 0 ? stretch : renumbered(stretch, by);
  });
  return {
    ledger: moved.map((s) => s.ledger).reduce(addLedgers),
    rows: moved.flatMap((s) => s.rows),
    lost: {
      totals: addTotals(moved.flatMap((s) => s.lost.totals)),
      rows: moved.flatMap((s) => s.lost.rows),
    },
    byMark: moved.flatMap((s) => s.byMark),
  };
}

function renumbered(stretch: Stretch, by: number): Stretch {
  const row = (r: ConnectionRow): ConnectionRow => ({
    ...r,
    id: r.id + by,
    follows: r.follows === null ? null : r.follows + by,
  });
  return {
    ...stretch,
    rows: stretch.rows.map(row),
    lost: { ...stretch.lost, rows: stretch.lost.rows.map((r) => ({ ...r, connection: r.connection + by })) },
    byMark: stretch.byMark.map((m) => ({ ...m, rows: m.rows.map(row) })),
  };
}

/** Counts are sums. Latencies are those of the later one: quantiles cannot be added. */
function addLedgers(a: LedgerSummary, b: LedgerSummary): LedgerSummary {
  const summed: Record<string, unknown> = { ...b };
  for (const [field, value] of Object.entries(a)) {
    const other = summed[field];
    if (field === 'atMs' || field === 'latency' || field === 'correction') continue;
    if (typeof value === 'number') summed[field] = value + Number(other);
    else if (typeof value === 'boolean') summed[field] = value && other === true;
    else if (Array.isArray(value)) summed[field] = [...(value as unknown[]), ...(other as unknown[])];
    else summed[field] = addCounts(value as Record<string, number>, other as Record<string, number>);
  }
  const correction = { ...b.correction, packets: a.correction.packets + b.correction.packets };
  return { ...(summed as unknown as LedgerSummary), correction };
}

function addCounts(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const sum: Record<string, number> = { ...a };
  for (const [name, n] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + n;
  return sum;
}

function addTotals(totals: readonly LossTotal[]): LossTotal[] {
  const sums: LossTotal[] = [];
  for (const total of totals) {
    const at = sums.findIndex((s) => s.reason === total.reason && s.kind === total.kind);
    if (at < 0) sums.push(total);
    else sums[at] = { ...total, packets: sums[at]!.packets + total.packets, listed: sums[at]!.listed + total.listed };
  }
  return sums;
}
