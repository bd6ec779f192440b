import { z } from 'zod';

/** The one vocabulary of verdicts. `inconclusive`: the run cannot tell, for example since the fabric was not well before. */
export const verdictSchema = z.enum(['pass', 'fail', 'inconclusive']);
export type Verdict = z.output<typeof verdictSchema>;

const counts = z.record(z.string(), z.int().min(0));
const ms = z.number().min(0).nullable();
/** Of one member, since its process started; all null where it does not run at the end. Extra times are null of no packet. */
const correctionByMember = z.strictObject({
  member: z.string(),
  /** Packets it handed on to the members that serve their connections, and packets it judged for others. */
  handedOn: z.int().min(0).nullable(),
  takenIn: z.int().min(0).nullable(),
  /** From its handing a packet on until the answer was back. */
  extraP50Us: z.int().min(0).nullable(),
  extraP99Us: z.int().min(0).nullable(),
});
export type CorrectionByMember = z.output<typeof correctionByMember>;

const some = z.strictObject({
  connections: z.int().min(0),
  /** Not more than twenty of them. */
  first: z.array(z.strictObject({ id: z.int(), tuple: z.string(), cause: z.string() })),
});

/** What a run comes to. Times are ms and count from the fault; null where there was none. */
export const resultSchema = z.strictObject({
  run: z.string(),
  folder: z.string(),
  profile: z.string(),
  verdict: verdictSchema,
  /** Why the verdict is not `pass`; empty when it is. */
  reasons: z.array(z.string()),
  ledger: z.strictObject({
    packets: z.strictObject({ sent: z.int(), delivered: z.int(), dropped: counts, lost: counts }),
    /** Packets nobody accounts for, and connections whose difference from the run without faults has no name. */
    unexplained: z.int().min(0),
    /** Packets of the probes that gates sent; absent where they sent none. They are among no other figure. */
    probes: z
      .strictObject({
        sent: z.int(),
        delivered: z.int(),
        dropped: counts,
        lost: counts,
        outstanding: z.int(),
        unexplained: z.int(),
        duplicated: z.int(),
      })
      .optional(),
    /** Packets that another member answered than the one they were steered to, and how much longer they took. */
    correction: z.strictObject({
      packets: z.int(),
      perMille: z.int(),
      extraP50Us: z.int(),
      extraP99Us: z.int(),
      members: z.array(correctionByMember),
    }),
  }),
  connections: z.strictObject({
    opened: z.int().min(0),
    /** Their active member died while they were open. */
    affected: z.int().min(0),
    kept: z.int().min(0),
    lost: z.int().min(0),
    lostByCause: counts,
    /** Put off while the group was below full capacity, as the policy has it; absent where none was. */
    deferred: z
      .strictObject({
        connections: z.int().min(0),
        /** Their clients gave up before the group was whole again. */
        neverBegan: z.int().min(0),
        /** From the first packet that was put off until something came out, or the client gave up. */
        longestMs: z.int().min(0),
      })
      .optional(),
  }),
  /**
   * What the sync policy says each affected connection's state must have met, compared with what the ledger saw:
   * measuredLost = predictedLost - spared - outlived + lost in flight + unpredicted.
   */
  prediction: z.strictObject({
    /** There was no copy of their state. */
    predictedLost: z.int().min(0),
    predictedByCause: counts,
    /** Lost, after packets were refused for want of state. */
    measuredLost: z.int().min(0),
    /** Measured, though there must have been a copy: fails the run. */
    unpredicted: some,
    /** Predicted, and did not notice, by the reason why. */
    spared: counts,
    /** Predicted, and went on without a reason: fails the run. */
    outlived: some,
    /** The copy was on its way when the fault came: either may be. */
    inFlight: z.strictObject({ connections: z.int().min(0), lost: z.int().min(0) }),
  }),
  failover: z.strictObject({
    /** Until a detector had its evidence, and until the loss was decided. */
    detectedMs: ms,
    committedMs: ms,
    /** Until the first packet of an affected connection got through. */
    firstPacketMs: ms,
    /** Longest silence of each affected connection after the fault. */
    silenceMs: z.strictObject({ p50: ms, p99: ms, max: ms }),
    /** Affected connections that went on at another member. */
    connectionsMoved: z.int().min(0),
  }),
  /** Known issues of the software that members ran and that acted, by id; at whom. */
  knownIssues: z
    .array(z.strictObject({ issue: z.string(), what: z.string(), members: z.array(z.string()) }))
    .default([]),
  faults: z.strictObject({ applied: z.int().min(0) }),
  log: z.strictObject({
    commits: z.int().min(0),
    /** SHA-256 over the canonical bytes of the sorted heads of all streams. */
    chain: z.string(),
  }),
  /** How sure the settings are that this rests on: how many are documented, recalled, inferred, ours. */
  restsOn: counts,
});
export type RunResult = z.output<typeof resultSchema>;
