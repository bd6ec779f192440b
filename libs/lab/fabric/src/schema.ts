import { z } from 'zod';

/** The strict shape of a single-site fabric file; the JSON Schema for editors is generated from it. */

const NAME = /^[a-z][a-z0-9-]{0,30}$/;
const IPV4_PREFIX = /^(\d{1,3}\.){3}\d{1,3}\/([0-9]|[12][0-9]|3[0-2])$/;
const SERIAL = /^[A-Z0-9-]{1,32}$/;
const RELEASE = /^R\d{2}(\.\d{1,2})*$/;

/** What a member's `model` stands for when `cores` is not given: the models the lab knows by name. */
export const MODEL_CORES: Readonly<Record<string, number>> = {
  '6200': 4,
  '6600': 8,
  '7000': 16,
  '16200': 48,
  '16600': 72,
  '26000': 72,
  '28000': 72,
};

const membersRow = z
  .strictObject({
    count: z.int().min(1).max(64).default(1).describe('how many members of this kind'),
    model: z
      .union([z.string(), z.int()])
      .default('16200')
      .describe('appliance model; gives the cores when they are not named'),
    cores: z.int().min(1).max(512).optional().describe('CPU cores; the default share of the slots'),
    weight: z.int().min(0).max(512).optional().describe('share of the slots, as a weight; 0: none; default: the cores'),
    serials: z
      .array(z.string().regex(SERIAL, 'expected a serial number of capital letters, digits and "-"'))
      .optional()
      .describe('serial numbers, in the order of the ids; whoever has none gets one of the lab'),
  })
  .describe('members of one kind');

const sparesRow = membersRow
  .extend({
    release: z
      .string()
      .regex(RELEASE, 'expected a release, as in R81.20')
      .optional()
      .describe('what they were delivered with; default: the release of the Security Group'),
    take: z.int().min(0).max(9999).optional().describe('default: setting factory.take'),
  })
  .describe('spare appliances of one kind');

/** Integers get through here so that a later check can say what is wrong with them. */
const memberRef = z.union([z.string(), z.int()]);
const memberRefs = z.union([memberRef, z.array(memberRef)]);

const interfaceSchema = z.strictObject({
  ports: z.array(z.string().min(1)).min(1).default(['eth1-05']).describe('uplink ports of the orchestrators'),
  address: z.string().regex(IPV4_PREFIX, 'expected an IPv4 address with a prefix length, as in 10.1.0.1/16'),
  distribution: z
    .enum(['user', 'network', 'general', 'auto-topology'])
    .optional()
    .describe(
      'which address of a packet that comes in here chooses its slot: user the destination, network the source, general both; auto-topology: user inside, network outside; default: setting dist.mode',
    ),
  nat: z.enum(['none', 'hide']).default('none').describe('address translation of what leaves here'),
});

const DEFAULT_INTERFACES = {
  inside: { address: '10.1.0.1/16' },
  outside: { address: '203.0.113.1/24' },
};

export const securityGroupSchema = z.strictObject({
  release: z.string().regex(RELEASE, 'expected a release, as in R81.20').default('R81.20'),
  take: z.int().min(0).max(9999).default(99).describe('jumbo hotfix take'),
  address: z
    .string()
    .regex(IPV4_PREFIX, 'expected an IPv4 address with a prefix length, as in 198.51.100.10/24')
    .default('198.51.100.10/24')
    .describe("the SMO's address"),
  members: z
    .union([z.int().min(1).max(64), z.array(membersRow).min(1)])
    .default(4)
    .describe('a number, or rows of members; their ids are 1_01, 1_02 …'),
  groups: z
    .strictObject({ A: memberRefs.optional(), B: memberRefs.optional() })
    .optional()
    .describe('upgrade groups: "1_01-1_02", "1_01,1_03" or a list'),
  interfaces: z.strictObject({ inside: interfaceSchema, outside: interfaceSchema }).prefault(DEFAULT_INTERFACES),
  sync: z
    .strictObject({
      policy: z.enum(['strict', 'delayed', 'never']).optional().describe('setting sync.policy'),
      delaySec: z.number().min(0).max(3600).optional().describe('setting sync.delayMs'),
      never: z.array(z.string()).optional().describe('setting sync.never: services that are not synchronised'),
    })
    .prefault({}),
  policy: z.string().min(1).optional().describe('rulebase file, seen from this file'),
});

const packageSchema = z.strictObject({
  kind: z.enum(['jumbo', 'hotfix', 'upgrade']),
  release: z.string().regex(RELEASE, 'expected a release, as in R81.20'),
  take: z.int().min(0).max(9999).default(0),
});

export const trafficSchema = z.strictObject({
  connections: z.int().min(0).max(1_000_000).default(2000),
  packetsPerSec: z.int().min(0).max(1_000_000).default(5000),
  mix: z
    .record(z.string(), z.int().min(0).max(100))
    .default({ https: 80, ssh: 5, dns: 15 })
    .describe('share of the connections by service, in percent; 100 in all'),
  captures: z
    .array(z.string().min(1))
    .default([])
    .describe('captures to replay: files or folders of them, seen from this file'),
  addresses: z
    .strictObject({
      clients: z.string().regex(IPV4_PREFIX).optional().describe('where clients are, as 10.1.0.0/16'),
      servers: z.string().regex(IPV4_PREFIX).optional().describe('where servers are'),
      serverCount: z.int().min(1).max(65_536).optional().describe('different servers; default 256'),
      published: z.array(z.string()).optional().describe('addresses by which clients outside reach servers inside'),
    })
    .optional(),
  asymmetricPercent: z
    .int()
    .min(0)
    .max(100)
    .optional()
    .describe('so many connections of a hundred have their answers enter by another orchestrator'),
});

export const fabricSchema = z.strictObject({
  fabric: z
    .string()
    .regex(NAME, 'expected a short name of small letters, digits and "-", as in branch')
    .describe('name of the lab: folders, subjects, --name'),
  profile: z.enum(['vendor', 'lossless']).default('vendor'),
  orchestrators: z.int().min(1).max(2).default(2).describe('1_1, 1_2'),
  securityGroups: z
    .record(z.string().regex(/^[A-Za-z0-9_-]{1,31}$/, 'expected letters, digits, "_" and "-"'), securityGroupSchema)
    .prefault({ SG1: {} })
    .describe('exactly one in this version'),
  spares: z
    .array(sparesRow)
    .default([])
    .describe('appliances that are cabled and in no group until they are assigned; their ids come after the members'),
  packages: z.record(z.string(), packageSchema).default({}).describe('what runbooks may install, by file name'),
  traffic: trafficSchema.prefault({}),
  settings: z
    .record(z.string(), z.union([z.number(), z.boolean(), z.string(), z.array(z.string())]))
    .default({})
    .describe('any name of `rehearse settings`'),
});

/** A fabric file with every default filled in, as `rehearse inspect` shows it. */
export type Fabric = z.output<typeof fabricSchema>;

/** The JSON Schema editors complete and check fabric files by. */
export function fabricJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(fabricSchema, { io: 'input' });
  return { ...schema, title: 'Rehearsal fabric file' };
}
