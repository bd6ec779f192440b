import {
  askInput,
  commitIds,
  createDecider,
  LogFollower,
  serveInputs,
  type Command,
  type CommandReply,
  type Input,
  type Machine,
  type Role,
  type RoleProbe,
  type Runtime,
} from '@rehearsal/kernel';
import type { FabricPlan, RoleEntry, RoleFactories } from '@rehearsal/lab-port';

/** Small roles with all the traits of real ones: lanes, timers, questions, and decisions on one shared stream. */

export interface Added extends Input {
  readonly type: 'add';
  readonly by: string;
}
export interface Counted {
  readonly type: 'Counted';
  readonly by: string;
  readonly total: number;
}
export interface Total {
  readonly total: number;
}

export const counter: Machine<Total, Added, Counted> = {
  kind: 'toy',
  initial: { total: 0 },
  evolve: (_, event) => ({ total: event.total }),
  decide: (state, input) => [{ type: 'Counted', by: input.by, total: state.total + 1 }],
  react: () => [],
  deadlines: () => [],
};

export const TOY_STREAM = 'toy.SG1';
const PING_EVERY_MS = 5;
const ADD_EVERY_MS = 40;

abstract class ToyRole implements Role {
  protected readonly runtime: Runtime;
  protected ready = false;
  private stopped = false;

  constructor(runtime: Runtime) {
    this.runtime = runtime;
  }

  abstract start(): void;
  protected abstract report(): Readonly<Record<string, unknown>>;

  health(): { ready: boolean; detail: Readonly<Record<string, unknown>> } {
    return { ready: this.ready, detail: {} };
  }

  command(command: Command, done: (reply: CommandReply) => void): void {
    if (command.name === 'status') done({ ok: true, body: { state: 'UP', ready: this.ready, ...this.report() } });
    else if (command.name === 'ledger') done({ ok: true, body: this.report() });
    else done({ ok: false, reason: `there is no command '${command.name}'` });
  }

  stop(_deadlineMs: number, done: () => void): void {
    this.stopped = true;
    done();
  }

  protected every(ms: number, run: () => void): void {
    const again = (): void => {
      if (this.stopped) return;
      run();
      this.runtime.after(ms, again);
    };
    this.runtime.after(ms, again);
  }
}

/** Echoes pings; decides, with every other of its kind, on one stream. */
class ToyOrchestrator extends ToyRole {
  readonly #plan: FabricPlan;
  #pings = 0;
  #total = 0;

  constructor(runtime: Runtime, plan: FabricPlan) {
    super(runtime);
    this.#plan = plan;
  }

  start(): void {
    const { runtime } = this;
    const lanes = new Map(
      this.#plan.securityGroup.members.map((m, i) => [
        i + 1,
        runtime.lane(`data.member.${m.id}`, { maxInFlightBytes: 4096 }),
      ]),
    );
    runtime.listen(`data.orchestrator.${runtime.self.id}`, (bytes) => {
      this.#pings++;
      const lane = lanes.get(bytes[0]!);
      const answer = lane?.take(bytes.length);
      answer?.set(bytes);
      if (answer !== undefined) lane?.send(answer);
    });
    const follower = new LogFollower(runtime);
    const decider = createDecider(runtime, follower, {
      machine: counter,
      stream: TOY_STREAM,
      build: 'toy',
      settings: { 'log.seenIds': true },
      newCommitId: commitIds(runtime.self),
    });
    decider.onCommit((commit) => {
      this.#total = commit.events[0]!.total;
    });
    serveInputs(runtime, decider);
    follower.start(() => {
      this.ready = true;
    });
  }

  protected report(): Readonly<Record<string, unknown>> {
    return { pings: this.#pings, total: this.#total };
  }
}

/** Pings every orchestrator, counts what comes back and what found nobody, and adds to the shared total. */
class ToyMember extends ToyRole {
  readonly #plan: FabricPlan;
  readonly #probe: RoleProbe | undefined;
  #sent = 0;
  #pongs = 0;
  #lastSeen = 0;
  #disorders = 0;
  #undelivered = 0;
  #added = 0;

  constructor(runtime: Runtime, plan: FabricPlan, probe: RoleProbe | undefined) {
    super(runtime);
    this.#plan = plan;
    this.#probe = probe;
  }

  start(): void {
    const { runtime } = this;
    const { id, incarnation } = runtime.self;
    const number = this.#plan.securityGroup.members.findIndex((m) => m.id === id) + 1;
    this.#probe?.onServe(id, incarnation, number, 1);
    runtime.listen(`data.member.${id}`, (bytes) => {
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
      this.#pongs++;
      if (words[1]! < this.#lastSeen) this.#disorders++;
      this.#lastSeen = words[1]!;
      runtime.count('pongs', 1);
    });
    const lanes = this.#plan.orchestrators.map((o) =>
      runtime.lane(`data.orchestrator.${o}`, { maxInFlightBytes: 4096, onUndeliverable: () => this.#undelivered++ }),
    );
    this.every(PING_EVERY_MS, () => {
      const lane = lanes[0]!;
      const bytes = lane.take(64);
      const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
      words[0] = number;
      words[1] = this.#sent + 1;
      if (lane.send(bytes)) this.#sent++;
    });
    const rng = runtime.rng('adds');
    this.every(ADD_EVERY_MS + rng.int(10), () => {
      const input: Added = {
        type: 'add',
        id: `${id}.${incarnation}.${rng.u32()}`,
        at: Math.floor(runtime.nowMs()),
        from: 'command',
        by: id,
      };
      askInput(runtime, TOY_STREAM, { input }, {}, () => this.#added++);
    });
    this.ready = true;
  }

  protected report(): Readonly<Record<string, unknown>> {
    return {
      sent: this.#sent,
      pongs: this.#pongs,
      disorders: this.#disorders,
      undelivered: this.#undelivered,
      added: this.#added,
    };
  }
}

class ToyOther extends ToyRole {
  start(): void {
    this.ready = true;
  }

  protected report(): Readonly<Record<string, unknown>> {
    return {
      packets: { sent: 0, delivered: 0, dropped: 0, lost: 0, unexplained: 0 },
      connections: { total: 0, lost: 0 },
    };
  }
}

export const toyFactories: RoleFactories = {
  orchestrator: (runtime, _entry: RoleEntry, plan) => new ToyOrchestrator(runtime, plan),
  member: (runtime, _entry, plan, probe) => new ToyMember(runtime, plan, probe),
  sync: (runtime) => new ToyOther(runtime),
  'outside-world': (runtime) => new ToyOther(runtime),
  'upgrade-conductor': (runtime) => new ToyOther(runtime),
};
