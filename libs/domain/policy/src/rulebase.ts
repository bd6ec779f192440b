import { z } from 'zod';

const addresses = z.union([z.string(), z.array(z.string()).min(1)]);
const ports = z.union([z.number(), z.string()]);
const service = z.union([
  z.string(),
  z.strictObject({ tcp: ports }),
  z.strictObject({ udp: ports }),
  z.strictObject({ protocol: z.number().int().min(0).max(255) }),
]);

/** How connections of a rule are copied to a backup; without it, the security group's setting holds. */
export const SYNC_CHOICES = ['strict', 'delayed', 'never'] as const;

const rule = z.strictObject({
  name: z.string().min(1),
  /** Networks such as 10.1.0.0/16, single addresses, or any; left out means any. */
  source: addresses.optional(),
  destination: addresses.optional(),
  /** Named services, {tcp: 443}, {udp: 5000-5100}, {tcp: any}, {protocol: 89}, icmp, other, or any. Left out: any. */
  service: z.union([service, z.array(service).min(1)]).optional(),
  action: z.enum(['accept', 'drop']),
  sync: z.enum(SYNC_CHOICES).optional(),
  /** Not critical: while the group is below full capacity, no connection begins by this rule. */
  defer: z.boolean().optional(),
});

/** Translation of addresses. A static entry wins over hide entries, an earlier hide entry over a later one. */
const nat = z.strictObject({
  /** Connections from these networks leave with the address `behind` and a port of its own. */
  hide: z.array(z.strictObject({ source: addresses, behind: z.string() })).optional(),
  /** One address stands for another one, both ways. */
  static: z.array(z.strictObject({ inside: z.string(), outside: z.string() })).optional(),
});

/** A rulebase as its file holds it. The first rule that matches a new connection decides; none matching drops it. */
export const rulebaseSchema = z.strictObject({
  rules: z.array(rule),
  nat: nat.optional(),
});

export type Rulebase = z.output<typeof rulebaseSchema>;
export type Rule = z.output<typeof rule>;
export type NatTexts = z.output<typeof nat>;
export type SyncChoice = (typeof SYNC_CHOICES)[number];
export type ServiceText = z.output<typeof service>;

/** More rules than this do not fit into a connection's entry. */
export const MAX_RULES = 32_768;

/** Of hide entries, and of static ones. */
export const MAX_NAT_ENTRIES = 4096;
