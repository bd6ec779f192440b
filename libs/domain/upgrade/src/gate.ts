import type { Step } from './events.js';
import type { Probe, Sight, UpgradePlan } from './inputs.js';
import type { Finding } from './rules.js';

/** Long enough for connections that send now and then to have been heard of. */
const LOOK_FOR_MS = 5_000;

/** Nobody waits in vain, and whoever is connected has had answers. Without any connection there is nothing to look at. */
export function isServed({ forMs, services }: Probe): boolean {
  if (forMs < LOOK_FOR_MS || services.some((s) => s.stuck > 0)) return false;
  return services.every((s) => s.open === 0) || services.some((s) => s.answered > 0);
}

/** Applications that do not come through keep the next group from being taken down (fidelity: F-UPGRADE-RULES). */
export function whyNotServed({ gateMs }: UpgradePlan, { kind }: Step, { probe }: Sight): Finding | undefined {
  if (kind !== 'gate' || probe === undefined || probe.forMs <= gateMs || isServed(probe)) return undefined;
  const stuck = probe.services.filter((s) => s.stuck > 0).map((s) => `${s.stuck} of ${s.service}`);
  const what = stuck.length > 0 ? `${stuck.join(', ')} wait for an answer` : 'no connection had an answer';
  return {
    rule: 'probe',
    reason: `applications do not come through: ${what} after ${Math.round(probe.forMs / 1000)} s`,
    remedy: 'Find out what keeps them from it, then resume; or roll back.',
  };
}
