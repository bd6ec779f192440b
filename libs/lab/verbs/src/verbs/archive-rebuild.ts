import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { labOf, nameField } from './lab-fields.js';
import { shortPath } from './table.js';

const output = z.strictObject({
  name: z.string(),
  run: z.string(),
  /** Commits that were restored. */
  commits: z.int(),
  /** Where what was left of the lost log is kept; null where nothing was. */
  kept: z.string().nullable(),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'archive rebuild',
  summary: 'restore a lost or damaged log from its archive',
  about:
    'Writes the log of a fabric that is up anew from its archive, while its bus is down: subjects, sequences, headers ' +
    'and bytes are those that were archived, times of the log server are not. The restored log is read back and ' +
    'compared before it takes the place of the lost one, of which nothing is thrown away. Commits that were not ' +
    'archived yet are not restored.',
  examples: [
    { command: 'rehearse archive rebuild', does: 'after `rehearse fault bus-kill bus`, and before `bus-start`' },
    { command: 'rehearse archive rebuild --name second --json', does: 'the log of one of several, for programs' },
  ],
  positionals: [],
  input: z.strictObject({ name: nameField }),
  output,
  needs: 'lab',
  onlyStanding: true,
  effect: 'act',
  async handle(_given, context): Promise<Out> {
    const { lab, name, run } = labOf(context);
    if (lab.rebuildLog === undefined) {
      throw new LabError(
        'bad-input',
        `The log of fabric ${name} is not archived.`,
        'Bring a fabric up with: rehearse up --archive.',
      );
    }
    const { commits, kept } = await lab.rebuildLog();
    return { name, run, commits, kept };
  },
  render({ name, commits, kept }: Out, cwd) {
    const option = ` --name ${name}`;
    const rest = kept === null ? '' : `what was left of the lost log is kept in ${shortPath(kept, cwd)}\n`;
    return `${commits} commits restored, as they were archived\n${rest}start the bus on them: rehearse fault bus-start bus${option}\n`;
  },
});
