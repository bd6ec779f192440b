import type { Role, Runtime } from '@rehearsal/kernel';
import type { RoleFactories } from '@rehearsal/lab-port';
import { calmOptions, type SimOptions } from '../options.js';
import { SimWorld } from '../sim-world.js';
import type { SimProcess } from '../sim-process.js';
import { toyPlan } from './toy-plan.js';

export type Script = (runtime: Runtime) => void;

const SILENT: SimOptions = {
  ...calmOptions(toyPlan().settings),
  messageUs: 100,
  messageJitterUs: 0,
  processStartMaxMs: 0,
  clockOffsetMaxMs: 0,
  clockDriftMaxPpm: 0,
  cpuNsPerMessage: 0,
  cpuNsPerPacket: 0,
  checkBytesOneIn: 1,
};

/** A world whose processes do what a script says, by id; started, with nothing left to chance but `options`. */
export function scriptedWorld(
  scripts: Readonly<Record<string, Script>>,
  options: Partial<SimOptions> = {},
  seed: number | string = 1,
): { world: SimWorld; process(id: string): SimProcess; runMs(ms: number): void } {
  const make = (runtime: Runtime): Role => ({
    start: () => scripts[runtime.self.id]?.(runtime),
    health: () => ({ ready: true, detail: {} }),
    command: (_, done) => done({ ok: true, body: null }),
    stop: (_, done) => done(),
  });
  const factories: RoleFactories = {
    orchestrator: make,
    member: make,
    sync: make,
    'outside-world': make,
    'upgrade-conductor': make,
  };
  const world = new SimWorld({ plan: toyPlan(), factories, seed, options: { ...SILENT, ...options } });
  for (const process of world.processes) world.start(process);
  return {
    world,
    process: (id) => world.processes.find((p) => p.entry.id === id)!,
    runMs: (ms) => {
      world.run(world.nowUs + Math.round(ms * 1000));
    },
  };
}
