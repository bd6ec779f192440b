import type { Rng } from '@rehearsal/kernel';
import type { TrafficPlan } from '@rehearsal/traffic';
import { onceIn, pick } from './chance.js';
import type { FabricChanges } from './schedule.js';

/** General is one choice for both interfaces. With all others the two legs of a connection have slots of their own. */
const MODES: readonly NonNullable<FabricChanges['modes']>[] = [
  ['general', 'general'],
  ['user', 'network'],
  ['network', 'user'],
  ['user', 'user'],
  ['network', 'network'],
];

/** Built-in services of the traffic, by what a policy says to let their first connections in. */
const SERVICES = {
  https: 'https',
  ssh: 'ssh',
  dns: 'dns',
  voip: { udp: 5004 },
  syslog: 'syslog',
  ping: 'icmp',
  'icmp-errors': { udp: 33_434 },
  fragments: { udp: 2049 },
  ipsec: 'ike',
  'nat-t': 'ike-nat-t',
  gre: 'gre',
  'gtp-u': 'gtp-u',
  ftp: 'ftp',
  sip: 'sip',
} as const;
const NAMES = Object.keys(SERVICES) as (keyof typeof SERVICES)[];

/** How packets spread and whether they are translated; one seed in three leaves both as the fabric has them. */
export function drawChanges(rng: Rng): FabricChanges {
  if (onceIn(rng, 3)) return {};
  return {
    ...(onceIn(rng, 4) ? {} : { modes: pick(rng, MODES) }),
    ...(onceIn(rng, 2) ? { hide: true } : {}),
  };
}

/** Every kind of connection, or a few of them, begun from inside, and from outside where nothing hides what is there. */
export function drawMix(rng: Rng, hide: boolean): NonNullable<TrafficPlan['mix']> {
  const few = onceIn(rng, 2) ? 6 : 2;
  const mix: Record<string, number> = {};
  for (const name of NAMES) {
    if (!onceIn(rng, few)) continue;
    mix[!hide && onceIn(rng, 4) ? `inbound-${name}` : name] = 1 + rng.int(20);
  }
  if (Object.keys(mix).length === 0) mix[pick(rng, NAMES)] = 1;
  return mix;
}

/** What a policy has to accept for such traffic: data connections pass for what announces them alone. */
export const ACCEPTS: FabricChanges['accepts'] = [...Object.values(SERVICES), 'esp'];
