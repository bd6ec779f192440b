import {
  dumpAndRebootMs,
  LabError,
  linkFault,
  sameTarget,
  targetName,
  type FaultRecord,
  type KillOptions,
  type LinkSpec,
  type Target,
} from '@rehearsal/lab-port';
import type { SimProcess } from './sim-process.js';
import type { SimWorld } from './sim-world.js';

export const BUS: Target = { role: 'bus', id: 'bus' };

/** What can be done to a world from outside, and the record of it. */
export class SimFaults {
  readonly records: FaultRecord[] = [];
  readonly #sim: SimWorld;
  readonly #process: (target: Target) => SimProcess;

  /** `process`: throws for a target that is none. */
  constructor(sim: SimWorld, process: (target: Target) => SimProcess) {
    this.#sim = sim;
    this.#process = process;
  }

  kill(target: Target, options: KillOptions = {}): void {
    const rebootAfterMs =
      options.rebootAfterMs === undefined ? dumpAndRebootMs(this.#sim.plan.settings) : options.rebootAfterMs;
    if (sameTarget(target, BUS)) {
      this.#sim.stopBus();
      return this.#note('kill', target, {});
    }
    const process = this.#process(target);
    if (!process.alive) throw refusal(process, 'does not run', 'Restart it first.');
    this.#sim.crash(process, rebootAfterMs === null ? 'dead' : 'rebooting');
    if (rebootAfterMs !== null) this.#sim.startLater(process, rebootAfterMs);
    this.#note(rebootAfterMs === null ? 'kill' : 'panic', target, rebootAfterMs === null ? {} : { rebootAfterMs });
  }

  hang(target: Target): void {
    if (sameTarget(target, BUS)) {
      this.#assertBus('up', 'Start or resume it first.');
      this.#sim.network.hang();
    } else {
      const process = this.#process(target);
      if (process.state !== 'running') throw refusal(process, 'does not run', 'Restart or resume it first.');
      this.#sim.hang(process);
    }
    this.#note('hang', target, {});
  }

  resume(target: Target): void {
    if (sameTarget(target, BUS)) {
      this.#assertBus('hung', 'Hang it first.');
      this.#sim.resumeBus();
    } else {
      const process = this.#process(target);
      if (process.state !== 'hung') throw refusal(process, 'is not hung', 'Hang it first.');
      this.#sim.resume(process);
    }
    this.#note('resume', target, {});
  }

  restart(target: Target): void {
    if (sameTarget(target, BUS)) {
      if (this.#sim.network.state !== 'down') this.#sim.stopBus();
      this.#sim.run(this.#sim.nowUs + Math.round(this.#sim.options.busRestartMs * 1000));
      this.#sim.startBus();
    } else {
      const process = this.#process(target);
      if (process.alive) this.#sim.crash(process, 'dead');
      this.#sim.start(process);
    }
    this.#note('restart', target, {});
  }

  link(from: Target, to: Target, spec: LinkSpec): void {
    const [a, b] = [this.#end(from), this.#end(to)];
    if (a === b) throw new LabError('bad-input', `A link of ${targetName(from)} to itself.`, 'Name two ends.');
    const { bothWays, ...faults } = spec;
    this.#sim.network.setLink(a, b, faults);
    if (bothWays !== false) this.#sim.network.setLink(b, a, faults);
    for (const end of [a, b]) {
      const process = this.#sim.processes[end];
      if (process !== undefined) this.#sim.wayChanged(process);
    }
    this.#note(...linkFault(from, to, spec));
  }

  limitLog(roomBytes: number | null): void {
    this.#sim.log.limit(roomBytes);
    this.#note(roomBytes === null ? 'disk-free' : 'disk-full', BUS, roomBytes === null ? {} : { roomBytes });
  }

  #assertBus(state: 'up' | 'hung', remedy: string): void {
    const seen = this.#sim.network.state;
    if (seen !== state) throw new LabError('bad-input', `The bus is ${seen}, not ${state}.`, remedy);
  }

  #end(target: Target): number {
    return sameTarget(target, BUS) ? this.#sim.busIndex : this.#process(target).index;
  }

  #note(fault: FaultRecord['fault'], target: Target, detail: FaultRecord['detail']): void {
    this.records.push({ atMs: this.#sim.nowMs, fault, target: targetName(target), detail });
  }
}

function refusal(process: SimProcess, what: string, remedy: string): LabError {
  return new LabError('bad-input', `${process.name} ${what}; it is ${process.state}.`, remedy);
}
