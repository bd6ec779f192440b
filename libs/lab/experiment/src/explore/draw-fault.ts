import type { Rng } from '@rehearsal/kernel';
import { FAULTS, targetName, type FaultArg, type FaultArgs, type FaultKind, type Target } from '@rehearsal/lab-port';
import { magnitude, onceIn, pick } from './chance.js';
import type { FaultStep } from './schedule.js';

/** How strong a fault is: a draw for every argument some fault takes. */
const ARG_DRAWS: { readonly [K in FaultArg]: (rng: Rng) => FaultArgs[K] } = {
  rebootAfterMs: (rng) => magnitude(rng, 1, 4_000),
  cut: () => true,
  oneWay: () => true,
  delayMs: (rng) => magnitude(rng, 1, 800),
  rateKbps: (rng) => magnitude(rng, 64, 65_536),
  logDelayMs: (rng) => magnitude(rng, 1, 2_000),
  lossPerMillion: (rng) => magnitude(rng, 100, 300_000),
  duplicatePerMillion: (rng) => magnitude(rng, 100, 300_000),
  reorderPerMillion: (rng) => magnitude(rng, 100, 300_000),
  roomBytes: (rng) => magnitude(rng, 1, 65_536),
  state: () => 'down',
  busyUsPerPacket: (rng) => magnitude(rng, 10, 20_000),
  forMs: (rng) => magnitude(rng, 10, 4_000),
  kbPerSec: (rng) => magnitude(rng, 1_000, 100_000),
  limitKb: (rng) => magnitude(rng, 10_000, 200_000),
  pnote: (rng) => pick(rng, ['fwd', 'routed', 'disk']),
  reason: () => undefined,
  release: () => undefined,
  report: () => 'problem',
  distribution: (rng) => pick(rng, ['auto-topology', 'manual-general']),
  timeoutSec: (rng) => magnitude(rng, 1, 8),
};

/** What ends a fault that does not end by itself. */
const MENDED_BY: Partial<Record<FaultKind, (step: FaultStep) => Pick<FaultStep, 'fault' | 'args'>>> = {
  kill: () => ({ fault: 'restart', args: {} }),
  hang: () => ({ fault: 'resume', args: {} }),
  link: () => ({ fault: 'mend', args: {} }),
  'bus-kill': () => ({ fault: 'bus-start', args: {} }),
  'bus-slow': () => ({ fault: 'mend', args: {} }),
  'disk-full': () => ({ fault: 'disk-free', args: {} }),
  admin: () => ({ fault: 'admin', args: { state: 'up' } }),
  cpstop: () => ({ fault: 'cpstart', args: {} }),
  'fwk-crash': () => ({ fault: 'restart', args: {} }),
  // A device that reports with a timeout has a problem again when it says no more.
  pnote: ({ args: { pnote } }) => ({ fault: 'pnote', args: { pnote, report: 'ok' } }),
};

/** The step that mends another, at a time of its own; undefined for what ends by itself. */
export function mendOf(step: FaultStep, atMs: number): FaultStep | undefined {
  const mended = FAULTS[step.fault].mends ? undefined : MENDED_BY[step.fault]?.(step);
  if (mended === undefined || (step.fault === 'admin' && step.args.state === 'up')) return undefined;
  return { atMs, target: step.target, ...(step.to === undefined ? {} : { to: step.to }), ...mended };
}

/** The outside world keeps the books, so it may be cut off and slowed down, but not die. */
function targetsOf(kind: FaultKind, targets: readonly Target[]): Target[] {
  const { on, hasTo } = FAULTS[kind];
  return targets.filter((t) => on.includes(t.role) && (hasTo || t.role !== 'outside-world'));
}

/** One fault of a kind on somebody, as strong as chance has it; undefined where nobody can suffer it. */
export function drawFault(rng: Rng, kind: FaultKind, targets: readonly Target[], atMs: number): FaultStep | undefined {
  const { takes, requires, hasTo } = FAULTS[kind];
  const candidates = targetsOf(kind, targets);
  if (candidates.length === 0) return undefined;
  const target = pick(rng, candidates);
  // Of releases nothing is known here, and whoever names none means the one that serves.
  const optional = takes.filter((arg) => !requires.includes(arg) && arg !== 'release');
  const telling: readonly FaultArg[] = optional.filter((arg) => arg !== 'oneWay');
  const drawn: FaultArg[] = [...requires, ...optional.filter(() => onceIn(rng, 3))];
  // A link with nothing wrong is none.
  if (telling.length > 1 && !drawn.some((arg) => telling.includes(arg))) drawn.push(pick(rng, telling));
  const args = Object.fromEntries(drawn.map((arg) => [arg, ARG_DRAWS[arg](rng)])) as FaultArgs;
  const other = hasTo
    ? pick(
        rng,
        targets.filter((t) => t !== target),
      )
    : undefined;
  return {
    atMs,
    fault: kind,
    target: targetName(target),
    ...(other === undefined ? {} : { to: targetName(other) }),
    args,
  };
}
