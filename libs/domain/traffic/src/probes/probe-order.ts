import { z } from 'zod';
import { PROBE_PORTS } from './probe-ports.js';

const address = z.int().min(0).max(0xffffffff);

/** One connection that asks: from where to where, for which service, and at whom it is to arrive. */
export const probeEnd = z.strictObject({
  service: z.string().min(1),
  client: address,
  clientPort: z.int().min(PROBE_PORTS.from).max(PROBE_PORTS.to),
  server: address,
  /** The member that is asked by it; a word that comes back in the outcome. */
  at: z.string(),
});

/** What whoever looks at applications wants of the outside world: how the traffic has fared, and probes of its own. */
export const probeOrder = z.strictObject({
  /** The traffic is looked at for so long, back from now. */
  forMs: z.int().min(0),
  /**
   * A connection that is kept open for as long as this upgrade lasts; opened when it is first asked for. One that has died
   * stays dead until somebody has the upgrade go on, with another commit.
   */
  flow: z.strictObject({ upgrade: z.int().min(0), resumed: z.int().min(0), ends: probeEnd }).optional(),
  /** Connections that are opened, asked over and closed, for the gate that began with that commit. */
  gate: z.strictObject({ begun: z.int().min(0), probes: z.array(probeEnd) }).optional(),
  /** Nobody asks any more: what is open is closed. */
  over: z.literal(true).optional(),
});

export type ProbeEnd = z.infer<typeof probeEnd>;
export type ProbeOrder = z.infer<typeof probeOrder>;
