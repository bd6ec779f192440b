import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { createOutsideWorld } from '@rehearsal/outside-world-role';
import { BadInput, checked } from '@rehearsal/service';
import type { HostOptions } from '@rehearsal/service';
import { z } from 'zod';
import { CaptureFile } from './capture-file.js';

const ownConfig = z.looseObject({
  captures: z.array(z.string().min(1)).default([]),
  packetCapture: z
    .strictObject({ file: z.string().min(1), maxPackets: z.int().min(1), maxBytes: z.int().min(1) })
    .optional(),
});

/** The outside world is started with the capture files that plans may replay; a plan names them without folder. */
export const hosted: HostOptions = {
  role: 'outside-world',
  createRole: (runtime, config, file) => {
    const { captures, packetCapture: capture } = checked(file, ownConfig, config);
    const packetCapture = capture && { limits: capture, sink: new CaptureFile(capture.file) };
    return createOutsideWorld(runtime, {
      ...config,
      captures: Object.fromEntries(captures.map((path) => [basename(path), readCapture(file, path)])),
      ...(packetCapture && { packetCapture }),
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
