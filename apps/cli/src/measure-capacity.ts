import { bringUp, readConnections, readRunHead, readRunLog, Traffic } from '@rehearsal/experiment';
import { loadFabric } from '@rehearsal/fabric';
import type { FabricPlan } from '@rehearsal/lab-port';
import { SimLab } from '@rehearsal/simulator';
import type { ConnectionRow } from '@rehearsal/traffic';
import type { CapacityReport, CapacityRequest } from '@rehearsal/verbs';
import { capacityOf, groupOf, slotLoad } from './capacity.js';
import { roleFactories } from './labs.js';
import { Placing } from './placing.js';

const BUILD = 'capacity';
const MEASURE_MS = 2_000;
const DRAIN_WITHIN_MS = 30_000;

interface Measured {
  readonly plan: FabricPlan;
  readonly log: readonly string[];
  readonly rows: readonly ConnectionRow[];
}

/** Measures a run from its folder, or a fabric file in the simulator under its own traffic, and loses members. */
export async function measureCapacity(request: CapacityRequest): Promise<CapacityReport> {
  const { plan, log, rows } = request.run === undefined ? await fromFabric(request) : fromRun(request.run);
  const state = groupOf(log, plan.securityGroup.name);
  const placing = new Placing(plan, plan.settings);
  const load = slotLoad(rows, state.active.length, (row) => placing.slotOf(row));
  return {
    source: request.run ?? request.fabric!,
    profile: plan.profile,
    ...capacityOf(state, load, request.limitPacketsPerSec),
  };
}

function fromRun(folder: string): Measured {
  return { plan: readRunHead(folder).plan, log: readRunLog(folder), rows: readConnections(folder) };
}

/** Brings the fabric up, lets its own traffic flow for some seconds, and reads what there is. */
async function fromFabric({ fabric, set }: CapacityRequest): Promise<Measured> {
  const profile = set.profile === undefined ? {} : { profile: set.profile };
  const plan = loadFabric(fabric!, { ...profile, overrides: set.settings });
  const lab = new SimLab({ plan, seed: 1, build: BUILD, factories: roleFactories(plan, BUILD) });
  try {
    await bringUp(lab, () => {});
    const traffic = new Traffic(lab);
    const { connections, packetsPerSec, mix } = plan.traffic;
    await traffic.start({ connections, packetsPerSec, mix, durationMs: MEASURE_MS });
    await lab.waitMs(MEASURE_MS);
    await traffic.drain(DRAIN_WITHIN_MS);
    const rows = await traffic.connections();
    return { plan, log: (await lab.collect()).log, rows };
  } finally {
    await lab.down();
  }
}
