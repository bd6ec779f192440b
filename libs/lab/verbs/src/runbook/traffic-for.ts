import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Experiment } from '@rehearsal/experiment';
import type { FabricPlan, Lab } from '@rehearsal/lab-port';
import { readRecording } from '@rehearsal/traffic';

type Traffic = NonNullable<Experiment['block']['traffic']>;

/** Bounds a simulated run, where each packet costs a step of the machine it runs on. */
const SIMULATED = { packets: 20_000, connections: 200 } as const;
const LIVE_PACKETS_PER_SEC = 2_000;
/** Traffic goes on for a while after the last command, so that what it has done shows. */
const AFTER_MS = 15_000;
const LIVE_MARGIN_PERCENT = 30;
const RETRANSMIT = { firstMs: 1000, maxMs: 2000, giveUpAfter: 3 };
/** Clients of captures that are played again and again have an address each. */
const MOST_REPEATS = 500;
const AT_ONCE = 8;

/** The fabric's traffic for as long as a procedure takes. */
export function trafficFor({ traffic }: Pick<FabricPlan, 'traffic'>, world: Lab['world'], tookMs: number): Traffic {
  const { connections, packetsPerSec, mix, addresses, asymmetricPercent, captures } = traffic;
  const isLive = world === 'processes';
  const durationMs = Math.ceil(tookMs * (isLive ? 1 + LIVE_MARGIN_PERCENT / 100 : 1)) + AFTER_MS;
  const bounded = isLive ? LIVE_PACKETS_PER_SEC : Math.ceil((SIMULATED.packets * 1000) / durationMs);
  const rate = Math.max(1, Math.min(packetsPerSec, bounded));
  return {
    ...(connections === 0
      ? { connections }
      : {
          connections: isLive ? connections : Math.min(connections, SIMULATED.connections),
          packetsPerSec: rate,
          durationMs,
          mix,
        }),
    ...(addresses !== undefined && { addresses: { ...addresses, published: [...(addresses.published ?? [])] } }),
    ...(asymmetricPercent !== undefined && { asymmetricPercent }),
    ...(captures.length > 0 && { captures: captures.map((file) => playOf(file, durationMs, rate / captures.length)) }),
    ...(!isLive && { retransmit: RETRANSMIT }),
  };
}

/** A capture again and again, and so fast that it lasts as long as the procedure. */
function playOf(file: string, durationMs: number, rate: number): NonNullable<Traffic['captures']>[number] {
  const { packets } = readRecording(basename(file), new Uint8Array(readFileSync(file)));
  const packetsPerSec = Math.max(1, Math.floor(rate));
  const wanted = Math.ceil((durationMs * packetsPerSec) / 1000 / Math.max(1, packets));
  const repeats = Math.max(1, Math.min(wanted, MOST_REPEATS));
  // Where no more repeats may be, each is played more slowly.
  const slower = Math.max(1, Math.floor((packetsPerSec * repeats) / wanted));
  return { file, repeats, parallel: Math.min(repeats, AT_ONCE), packetsPerSec: slower };
}
