import { resolveSettings } from '@rehearsal/kernel';
import type { Sample, Samples } from '@rehearsal/lab-port';
import type { RunData } from '../run-data.js';

const ZERO_MS = 1_700_000_000_000;
const none = { count: 0, p50Us: 0, p90Us: 0, p99Us: 0, p999Us: 0, maxUs: 0 };

/** A run of two members, one of which is away from 2 s to 4 s, with the fields of `changes` instead. */
export function sampleRun(changes: Partial<RunData> = {}): RunData {
  return {
    title: 'a title',
    description: 'a description',
    runId: 'a-run',
    fabric: 'branch',
    world: 'simulated',
    seed: 7,
    profile: 'vendor',
    settings: resolveSettings('vendor'),
    members: ['1_01', '1_02'],
    build: 'b'.repeat(64),
    startedAtMs: ZERO_MS - 3000,
    endedAtMs: ZERO_MS + 6000,
    result: {
      verdict: 'pass',
      reasons: [],
      knownIssues: [],
      ledger: {
        packets: { sent: 1000, delivered: 990, dropped: { out_of_state: 7 }, lost: { dead_window: 3 } },
        unexplained: 0,
        correction: { packets: 0, perMille: 0, extraP50Us: 0 },
      },
      connections: { opened: 50, affected: 4, kept: 1, lost: 3, lostByCause: { not_yet_synced: 3 } },
      prediction: { predictedLost: 3, predictedByCause: { not_yet_synced: 3 }, measuredLost: 3 },
      failover: {
        detectedMs: 200,
        committedMs: 210,
        firstPacketMs: 250,
        silenceMs: { p50: 300, p99: 900, max: 900 },
        connectionsMoved: 1,
      },
      log: { commits: 3, chain: 'c'.repeat(64) },
    },
    faults: [{ atMs: ZERO_MS + 2000, fault: 'panic', target: 'member 1_02', detail: {} }],
    log: [
      commit('security-group.SG1', 1, 2200, { type: 'MemberLost', member: '1_02', reason: 'silence' }),
      commit('security-group.SG1', 2, 4000, { type: 'MemberJoined', member: '1_02' }),
      commit('security-group.SG1', 3, 4500, { type: 'GroupBalanced' }),
    ],
    samples: sampleSeries(),
    silencesMs: [300, 900, 250, 310],
    losses: {
      packets: [{ kind: 'lost', reason: 'dead_window', packets: 3, listed: 3 }],
      connections: [{ outcome: 'gave_up', cause: 'not_yet_synced', fault: 'panic member 1_02', connections: 3 }],
    },
    ledger: {
      latency: { ...none, count: 990, p50Us: 800 },
      connections: { unstarted: 0, open: 0, done: 47, reset: 0, gave_up: 3, total: 50, lost: 3 },
      resent: 5,
      duplicated: 0,
      reordered: 0,
      corrupted: 0,
    },
    steps: [{ name: 'it panics', type: 'action', atMs: ZERO_MS + 2000, tookMs: 1, outcome: 'done', went: 'well' }],
    commands: [{ does: 'The same again', command: 'rehearse run x.yaml --sim --seed 7' }],
    ...changes,
  };
}

/** A stored commit `atMs` after traffic began. */
export function commit(stream: string, version: number, atMs: number, ...events: object[]): string {
  return JSON.stringify({ stream, version, time: { ms: ZERO_MS + atMs, count: 0 }, events });
}

function sampleSeries(): Samples {
  const samples = Array.from({ length: 61 }, (_, i): Sample => {
    const isAway = i >= 20 && i < 40;
    return {
      atMs: ZERO_MS + i * 100,
      sent: i * 16,
      delivered: i * 15,
      dropped: i > 20 ? 7 : 0,
      lost: i > 20 ? 3 : 0,
      open: 40,
      latencyUs: { count: 15, p50: 800, p90: 900, p99: 1000 + i, max: 2000 },
      membersActive: isAway ? 1 : 2,
      exposedSlots: isAway ? 256 : 0,
      judged: [i * 8, isAway ? null : i * 8],
      connections: [20, isAway ? null : 20],
      aheadOfCopies: [3, isAway ? null : 3],
    };
  });
  return { everyMs: 100, members: ['1_01', '1_02'], samples };
}
