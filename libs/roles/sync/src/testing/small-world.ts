import type { Cancel, Reply, Role, Runtime, Subject } from '@rehearsal/kernel';
import {
  commitIds,
  createDecider,
  HybridClock,
  LogFollower,
  MemoryCommitStore,
  resolveSettings,
  serveInputs,
} from '@rehearsal/kernel';
import { VirtualTime } from '@rehearsal/kernel/testing';
import type { Decider } from '@rehearsal/kernel';
import type { SecurityGroupEvent, SecurityGroupInput, SecurityGroupState } from '@rehearsal/security-group';
import { memberOf, securityGroup } from '@rehearsal/security-group';
import { createSync } from '../index.js';

type Answerer = (body: Uint8Array, reply: (body: Uint8Array) => void) => void;

const MEMBERS = ['1_01', '1_02', '1_03'].map((id) => ({ id, weight: 1 }));
const SLOTS = 6;

export interface Report {
  readonly member: string;
  readonly incarnation: number;
  readonly active: string;
  readonly activeIncarnation: number;
  readonly slots: readonly number[];
  readonly version: number;
  readonly connections: number;
}

/** One log, one bus, an orchestrator that decides the security group, and the sync coordinator. */
export class SmallWorld {
  readonly time = new VirtualTime();
  /** Ms that the work queues of the log take to hand out a commit. */
  intentsLateMs = 0;
  readonly store: MemoryCommitStore;
  readonly fatals: string[] = [];
  readonly #answerers = new Map<string, Answerer[]>();
  readonly group: Decider<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent>;
  #sync: Role;
  #inputs = 0;
  #incarnation = 1;

  constructor() {
    this.store = new MemoryCommitStore({ after: this.time.after, redeliverMs: 1_000 });
    const rt = this.#runtime('orchestrator', '1_1');
    const follower = new LogFollower(rt);
    this.group = createDecider(rt, follower, {
      machine: securityGroup,
      stream: 'security-group.SG1',
      build: 'build',
      settings: { 'log.seenIds': true },
      newCommitId: commitIds(rt.self),
    });
    serveInputs(rt, this.group);
    follower.start();
    this.#sync = this.#startSync();
    this.run(10);
    this.tell({
      type: 'configure',
      from: 'command',
      config: {
        members: MEMBERS,
        orchestrators: ['1_1'],
        slots: SLOTS,
        placement: 'spread',
        requireInStep: true,
        rules: {
          drain: true,
          culThresholdPercent: 80,
          culOffMs: 10_000,
          freezeOnInstallMs: 0,
          lockstep: true,
          installWithinMs: 60_000,
        },
      },
    });
  }

  get sync(): Role {
    return this.#sync;
  }

  run(ms: number): void {
    this.time.advance(ms);
  }

  /** An input to the security group, decided within the call. */
  tell(told: Record<string, unknown>): void {
    this.#inputs++;
    const input = { id: `told-${this.#inputs}`, at: this.time.nowMs(), from: 'observation', ...told };
    this.group.submit(input as never, undefined, undefined, () => undefined);
    this.run(5);
  }

  join(member: string, incarnation = 1): void {
    this.tell({ type: 'memberSeen', member, incarnation, orchestrator: '1_1', evidence: {} });
  }

  lose(member: string, incarnation = 1): void {
    this.tell({ type: 'memberSilent', member, incarnation, reason: 'silence', evidence: {} });
  }

  /** What the member being copied to would report, for the first slot that waits and those like it. */
  dueReport(connections = 10): Report | undefined {
    const { state } = this.group;
    const first = state.joining.findIndex((to) => to !== 0);
    if (first < 0) return undefined;
    const [from, to] = [state.active[first] as number, state.joining[first] as number];
    return {
      member: memberOf(state, to),
      incarnation: state.members[to - 1]?.incarnation ?? 0,
      active: memberOf(state, from),
      activeIncarnation: state.members[from - 1]?.incarnation ?? 0,
      slots: state.active.flatMap((a, slot) => (a === from && state.joining[slot] === to ? [slot] : [])),
      version: state.version,
      connections,
    };
  }

  copyAll(): void {
    for (let rounds = 0; ; rounds++) {
      const report = this.dueReport();
      if (report === undefined) return;
      if (rounds === 100) throw new Error('copies were still under way after 100 reports');
      this.ask('sync.copied.SG1', report);
      this.run(50);
    }
  }

  /** Asks; the answers that come within 1 s are in the list returned, 'timeout' and 'no-responders' too. */
  ask(subject: string, body: unknown): unknown[] {
    const answers: unknown[] = [];
    const bytes = new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
    this.#ask(subject, bytes, 1_000, (reply) => {
      answers.push(reply.kind === 'answer' ? JSON.parse(new TextDecoder().decode(reply.body)) : reply.kind);
    });
    return answers;
  }

  status(): unknown {
    const answers: unknown[] = [];
    this.sync.command({ id: 'a', name: 'status', args: {} }, (reply) => answers.push(reply));
    return answers[0];
  }

  restartSync(): void {
    this.sync.stop(0, () => undefined);
    this.#incarnation++;
    this.#sync = this.#startSync();
    this.run(10);
  }

  /** Event types of a stream, commit by commit. */
  story(stream: string): string[][] {
    return this.store
      .commits()
      .filter((stored) => stored.stream === stream)
      .map((stored) => JSON.parse(new TextDecoder().decode(stored.bytes)).events.map((e: { type: string }) => e.type));
  }

  #startSync(): Role {
    const sync = createSync(this.#runtime('sync', '1'), {
      settings: { ...resolveSettings('lossless', {}), 'dist.slots': SLOTS },
      securityGroup: 'SG1',
      members: MEMBERS,
      orchestrators: ['1_1'],
      build: 'build',
    });
    sync.start();
    return sync;
  }

  readonly #ask = (to: Subject, body: Uint8Array, timeoutMs: number, done: (reply: Reply) => void): void => {
    let open = true;
    const end = (reply: Reply): void => {
      if (!open) return;
      open = false;
      this.time.after(0, () => done(reply));
    };
    const late = to.startsWith('cmd.') ? this.intentsLateMs : 0;
    this.time.after(late, () => {
      const answerer = this.#answerers.get(to)?.[0];
      if (answerer === undefined) end({ kind: 'no-responders' });
      else answerer(body, (answer) => end({ kind: 'answer', body: answer }));
    });
    this.time.after(timeoutMs, () => end({ kind: 'timeout' }));
  };

  #runtime(role: string, id: string): Runtime {
    const { time } = this;
    const clock = new HybridClock(time.nowMs);
    const absent = (): never => {
      throw new Error('this world has no lanes, no listeners and no chance');
    };
    return {
      self: { fabric: 'lab', site: 1, role, id, incarnation: this.#incarnation },
      nowMs: time.nowMs,
      hlc: () => clock.now(),
      cpuMs: () => 0,
      spend: () => undefined,
      takeMemory: () => () => undefined,
      rng: absent,
      after: time.after,
      report: () => false,
      atTurnEnd: (run) => void time.after(0, run),
      lane: absent,
      listen: absent,
      ask: this.#ask,
      answer: (at, _group, on): Cancel => {
        this.#answerers.set(at, [...(this.#answerers.get(at) ?? []), on]);
        return () =>
          this.#answerers.set(
            at,
            (this.#answerers.get(at) ?? []).filter((other) => other !== on),
          );
      },
      log: this.store,
      onBus: () => () => undefined,
      count: () => undefined,
      note: () => undefined,
      fatal: (code) => void this.fatals.push(code),
      reboot: () => undefined,
    };
  }
}
