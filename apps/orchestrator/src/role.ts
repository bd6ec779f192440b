import { createOrchestrator } from '@rehearsal/orchestrator-role';
import { checked } from '@rehearsal/service';
import type { HostOptions } from '@rehearsal/service';
import { z } from 'zod';

const mode = z.enum(['general', 'user', 'network']);
const ownConfig = z.looseObject({
  interfaces: z.strictObject({ inside: mode, outside: mode }),
  deferrable: z.array(z.string()).default([]),
  keepsSoftware: z.boolean(),
});

/** An orchestrator is started with how each interface's packets are spread. */
export const hosted: HostOptions = {
  role: 'orchestrator',
  createRole: (runtime, config, file) =>
    createOrchestrator(runtime, { ...config, ...checked(file, ownConfig, config) }),
};
