import { parseAddress } from '@rehearsal/packets';
import { z } from 'zod';
import type { Ipv4Range } from './address-range.js';
import { parseRange } from './address-range.js';
import type { Script, Service } from './services.js';
import { builtInService, INBOUND, MAX_SEGMENT_BYTES, SERVICES, TRANSPORTS } from './services.js';

const count = (max: number) => z.int().min(1).max(max);

const serviceSchema = z.strictObject({
  transport: z.enum(TRANSPORTS),
  port: z.int().min(1).max(65535),
  requestBytes: z.int().min(8).max(MAX_SEGMENT_BYTES),
  responseBytes: z.int().min(8).max(65536),
  segmentBytes: z.int().min(8).max(MAX_SEGMENT_BYTES).optional(),
  /** Where its clients are; by default inside. */
  from: z.enum(['inside', 'outside']).optional(),
});

const captureSchema = z.strictObject({
  /** Name of a capture the caller has given. */
  name: z.string().min(1),
  /** How often it is played, each time with addresses of its own. */
  repeats: count(100_000).optional(),
  /** How many of the repeats overlap. */
  parallel: count(10_000).optional(),
  /** 100 is as recorded. Not together with packetsPerSec. */
  speedPercent: count(1_000_000).optional(),
  /** Sets the speed by the rate wanted on average over all repeats under way. */
  packetsPerSec: count(1_000_000).optional(),
  /** Pauses of the recording longer than this are cut to it, before speed counts; 0, the default, cuts none. */
  maxGapMs: z.int().min(0).max(3_600_000).optional(),
});

/** What traffic to make. Everything is bounded by counts, so two runs of one plan without faults send the same packets. */
export const trafficPlanSchema = z.strictObject({
  seed: z.int().min(0).optional(),
  /** Generated connections; a number is both: that many, all at once. */
  connections: z
    .union([z.int().min(0).max(1_000_000), z.strictObject({ concurrent: count(100_000), total: count(1_000_000) })])
    .optional(),
  /** Rate of the generated connections together, on average. */
  packetsPerSec: count(1_000_000).optional(),
  /** Exchanges per connection follow from rate and duration, or the duration from exchanges. Not both. */
  durationMs: count(7 * 86_400_000).optional(),
  /** A step's exchange has 20 bits. */
  exchanges: count(1_000_000).optional(),
  /** Share of connections by service name. */
  mix: z.record(z.string(), z.int().min(0).max(1_000_000)).optional(),
  /** Services of the mix that are not built in, or replace a built-in one. */
  services: z.record(z.string(), serviceSchema).optional(),
  captures: z.array(captureSchema).max(10_000).optional(),
  /** So many captures of the list are played at a time, each repeat of one among its own; by default all at once. */
  capturesAtOnce: count(10_000).optional(),
  /** Of a captured flow a side speaks only when it is known what became of all the other said: needed where addresses are translated. */
  answersWait: z.boolean().optional(),
  /** So many connections of a hundred have their answers enter by another orchestrator than their questions. */
  asymmetricPercent: z.int().min(0).max(100).optional(),
  /** Where clients and servers live, as address/prefix length. */
  addresses: z
    .strictObject({
      clients: z.string().optional(),
      servers: z.string().optional(),
      /** Different servers; protocols without ports have further ones, one a connection. */
      serverCount: count(65_536).optional(),
      /** Addresses by which clients outside reach servers inside. */
      published: z.array(z.string()).max(4096).optional(),
    })
    .optional(),
  /** Retransmission: first timeout, greatest timeout, and after how many repetitions an endpoint gives up. */
  retransmit: z
    .strictObject({
      firstMs: z.int().min(10).max(60_000).optional(),
      maxMs: z.int().min(10).max(600_000).optional(),
      giveUpAfter: z.int().min(0).max(15).optional(),
    })
    .optional(),
});
export type TrafficPlan = z.infer<typeof trafficPlanSchema>;

export interface CapturePlan {
  readonly name: string;
  readonly repeats: number;
  readonly parallel: number;
  readonly speedPercent: number;
  /** 0: as `speedPercent` says. */
  readonly packetsPerSec: number;
  /** 0: pauses are as recorded. */
  readonly maxGapMs: number;
}

/** A service of a plan; its followers are services of the plan too, which no connection begins with. */
export interface PlannedService extends Script {
  readonly name: string;
  /** Share of the connections; 0: follows from others only. */
  readonly weight: number;
  /** `service` counts in the plan's services. */
  readonly followers: readonly { readonly after: number; readonly service: number }[];
}

/** Between whom a connection is, where a plan says so for each. */
export interface PlannedEnds {
  /** Counts in the plan's services. */
  readonly service: number;
  /** Unsigned addresses. */
  readonly client: number;
  readonly clientPort: number;
  readonly server: number;
}

/** A plan with everything filled in. */
export interface ResolvedPlan {
  readonly seed: number;
  readonly concurrent: number;
  readonly total: number;
  readonly packetsPerSec: number;
  /** 0: as `exchanges` says. */
  readonly durationMs: number;
  readonly exchanges: number;
  readonly services: readonly PlannedService[];
  readonly captures: readonly CapturePlan[];
  readonly capturesAtOnce: number;
  readonly answersWait: boolean;
  readonly asymmetricPercent: number;
  readonly clients: Ipv4Range;
  readonly servers: Ipv4Range;
  readonly serverCount: number;
  /** Unsigned addresses. */
  readonly published: readonly number[];
  readonly retransmit: { readonly firstMs: number; readonly maxMs: number; readonly giveUpAfter: number };
  /** One for each connection; absent: they are drawn by the seed, and services by their weights. */
  readonly ends?: readonly PlannedEnds[];
}

const DEFAULTS = {
  seed: 1,
  connections: 1000,
  packetsPerSec: 5000,
  durationMs: 20_000,
  mix: { https: 80, ssh: 5, dns: 15 },
  clients: '10.1.0.0/16',
  // RFC 2544: set aside for tests of network devices.
  servers: '198.18.0.0/15',
  // So many that distribution by one address alone fills most of 512 slots' members evenly.
  serverCount: 256,
  // RFC 6298: first timeout 1 s (also the least), doubling, at most 60 s.
  retransmit: { firstMs: 1000, maxMs: 60_000, giveUpAfter: 5 },
} as const;

export type PlanReply =
  | { readonly ok: true; readonly plan: ResolvedPlan }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Checks a plan and fills in the defaults; problems name the place, what was expected and what to do. */
export function resolvePlan(input: unknown): PlanReply {
  const parsed = trafficPlanSchema.safeParse(input);
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map(
        (i) => `traffic plan${i.path.length > 0 ? ` at ${i.path.join('.')}` : ''}: ${i.message}`,
      ),
    };
  }
  const plan = parsed.data;
  const problems: string[] = [];
  if (plan.durationMs !== undefined && plan.exchanges !== undefined) {
    problems.push('traffic plan: durationMs and exchanges exclude each other; leave out one');
  }
  const connections = plan.connections ?? ((plan.captures ?? []).length > 0 ? 0 : DEFAULTS.connections);
  const { concurrent, total } =
    typeof connections === 'number' ? { concurrent: connections, total: connections } : connections;
  if (concurrent > total) {
    problems.push(`traffic plan at connections: ${concurrent} at once of ${total} in all; raise total`);
  }
  const services = resolveMix(plan, problems);
  if (total > 0 && services.length === 0 && problems.length === 0)
    problems.push('traffic plan at mix: every weight is 0; give one service a weight');
  if (total === 0 && (plan.captures ?? []).length === 0) {
    problems.push('traffic plan: no connections and no captures; give one of them');
  }
  for (const [i, c] of (plan.captures ?? []).entries()) {
    if (c.speedPercent !== undefined && c.packetsPerSec !== undefined) {
      problems.push(`traffic plan at captures.${i}: speedPercent and packetsPerSec exclude each other; leave out one`);
    }
  }
  const clients = rangeOf(plan.addresses?.clients ?? DEFAULTS.clients, 'clients', problems);
  const servers = rangeOf(plan.addresses?.servers ?? DEFAULTS.servers, 'servers', problems);
  const published = (plan.addresses?.published ?? []).map((text) => {
    const address = parseAddress(text);
    if (address === undefined) problems.push(`traffic plan at addresses.published: ${text} is no IPv4 address`);
    return (address ?? 0) >>> 0;
  });
  if (clients === undefined || servers === undefined || problems.length > 0) return { ok: false, problems };
  const byExchanges = plan.exchanges !== undefined;
  return {
    ok: true,
    plan: {
      seed: plan.seed ?? DEFAULTS.seed,
      concurrent,
      total,
      packetsPerSec: plan.packetsPerSec ?? DEFAULTS.packetsPerSec,
      durationMs: byExchanges ? 0 : (plan.durationMs ?? DEFAULTS.durationMs),
      exchanges: plan.exchanges ?? 0,
      services,
      captures: (plan.captures ?? []).map((c) => ({
        name: c.name,
        repeats: c.repeats ?? 1,
        parallel: Math.min(c.parallel ?? 1, c.repeats ?? 1),
        speedPercent: c.speedPercent ?? 100,
        packetsPerSec: c.packetsPerSec ?? 0,
        maxGapMs: c.maxGapMs ?? 0,
      })),
      capturesAtOnce: plan.capturesAtOnce ?? 10_000,
      answersWait: plan.answersWait ?? false,
      asymmetricPercent: plan.asymmetricPercent ?? 0,
      clients,
      servers,
      serverCount: plan.addresses?.serverCount ?? DEFAULTS.serverCount,
      published,
      retransmit: { ...DEFAULTS.retransmit, ...plan.retransmit },
    },
  };
}

function resolveMix(plan: TrafficPlan, problems: string[]): PlannedService[] {
  const services: PlannedService[] = [];
  const chosen: { name: string; weight: number; service: Service }[] = [];
  for (const [name, weight] of Object.entries(plan.mix ?? DEFAULTS.mix)) {
    const own = plan.services?.[name];
    const service = own === undefined ? builtInService(name) : ownService(own);
    if (service === undefined) {
      problems.push(
        `traffic plan at mix.${name}: no such service; describe it under services, or use one of ${Object.keys(SERVICES).join(', ')}, or one of these with ${INBOUND} before it`,
      );
      continue;
    }
    if (weight === 0) continue;
    if (service.transport !== 'tcp' && service.responseBytes > MAX_SEGMENT_BYTES) {
      problems.push(
        `traffic plan at services.${name}: an answer of ${service.responseBytes} bytes in one packet; at most ${MAX_SEGMENT_BYTES} unless over tcp`,
      );
    }
    if (Math.ceil(service.responseBytes / service.segmentBytes) > 127) {
      problems.push(`traffic plan at services.${name}: more than 127 segments an answer; raise segmentBytes`);
    }
    chosen.push({ name, weight, service });
  }
  // Services connections begin with come first, those that follow from others behind them.
  let next = chosen.length;
  for (const { name, weight, service } of chosen) {
    const followers = service.followers.map(({ after }) => ({ after, service: next++ }));
    services.push({ ...service, name, weight, followers });
  }
  for (const { name, service } of chosen) {
    for (const follower of service.followers) {
      services.push({ ...follower.service, name: followerName(name, follower.service), weight: 0, followers: [] });
    }
  }
  if (services.length > 255) problems.push('traffic plan at mix: more than 255 services; leave some out');
  return services;
}

function followerName(name: string, service: Service): string {
  return service.shape === 'gtp-u' ? name : `${name}-${service.shape === 'plain' ? 'data' : service.shape}`;
}

function ownService(own: z.infer<typeof serviceSchema>): Service {
  return {
    ...own,
    segmentBytes: own.segmentBytes ?? MAX_SEGMENT_BYTES,
    shape: 'plain',
    from: own.from ?? 'inside',
    exchanges: 0,
    followers: [],
  };
}

function rangeOf(text: string, field: string, problems: string[]): Ipv4Range | undefined {
  const range = parseRange(text);
  if (range === undefined) {
    problems.push(`traffic plan at addresses.${field}: ${text} is not a range of addresses; write it as 10.1.0.0/16`);
  }
  return range;
}
