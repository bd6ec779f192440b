import { checked } from '@rehearsal/service';
import type { HostOptions } from '@rehearsal/service';
import { createUpgradeConductor } from '@rehearsal/upgrade-conductor-role';
import { z } from 'zod';

const ownConfig = z.looseObject({
  software: z.strictObject({ release: z.string(), take: z.int().min(0) }),
  delivered: z.record(z.string(), z.strictObject({ release: z.string(), take: z.int().min(0) })),
  serials: z.record(z.string(), z.string()),
  groups: z.record(z.string(), z.array(z.string())),
  addresses: z.strictObject({ clients: z.string(), servers: z.string() }).partial().default({}),
  policyHash: z.string(),
});

/** The conductor is started with what all appliances run at first, and with the upgrade groups of the fabric file. */
export const hosted: HostOptions = {
  role: 'upgrade-conductor',
  createRole: (runtime, config, file) =>
    createUpgradeConductor(runtime, { ...config, ...checked(file, ownConfig, config) }),
};
