import { resultSchema } from '@rehearsal/experiment';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { counted } from '@rehearsal/lab-port/plain-words';
import { z } from 'zod';
import { killLab, labsFolder } from '../live/lab-directory.js';
import { EXIT, verb } from '../registry/verb.js';
import { labOf, nameField } from './lab-fields.js';
import { packetsText, shortPath } from './table.js';

const output = z.strictObject({
  name: z.string(),
  run: z.string(),
  folder: z.string(),
  upMs: z.int(),
  commits: z.int(),
  /** Path of its report; null where there is none. */
  report: z.string().nullable(),
  /** Hash of the seal; null where the log could not be closed. */
  seal: z.string().nullable(),
  why: z.string().nullable(),
  /** The account; null where there is none. */
  result: resultSchema.nullable(),
});
type Out = z.output<typeof output>;

export default verb({
  path: 'down',
  summary: 'take a fabric down, seal its log and keep its run',
  about:
    'Ends every connection in order, closes the log with a seal, stops all processes and leaves a folder under runs ' +
    'with a report, which `rehearse verify`, `losses`, `at` and the others read. A fabric that belongs to `rehearse run` ends with its run.',
  examples: [
    { command: 'rehearse down', does: 'take the fabric down that is up' },
    { command: 'rehearse down --name second', does: 'take one of several down' },
    { command: 'rehearse down --force', does: 'kill one that does not answer; its log has no seal then' },
  ],
  positionals: [],
  input: z.strictObject({
    name: nameField,
    force: z.boolean().default(false).describe('kills its process at once; what is in the log stays, without a seal'),
  }),
  output,
  needs: 'lab',
  onlyStanding: true,
  effect: 'act',
  async fromOutside({ force }, lab) {
    if (!force) return undefined;
    const crashed = await killLab(labsFolder(), lab);
    const stdout = `fabric ${lab.name} is killed; its log has no seal: ${shortPath(crashed?.folder ?? lab.folder, process.cwd())}\n`;
    return { status: EXIT.ok, stdout, stderr: '' };
  },
  async handle(_given, context): Promise<Out> {
    const { standing, name, run } = labOf(context);
    if (standing === undefined) {
      throw new LabError(
        'bad-input',
        `Fabric ${name} belongs to run ${run}, and ends with it.`,
        'Wait for it, or end the command that conducts it.',
      );
    }
    if (!standing.isReady) {
      throw new LabError('environment', `Fabric ${name} is still coming up.`, 'Wait for `rehearse up`, or end that.');
    }
    const { runId, ...ended } = await standing.end(context.say);
    return { name, run: runId, ...ended };
  },
  render(out: Out, cwd) {
    const short = (path: string): string => shortPath(path, cwd);
    const folder = short(out.folder);
    const lines = [`fabric ${out.name} is down after ${Math.round(out.upMs / 1000)} s\n`];
    const { result } = out;
    if (result !== null) {
      lines.push(
        `${result.verdict}: ${result.reasons.join('; ')}\n`,
        packetsText(result.ledger),
        `connections: ${result.connections.opened} opened, ${result.connections.affected} affected by ` +
          `${counted(result.faults.applied, 'fault')}, ${result.connections.lost} of them lost\n`,
      );
    }
    if (out.seal === null) lines.push(`its log has no seal: ${out.why}\nkept in ${folder}\n`);
    else
      lines.push(
        `log: ${out.commits} commits, seal ${out.seal}\n`,
        `kept in ${folder}; check it: rehearse verify ${folder}\n`,
        ...(out.report === null ? [] : [`report: ${short(out.report)}\n`]),
      );
    return lines.join('');
  },
  exitCode: (out: Out) => (out.seal === null ? EXIT.environment : EXIT.ok),
});
