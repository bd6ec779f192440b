import type { Cancel, Runtime } from '@rehearsal/kernel';
import type {
  FlowOutcome,
  Ledger,
  ProbeEnd,
  ProbeOrder,
  ProbeOutcome,
  ProbeSums,
  ResolvedPlan,
} from '@rehearsal/traffic';
import { areOver, flowOutcomeOf, outcomesOf, planOfFlow, planOfProbes, probeSums } from '@rehearsal/traffic';
import type { PacketFrameReader } from '@rehearsal/protocol';
import { Run, type RunLimits } from './run.js';
import { firstProbeTag, PROBE_TAG_BITS, PROBING_RUNS, probingRunOf } from './tags.js';
import type { Way } from './way.js';

/** Slower than the traffic's: probes are few. */
const TICK_MS = 10;
/** Where only what is kept open sends, which lasts for as long as an upgrade. */
const SLOW_TICK_MS = 20;
/** Whoever stands at a gate is told of probes that are no older than this. */
const ROUND_EVERY_MS = 10_000;

/** What is kept open is asked once a second: for longer than that it waits for nothing but an answer. */
const DEAD_AFTER_MS = 1_000;

interface Round {
  readonly run: Run;
  readonly probes: readonly ProbeEnd[];
  readonly startMs: number;
}

interface Flow {
  readonly run: Run;
  readonly ends: ProbeEnd;
  readonly upgrade: number;
  resumed: number;
}

type Gate = NonNullable<ProbeOrder['gate']>;
type FlowOrder = NonNullable<ProbeOrder['flow']>;

/** What probes say of applications; absent where nobody ordered any. */
export interface Probed {
  readonly asked?: readonly ProbeOutcome[];
  readonly flow?: FlowOutcome;
}

/**
 * Connections of the outside world's own that ask whether applications come through: a round of them for who stands at a
 * gate, again and again while it stands there, and one that is kept open meanwhile. They are clients and servers as those
 * of the traffic are; what becomes of their packets is accounted for apart.
 */
export class Probing {
  private readonly rt: Runtime;
  private readonly ways: readonly Way[];
  private readonly limits: RunLimits;
  /** By number: all of which something may still be heard. */
  private readonly runs = new Map<number, Run>();
  private next = 0;
  private ticking: Cancel | undefined;
  private round: Round | undefined;
  private flow: Flow | undefined;
  /** The gate that was asked for last, and what the last round of it came to that was over. */
  private gate: number | undefined;
  private outcomes: readonly ProbeOutcome[] | undefined;
  /** Of runs that are over. */
  private past: ProbeSums | undefined;

  constructor(rt: Runtime, ways: readonly Way[], limits: RunLimits) {
    this.rt = rt;
    this.ways = ways;
    this.limits = limits;
  }

  /** Does as is ordered, and says how it stands. */
  ask({ flow, gate, over }: ProbeOrder): Probed {
    const nowMs = this.rt.nowMs();
    if (over === true) this.endFlow(nowMs);
    return {
      ...(flow && { flow: this.keepOpen(flow, nowMs) }),
      ...(gate && { asked: this.standAt(gate, nowMs) }),
    };
  }

  /** Takes the record that `reader` is at; words about packets of a run that is over change nothing. */
  hear(reader: PacketFrameReader, words: Int32Array, nowMs: number): void {
    this.runs.get(probingRunOf(reader.id))?.hear(reader, words, nowMs);
  }

  wayDied(way: Way): void {
    for (const run of this.runs.values()) run.wayDied(way, this.rt.nowMs());
  }

  refreshRouters(): void {
    for (const run of this.runs.values()) run.router.refresh();
  }

  /** What became of the packets of all probes, where there were any. */
  account(): { readonly probes?: ProbeSums } {
    if (this.runs.size === 0 && this.past === undefined) return {};
    return { probes: probeSums(ledgersOf(this.runs.values()), this.past) };
  }

  stop(): void {
    this.ticking?.();
    this.ticking = undefined;
  }

  /** One that has died is opened anew where an upgrade goes on: until then it is what the gate is to see. */
  private keepOpen({ upgrade, resumed, ends }: FlowOrder, nowMs: number): FlowOutcome {
    if (this.flow?.upgrade === upgrade) {
      const fares = flowOutcomeOf(this.flow.run.ledger, this.flow.ends, nowMs);
      const isWanted = fares.silentMs <= DEAD_AFTER_MS && fares.service === ends.service;
      if (isWanted || this.flow.resumed === resumed) {
        this.flow.resumed = resumed;
        return fares;
      }
    }
    this.endFlow(nowMs);
    const run = this.begin((seed) => planOfFlow(seed, ends), nowMs);
    this.flow = { run, ends, upgrade, resumed };
    return flowOutcomeOf(run.ledger, ends, nowMs);
  }

  private endFlow(nowMs: number): void {
    this.flow?.run.source.drain(nowMs);
    this.flow = undefined;
  }

  /** While a round is under way, what the one before it came to. */
  private standAt({ begun, probes }: Gate, nowMs: number): readonly ProbeOutcome[] {
    const isNew = this.gate !== begun;
    const round = isNew || this.round === undefined ? this.ring(probes, nowMs) : this.round;
    if (isNew) this.outcomes = undefined;
    this.gate = begun;
    const outcomes = outcomesOf(round.run.ledger, round.probes);
    if (areOver(round.run.ledger)) {
      this.outcomes = outcomes;
      if (nowMs - round.startMs >= ROUND_EVERY_MS) this.ring(probes, nowMs);
    }
    return this.outcomes ?? outcomes;
  }

  private ring(probes: readonly ProbeEnd[], nowMs: number): Round {
    const run = this.begin((seed) => planOfProbes(seed, probes), nowMs);
    return (this.round = { run, probes, startMs: nowMs });
  }

  private begin(planOf: (seed: number) => ResolvedPlan, nowMs: number): Run {
    while (this.runs.has(this.next)) this.next = (this.next + 1) % PROBING_RUNS;
    const number = this.next;
    const tags = { firstTag: firstProbeTag(number), tagBits: PROBE_TAG_BITS };
    const run = new Run(planOf(number), [], this.ways, this.limits, tags, nowMs);
    this.runs.set(number, run);
    this.next = (number + 1) % PROBING_RUNS;
    this.ticking ??= this.rt.after(TICK_MS, this.tick);
    return run;
  }

  private readonly tick = (): void => {
    this.ticking = undefined;
    const nowMs = this.rt.nowMs();
    for (const [number, run] of this.runs) {
      run.tick(nowMs);
      if (run.settled && run !== this.round?.run && run !== this.flow?.run) this.retire(number, run);
    }
    let sending = 0;
    for (const run of this.runs.values()) if (!run.settled) sending++;
    if (sending === 0) return;
    const isFlowAlone = sending === 1 && this.flow?.run.settled === false;
    this.ticking = this.rt.after(isFlowAlone ? SLOW_TICK_MS : TICK_MS, this.tick);
  };

  private retire(number: number, run: Run): void {
    this.runs.delete(number);
    this.past = probeSums([run.ledger], this.past);
  }
}

function* ledgersOf(runs: Iterable<Run>): Iterable<Ledger> {
  for (const { ledger } of runs) yield ledger;
}
