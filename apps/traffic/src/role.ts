import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createOutsideWorld } from '@rehearsal/outside-world-role';
import { BadInput, checked } from '@rehearsal/service';
import type { HostOptions } from '@rehearsal/service';
import { z } from 'zod';

const ownConfig = z.looseObject({ captures: z.array(z.string().min(1)).default([]) });

/** The outside world is started with the capture files that plans may replay; a plan names them without folder. */
export const hosted: HostOptions = {
  role: 'outside-world',
  createRole: (runtime, config, file) => {
    const { captures } = checked(file, ownConfig, config);
    return createOutsideWorld(runtime, {
      ...config,
      captures: Object.fromEntries(captures.map((path) => [basename(path), readCapture(file, path)])),
    });
  },
};

function readCapture(file: string, path: string): Uint8Array {
  try {
    return new Uint8Array(readFileSync(path));
  } catch (cause) {
    throw new BadInput(`${file}: captures: ${path} cannot be read: ${(cause as Error).message}`, { cause });
  }
}
