import { createRng, encodeCommit } from '@rehearsal/kernel';
import { runMachine, type RunInput } from '@rehearsal/lab-port';
import type { SimWorld } from './sim-world.js';

/** The run's own stream: the lab writes it straight into the log, which it runs itself. */
export class SimRunLog {
  readonly runId: string;
  readonly #sim: SimWorld;
  readonly #build: string;
  readonly #ids;

  constructor(sim: SimWorld, seed: number, build: string) {
    this.runId = sim.fork?.recorded?.run.runId ?? `sim-${seed}`;
    this.#sim = sim;
    this.#build = build;
    // Ids of the record are taken, and may have been drawn from this seed.
    this.#ids = createRng(seed, sim.retrace === undefined ? 'lab' : 'lab from a fork on');
  }

  input<T extends RunInput['type']>(type: T): { type: T; id: string; at: number; from: 'command' } {
    return { type, id: `${this.runId}.${type}`, at: Math.floor(this.#sim.nowMs), from: 'command' };
  }

  commit(input: RunInput): void {
    const { log, nowMs, retrace } = this.#sim;
    const stream = `run.${this.runId}`;
    const head = log.head(stream);
    // A record that is followed says so itself, and may be followed to its very end.
    if (retrace?.isOver === false || head.version > 1) return;
    const version = head.version + 1;
    const state = head.version === 0 ? runMachine.initial : { phase: 'open' as const, runId: this.runId };
    const id = `lab.1.${this.#ids.u32()}`;
    const bytes = encodeCommit({
      id,
      stream,
      version,
      prev: head.hash,
      input,
      events: runMachine.decide(state, input),
      principal: { name: 'lab', known: 'service' },
      build: this.#build,
      time: { ms: Math.floor(nowMs), count: 0 },
    });
    log.append({ stream, bytes, expectLastSeq: head.seq, msgId: `${stream}:${version}:${id}` });
  }
}
