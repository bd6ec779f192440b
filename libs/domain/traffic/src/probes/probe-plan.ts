import { resolvePlan, type ResolvedPlan } from '../workload/plan.js';
import { scriptPackets, SERVICES } from '../workload/services.js';
import type { ProbeEnd } from './probe-order.js';

/** A probe that is not answered is asked again, and gives up after five seconds. */
const ASKED_AGAIN = { firstMs: 1000, maxMs: 2000, giveUpAfter: 2 } as const;
/** What is kept open outlives the death of whatever is between its ends: it asks on for some eight minutes. */
const KEPT_ASKING = { firstMs: 1000, maxMs: 5000, giveUpAfter: 100 } as const;
/** Probes of one round are opened within this, and each rests as long between opening, asking and closing. */
const INTERVAL_MS = 200;
/** A connection that is kept open asks once a second, for longer than any upgrade. */
const KEPT_EXCHANGES = 1_000_000;

/** Services that can be asked: a question and its answer over one connection. */
export const PROBE_SERVICES: readonly string[] = Object.entries(SERVICES)
  .filter(([, s]) => s.shape === 'plain' && (s.transport === 'tcp' || s.transport === 'udp'))
  .map(([name]) => name);

/** Where a probe of the service goes, and over what. */
export function probedService(name: string): { readonly port: number; readonly transport: 'tcp' | 'udp' } {
  const { port, transport } = SERVICES[name];
  return { port, transport: transport === 'tcp' ? 'tcp' : 'udp' };
}

/** Each probe connects, asks once, is answered, and closes. */
export function planOfProbes(seed: number, probes: readonly ProbeEnd[]): ResolvedPlan {
  return paced({ ...planOf(seed, probes, 1), retransmit: ASKED_AGAIN }, INTERVAL_MS);
}

/** One connection over TCP that asks once a second until it is told to close. */
export function planOfFlow(seed: number, flow: ProbeEnd): ResolvedPlan {
  return paced({ ...planOf(seed, [flow], KEPT_EXCHANGES), retransmit: KEPT_ASKING }, 1000);
}

function planOf(seed: number, probes: readonly ProbeEnd[], exchanges: number): ResolvedPlan {
  const names = [...new Set(probes.map(({ service }) => service))];
  const mix = Object.fromEntries(names.map((name) => [name, 1]));
  const reply = resolvePlan({ seed, connections: probes.length, exchanges, mix });
  if (!reply.ok) throw new RangeError(reply.problems.join('; '));
  const ends = probes.map(({ service, client, clientPort, server }) => {
    return { service: names.indexOf(service), client, clientPort, server };
  });
  return { ...reply.plan, ends };
}

/** At the rate at which one exchange of a connection follows the other at this interval. */
function paced(plan: ResolvedPlan, intervalMs: number): ResolvedPlan {
  const { exchanges, services, ends = [] } = plan;
  const packets = ends.reduce((sum, { service }) => sum + scriptPackets(services[service], exchanges), 0);
  return { ...plan, packetsPerSec: (packets * 1000) / ((exchanges + 1) * intervalMs) };
}
