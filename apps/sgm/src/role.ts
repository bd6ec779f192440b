import { createMember } from '@rehearsal/member-role';
import { checked } from '@rehearsal/service';
import type { HostOptions } from '@rehearsal/service';
import { z } from 'zod';

const mode = z.enum(['general', 'user', 'network']);
const ownConfig = z.looseObject({
  policy: z.unknown(),
  interfaces: z.strictObject({ inside: mode, outside: mode }),
  keepsSoftware: z.boolean(),
});

/** A member is started with the rulebase it enforces until the SMO hands out another, and how packets are spread. */
export const hosted: HostOptions = {
  role: 'member',
  createRole: (runtime, config, file) => createMember(runtime, { ...config, ...checked(file, ownConfig, config) }),
};
