import { hostAddress, hostsIn } from '../workload/address-range.js';
import type { CapturePlan, ResolvedPlan } from '../workload/plan.js';
import type { Recording } from './recording.js';

/** One recording as it is to be played: its connections, its hosts, and its times at the speed of the plan. */
export interface PlannedRecording {
  readonly recording: Recording;
  readonly repeats: number;
  /** Ledger number of the first flow of repeat 0; repeat `r` follows after all flows of `r - 1`. */
  readonly firstConnection: number;
  /** Number of the first player of this recording. */
  readonly firstPlayer: number;
  /** Number of its first client host; each repeat has hosts of its own. */
  readonly firstClient: number;
  readonly firstServer: number;
  /** Scaled times of the packets, from the start of a repeat. */
  readonly atUs: Float64Array;
  /** From the start of one repeat to the next. */
  readonly everyUs: number;
  /** When repeat 0 begins, in µs of the schedule. */
  readonly startUs: number;
}

/**
 * Lays out the captures of a plan behind its generated connections. `firstClient` is the first client
 * host that is free. Throws RangeError when the client addresses have no room.
 */
export function planPlayback(
  plan: ResolvedPlan,
  recordings: readonly Recording[],
  firstConnection: number,
  firstClient: number,
): PlannedRecording[] {
  const planned: PlannedRecording[] = [];
  let connection = firstConnection;
  let player = 0;
  let client = firstClient;
  let server = 0;
  const room = hostsIn(plan.clients);
  /** When each of those that play at a time will be done. */
  const freeAtUs = new Float64Array(Math.max(1, Math.min(plan.capturesAtOnce, recordings.length)));
  for (const [i, recording] of recordings.entries()) {
    const capture = plan.captures[i];
    const { atUs, everyUs } = scaleTimes(recording, capture);
    const needed = recording.clients * capture.repeats;
    if (needed > room) {
      throw new RangeError(
        `traffic plan at captures.${i}: ${needed} client addresses are needed, addresses.clients has ${room}; widen it, or play fewer repeats`,
      );
    }
    let lane = 0;
    for (let l = 1; l < freeAtUs.length; l++) if (freeAtUs[l] < freeAtUs[lane]) lane = l;
    const startUs = freeAtUs[lane];
    const lengthUs = recording.packets === 0 ? 0 : atUs[recording.packets - 1];
    freeAtUs[lane] += (capture.repeats - 1) * everyUs + lengthUs + 1000;
    planned.push({
      recording,
      repeats: capture.repeats,
      firstConnection: connection,
      firstPlayer: player,
      firstClient: client,
      firstServer: server,
      atUs,
      everyUs,
      startUs,
    });
    connection += recording.flows.length * capture.repeats;
    player += capture.repeats;
    // Where a plan has more captures than client addresses, these are used again: with other servers.
    client += needed;
    server += recording.servers;
  }
  return planned;
}

/** The recording a connection belongs to; there must be one. */
export function recordingOf(recordings: readonly PlannedRecording[], connection: number): PlannedRecording {
  let low = 0;
  let high = recordings.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (recordings[middle].firstConnection > connection) high = middle - 1;
    else low = middle;
  }
  return recordings[low];
}

/** Which repeat of its recording a connection belongs to. */
export function repeatOf(planned: PlannedRecording, connection: number): number {
  return Math.floor((connection - planned.firstConnection) / planned.recording.flows.length);
}

/** The address a recorded host has in a repeat; `host` as in `Recording.src`, which must not be -1. */
export function playedAddress(plan: ResolvedPlan, planned: PlannedRecording, repeat: number, host: number): number {
  if (host < 0) return hostAddress(plan.servers, planned.firstServer - 2 - host);
  return hostAddress(plan.clients, planned.firstClient + repeat * planned.recording.clients + host);
}

/** Times with every pause of more than `maxGapUs` cut to it; 0 cuts none. */
function withoutLongGaps(atUs: Float64Array, maxGapUs: number): Float64Array {
  if (maxGapUs === 0) return atUs;
  const cut = new Float64Array(atUs.length);
  for (let i = 1; i < atUs.length; i++) cut[i] = cut[i - 1] + Math.min(atUs[i] - atUs[i - 1], maxGapUs);
  return cut;
}

function scaleTimes(recording: Recording, capture: CapturePlan): { atUs: Float64Array; everyUs: number } {
  const n = recording.packets;
  const recorded = withoutLongGaps(recording.atUs, capture.maxGapMs * 1000);
  const recordedUs = n === 0 ? 0 : recorded[n - 1];
  if (capture.packetsPerSec === 0) {
    const atUs = recorded.map((us) => Math.floor((us * 100) / capture.speedPercent));
    const lengthUs = n === 0 ? 0 : atUs[n - 1];
    return { atUs, everyUs: Math.floor(lengthUs / capture.parallel) };
  }
  const lengthUs = Math.floor((n * capture.parallel * 1e6) / capture.packetsPerSec);
  // A recording without times is played evenly.
  const atUs = recorded.map((us, i) =>
    Math.floor(recordedUs === 0 ? (i * lengthUs) / n : (us * lengthUs) / recordedUs),
  );
  return { atUs, everyUs: Math.floor(lengthUs / capture.parallel) };
}
