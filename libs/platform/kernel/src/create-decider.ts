import { Decider } from './decider.js';
import type { LogFollower } from './log-follower.js';
import type { Event, Input, Machine } from './machine.js';
import type { Runtime } from './runtime.js';
import type { Settings } from './settings-registry.js';

export interface CreateDecider<S, I extends Input, E extends Event> {
  readonly machine: Machine<S, I, E>;
  readonly stream: string;
  /** Hash of the machine code. */
  readonly build: string;
  readonly settings: Pick<Settings, 'log.seenIds'>;
  /** One source a process: `commitIds(runtime.self)`. */
  readonly newCommitId: () => string;
}

export type DecidingRuntime = Pick<Runtime, 'self' | 'log' | 'after' | 'nowMs' | 'note' | 'fatal'>;

/** A decider on the runtime's log, fed and started by the follower of the process (add before it starts). */
export function createDecider<S, I extends Input, E extends Event>(
  runtime: DecidingRuntime,
  follower: LogFollower,
  options: CreateDecider<S, I, E>,
): Decider<S, I, E> {
  const { machine, stream, build, settings, newCommitId } = options;
  const decider = new Decider({
    machine,
    stream,
    store: runtime.log,
    hlc: follower.hlc,
    after: (delayMs, run) => runtime.after(delayMs, run),
    nowMs: () => runtime.nowMs(),
    note: (level, code, fields) => runtime.note(level, code, fields),
    fatal: (code, fields) => runtime.fatal(code, fields),
    principal: { name: `${runtime.self.role}.${runtime.self.id}`, known: 'service' },
    build,
    newCommitId,
    settings: {
      get seenIds() {
        return settings['log.seenIds'];
      },
    },
  });
  follower.add(decider);
  return decider;
}
