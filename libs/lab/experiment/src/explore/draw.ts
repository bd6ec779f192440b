import { createRng, type Rng } from '@rehearsal/kernel';
import { FAULT_KINDS, FAULTS, targetName, type FabricPlan, type FaultKind, type Target } from '@rehearsal/lab-port';
import type { TrafficPlan } from '@rehearsal/traffic';
import { magnitude, onceIn, pick, someOf } from './chance.js';
import { ACCEPTS, drawChanges, drawMix } from './draw-fabric.js';
import { drawFault, mendOf } from './draw-fault.js';
import { ENDS, type FabricChanges, type Schedule, type FaultStep } from './schedule.js';
import { drawWeather } from './weather.js';

const LENGTH_MS = 30_000;
const FIRST_FAULT_MS = 500;
/** The last moment at which everything is mended: what is left is enough to come to rest and to end traffic. */
const MEND_BY_MS = 15_000;
const MEND_AFTER_MS = 3_000;
const MAX_FAULTS = 10;
/** Faults that come this soon after one another meet a fabric that is still busy with the first. */
const SOON_MS = 400;

/** Settings a seed may choose, none of which may cost a packet. */
const VARIED: readonly (readonly [string, readonly (string | number | boolean)[]])[] = [
  ['dist.mode', ['general', 'auto-topology']],
  ['dist.l4', [true, false]],
  ['dist.placement', ['spread', 'pairs']],
  ['dist.slots', [256, 256, 512]],
  ['link.windowFrames', [4, 32, 256]],
  ['batch.maxPackets', [1, 8, 64]],
  ['detector.probeMs', [0, 20, 50]],
  ['sync.deltaMs', [1, 2, 10]],
];

/** Processes of a fabric that may fail, the bus among them. */
export function targetsOf(plan: FabricPlan): Target[] {
  return [...plan.roles.map(({ role, id }) => ({ role, id })), { role: 'bus' as const, id: 'bus' }];
}

/**
 * What happens to a fabric under one seed: which kinds of fault there are at all and how strong, when they come and
 * to whom; what the traffic, the weather and some settings are like. Equal seeds of one plan have equal schedules.
 */
export function drawSchedule(seed: number, plan: FabricPlan, mode?: Schedule['mode']): Schedule {
  const rng = createRng(seed, 'explore');
  const targets = targetsOf(plan);
  const settings = drawSettings(rng);
  const weather = drawWeather(rng);
  const { fabric, traffic } = drawSpread(createRng(seed, 'explore.fabric'), drawTraffic(rng, plan, seed));
  const steps = drawSteps(rng, targets);
  const mendAtMs = Math.min(MEND_BY_MS, Math.max(0, ...steps.map((s) => s.atMs)) + rng.int(MEND_AFTER_MS));
  const drawnMode = onceIn(rng, 4) ? 'liveness' : 'safety';
  const gone = drawGone(rng, targets);
  const chosen = mode ?? drawnMode;
  return {
    seed,
    mode: chosen,
    settings,
    fabric,
    weather: weather as Schedule['weather'],
    traffic,
    steps: steps.filter((s) => s.atMs < mendAtMs) as Schedule['steps'],
    mendAtMs,
    lengthMs: LENGTH_MS,
    gone: chosen === 'liveness' ? gone : {},
  };
}

function drawSettings(rng: Rng): Schedule['settings'] {
  return Object.fromEntries(VARIED.filter(() => onceIn(rng, 2)).map(([name, values]) => [name, pick(rng, values)]));
}

function drawTraffic(rng: Rng, plan: FabricPlan, seed: number): TrafficPlan {
  const names = Object.keys(plan.traffic.mix);
  const mix = Object.fromEntries(names.map((name) => [name, rng.int(4) === 0 ? 0 : 1 + rng.int(99)]));
  if (names.length > 0 && Object.values(mix).every((weight) => weight === 0)) mix[pick(rng, names)] = 1;
  const connections = magnitude(rng, 1, 400);
  const packetsPerSec = magnitude(rng, 10, 400);
  return {
    seed,
    // All of them get to speak, and have time to end.
    connections: Math.min(connections, packetsPerSec * 2),
    packetsPerSec,
    durationMs: LENGTH_MS - 6_000,
    ...(names.length === 0 ? {} : { mix }),
    // Endpoints outlast any fault here, so that whoever gives up had a reason.
    retransmit: { firstMs: 500, maxMs: 2_000, giveUpAfter: 15 },
  };
}

/** How packets spread and what they are: half of the seeds have every kind of them, and an interface apart for each way. */
function drawSpread(rng: Rng, plain: TrafficPlan): { readonly fabric: FabricChanges; readonly traffic: TrafficPlan } {
  const changes = drawChanges(rng);
  const asymmetric = onceIn(rng, 4) ? { asymmetricPercent: 1 + rng.int(100) } : {};
  if (onceIn(rng, 2)) return { fabric: changes, traffic: { ...plain, ...asymmetric } };
  const mix = drawMix(rng, changes.hide === true);
  return { fabric: { ...changes, accepts: ACCEPTS }, traffic: { ...plain, ...asymmetric, mix } };
}

function drawSteps(rng: Rng, targets: readonly Target[]): FaultStep[] {
  const kinds = swarm(rng);
  const steps: FaultStep[] = [];
  const count = 1 + rng.int(MAX_FAULTS);
  let atMs = FIRST_FAULT_MS;
  for (let i = 0; i < count && atMs < MEND_BY_MS; i++) {
    atMs += onceIn(rng, 2) ? rng.int(SOON_MS) : rng.int(4_000);
    const step = drawFault(rng, pick(rng, kinds), targets, atMs);
    if (step === undefined) continue;
    steps.push(step);
    const mend = onceIn(rng, 4) ? undefined : mendOf(step, atMs + magnitude(rng, 1, 6_000));
    if (mend !== undefined) steps.push(mend);
  }
  return steps.sort((a, b) => a.atMs - b.atMs);
}

/** The kinds a seed has at all: few kinds at a time go deeper than all of them at once. */
function swarm(rng: Rng): FaultKind[] {
  const begin = FAULT_KINDS.filter((kind) => !FAULTS[kind].mends);
  const some = onceIn(rng, 2) ? someOf(rng, begin) : begin.filter(() => onceIn(rng, 6));
  return some.length === 0 ? [pick(rng, begin)] : some;
}

/** Who fails for good, and how: never all orchestrators, all members, the sync coordinator, the bus or the outside. */
function drawGone(rng: Rng, targets: readonly Target[]): Schedule['gone'] {
  const gone: Schedule['gone'] = {};
  for (const role of ['orchestrator', 'member'] as const) {
    const all = targets.filter((t) => t.role === role);
    const stays = pick(rng, all);
    for (const target of all) {
      if (target !== stays && onceIn(rng, 2)) gone[targetName(target)] = pick(rng, ENDS);
    }
  }
  return gone;
}
