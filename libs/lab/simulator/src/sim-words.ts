import type { Command, CommandReply } from '@rehearsal/kernel';
import {
  labStatus,
  processStatus,
  type FabricPlan,
  type LabStatus,
  type ProcessStatus,
  type Reading,
} from '@rehearsal/lab-port';
import { asJson } from './as-json.js';
import type { SimProcess } from './sim-process.js';
import type { SimWorld } from './sim-world.js';

/** What the lab says to the roles of a world, and what they answer. */
export class SimWords {
  readonly #sim: SimWorld;
  readonly #plan: FabricPlan;
  #commands = 0;

  constructor(sim: SimWorld, plan: FabricPlan) {
    this.#sim = sim;
    this.#plan = plan;
  }

  statusFrom(answers: ReadonlyMap<SimProcess, CommandReply>): LabStatus {
    const rows: ProcessStatus[] = this.#sim.processes.map((p) =>
      processStatus(
        {
          role: p.entry.role,
          id: p.entry.id,
          process: p.state,
          pid: null,
          incarnation: p.incarnation,
          ready: p.state === 'running' && p.role?.health().ready === true,
        },
        answers.get(p),
      ),
    );
    return labStatus(this.#plan, this.#sim.nowMs, this.#sim.network.state === 'down' ? 'down' : 'up', rows);
  }

  /** Lets members report what they have to report yet, in no turn of theirs and in no time. */
  report(): void {
    for (const { entry, state, role } of this.#sim.processes) {
      if (entry.role === 'member' && state === 'running')
        role?.command({ id: 'report', name: 'report', args: {} }, () => {});
    }
  }

  /** Asks roles directly, in no turn of theirs: no message is sent, no time passes and nothing is left to chance. */
  reading(): Reading {
    const asked = new Map<SimProcess, CommandReply>();
    for (const process of this.#sim.processes) {
      if (process.state !== 'running') continue;
      process.role?.command({ id: 'watch', name: 'status', args: {} }, (reply) => asked.set(process, reply));
    }
    let progress: unknown;
    const traffic = this.#sim.processes.find((p) => p.entry.role === 'outside-world');
    if (traffic?.state === 'running') {
      traffic.role?.command({ id: 'watch', name: 'progress', args: {} }, (reply) => {
        if (reply.ok) progress = reply.body;
      });
    }
    return { status: this.statusFrom(asked), progress };
  }

  post(
    process: SimProcess,
    command: Omit<Command, 'id' | 'args'> & Partial<Command>,
    done: (r: CommandReply) => void,
  ): void {
    const { network, busIndex } = this.#sim;
    // The lab's word goes over the bus, as it does live.
    if (network.isCut(busIndex, process.index) || network.isCut(process.index, busIndex)) return;
    const id = this.#sim.retrace?.commandId(command.name, process.entry.id) ?? `lab.${++this.#commands}`;
    this.#sim.post(
      process,
      () => {
        if (process.role === undefined) return done({ ok: false, reason: 'the process has only just started' });
        process.role.command({ id, name: command.name, args: command.args ?? {} }, (reply) =>
          // What a role answers goes over a wire as JSON.
          done(asJson(reply) as CommandReply),
        );
      },
      this.#sim.options.messageUs,
    );
  }
}
