import type { RunResult } from '@rehearsal/experiment';

/** A number of a run that is compared over seeds and settings. */
export interface Figure {
  /** For people. */
  readonly about: string;
  read(result: RunResult): number | null;
}

/** By the name they have in `--json`. */
export const FIGURES: Readonly<Record<string, Figure>> = {
  detectedMs: { about: 'loss detected after, ms', read: (r) => r.failover.detectedMs },
  committedMs: { about: 'loss decided after, ms', read: (r) => r.failover.committedMs },
  firstPacketMs: { about: 'first packet after, ms', read: (r) => r.failover.firstPacketMs },
  longestSilenceMs: { about: 'longest silence, ms', read: (r) => r.failover.silenceMs.max },
  connectionsMoved: { about: 'connections moved', read: (r) => r.failover.connectionsMoved },
  connectionsLost: { about: 'connections lost', read: (r) => r.connections.lost },
  packetsLost: {
    about: 'packets lost',
    read: (r) => Object.values(r.ledger.packets.lost).reduce((a, b) => a + b, 0),
  },
  commits: { about: 'decisions in the log', read: (r) => r.log.commits },
};

/** All figures of a run. */
export function figuresOf(result: RunResult): Record<string, number | null> {
  return Object.fromEntries(Object.entries(FIGURES).map(([name, { read }]) => [name, read(result)]));
}
