import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';
import { findLab, labsFolder } from '../live/lab-directory.js';
import { verb } from '../registry/verb.js';
import { nameField } from './lab-fields.js';

const output = z.strictObject({
  PATH: z.string(),
  REHEARSE_LAB: z.string(),
  REHEARSE_RUN: z.string(),
  /** Where the bus listens, and the file with the key that lets one in. */
  REHEARSE_NATS_URL: z.string(),
  REHEARSE_NATS_KEY: z.string(),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'env',
  summary: 'what `chaos run` and scripts need to work with a running fabric, as export lines',
  about:
    'Puts `rehearse` on the PATH and names the fabric, so that every verb after it means that one. The key may read ' +
    'the log and the metrics of all, and command every role.',
  examples: [
    { command: 'rehearse env', does: 'show them; take them over with: eval "$(rehearse env)"' },
    { command: 'rehearse env --name second', does: 'those of one of several' },
  ],
  positionals: [],
  input: z.strictObject({ name: nameField }),
  output,
  needs: 'nothing',
  effect: 'read',
  async handle({ name }, context): Promise<Out> {
    const { root } = context.services;
    const lab = await findLab(labsFolder(), name);
    const path = process.env['PATH'] ?? '';
    const has = path.split(delimiter).includes(root);
    const { natsUrl, seedFile } = accessOf(lab.folder);
    return {
      PATH: has ? path : `${root}${delimiter}${path}`,
      REHEARSE_LAB: lab.name,
      REHEARSE_RUN: lab.folder,
      REHEARSE_NATS_URL: natsUrl,
      REHEARSE_NATS_KEY: seedFile,
    };
  },
  render: (out: Out) =>
    Object.entries(out)
      .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
      .join(''),
});

/** Where the bus of a lab is reached. @throws LabError (environment) while it has none yet */
function accessOf(folder: string): { readonly natsUrl: string; readonly seedFile: string } {
  try {
    return JSON.parse(readFileSync(join(folder, 'live', 'access.json'), 'utf8')) as ReturnType<typeof accessOf>;
  } catch {
    throw new LabError('environment', 'The bus of this fabric does not run yet.', 'Wait until the fabric is up.');
  }
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
