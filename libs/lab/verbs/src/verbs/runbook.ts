import { basename, dirname, join } from 'node:path';
import { planWord, resultSchema } from '@rehearsal/experiment';
import { findFabricFile, loadFabric } from '@rehearsal/fabric';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { z } from 'zod';
import { EXIT, verb, type VerbContext } from '../registry/verb.js';
import { assessmentSchema, stepSchema, verdictOf } from '../runbook/assessment.js';
import { basisOf, basisSchema, basisText } from '../runbook/basis.js';
import { checkGroups } from '../runbook/check-groups.js';
import { conductRunbook } from '../runbook/conduct-runbook.js';
import { judgeRunbook } from '../runbook/judge-runbook.js';
import { keepAsRun } from '../runbook/keep-as-run.js';
import { lostWhen, lostWhenSchema } from '../runbook/lost-when.js';
import { machinesOf } from '../runbook/machines.js';
import { withTraffic } from '../runbook/own-traffic.js';
import { planRunbook } from '../runbook/planned-commands.js';
import { runbookText } from '../runbook/text.js';
import { withConductor } from '../runbook/with-conductor.js';
import { commandOf } from './repeat.js';
import { GREATEST_SEED } from './seed-range.js';
import { timeWord } from '../time/time-word.js';

const input = z.strictObject({
  file: z.string().describe('Markdown file'),
  fabric: z.string().optional().describe('fabric file; default: the one beside the runbook'),
  live: z.boolean().default(false).describe('real processes'),
  sim: z.boolean().default(false).describe('the simulator (the default)'),
  traffic: z
    .string()
    .optional()
    .describe("instead of the fabric's traffic: a capture, a folder of them, or a YAML file with a traffic block"),
  var: z.array(z.string()).default([]).describe('NAME=VALUE, for a placeholder such as <sgm_id>; may be repeated'),
  only: z.array(z.string()).default([]).describe('only these sections, by a piece of their title or their number'),
  skip: z.array(z.string()).default([]).describe('not these sections'),
  keepGoing: z.boolean().default(false).describe('goes on after a command that failed'),
  settleSec: z
    .int()
    .min(1)
    .max(86_400)
    .default(7200)
    .describe('how long the fabric may take to settle after a command, in seconds of its own time'),
  fullName: z.string().default('Rehearsal operator').describe('who does it, for the audit'),
  reason: z.string().optional().describe('why, for the audit; default: the name of the runbook'),
  seed: z.int().min(0).max(GREATEST_SEED).default(1).describe('of the simulator'),
});

const output = z.strictObject({
  runbook: z.string(),
  run: z.string(),
  folder: z.string(),
  verdict: z.enum(['pass', 'fail', 'inconclusive']),
  reasons: z.array(z.string()),
  steps: z.array(stepSchema),
  leftOut: z.array(z.strictObject({ line: z.int(), command: z.string(), why: z.string() })),
  assessment: assessmentSchema,
  connections: resultSchema.shape.connections.extend({ lostWhen: z.array(lostWhenSchema) }),
  ledger: resultSchema.shape.ledger,
  capacity: z.array(z.strictObject({ from: z.number(), to: z.number(), share: z.int() })),
  /** What the verdict rests on: a simulation or real processes, how sure commands and settings are. */
  basis: basisSchema,
  /** The same in a sentence. */
  restsOnText: z.string(),
  /** The runbook with what it lacks put in, as a unified diff; '' where it lacks nothing. */
  corrected: z.string(),
  asRun: z.strictObject({ markdown: z.string(), html: z.string() }),
});
export type RunbookOutput = z.output<typeof output>;

export default verb({
  path: 'runbook',
  summary: "go through an operator's runbook, command by command, and say what it does and what it lacks",
  about:
    'Types the commands of the shell code blocks of any Markdown file in their order, as an operator would, and waits ' +
    'after each until the fabric has settled. Sections that are only for a case are left out unless they are chosen. ' +
    'The record of it, the plots and the assessment are kept in the folder of the run. See [upgrades](../upgrades.md).',
  examples: [
    {
      command: 'rehearse runbook examples/runbooks/jumbo-by-groups.md --fabric examples/fabrics/upgrades.fabric.yaml',
      does: 'what this procedure does to the connections of that fabric',
    },
    {
      command: 'rehearse runbook upgrade.md --var sgm_id=3 --only rollback',
      does: 'only what is there for the rollback',
    },
    { command: 'rehearse runbook upgrade.md --live --keep-going', does: 'with real processes, to the end in any case' },
  ],
  positionals: ['file'],
  input,
  output,
  needs: 'nothing',
  effect: 'act',
  async handle(given, context): Promise<RunbookOutput> {
    if (given.live && given.sim)
      throw new LabError('bad-input', '--live and --sim exclude each other.', 'Leave one out.');
    const read = planRunbook(given.file, { ...given, vars: given.var });
    const { runbook, planned, leftOut } = read;
    const fabric = given.fabric ?? findFabricFile(dirname(given.file));
    const { set } = context;
    const loaded = loadFabric(fabric, {
      overrides: set.settings,
      ...(set.profile !== undefined && { profile: set.profile }),
    });
    const plan = withTraffic(withConductor(loaded, planned), given.traffic);
    checkGroups(plan, planned, given.file);
    const world = given.live ? 'processes' : 'simulated';
    const name = basename(given.file)
      .replace(/\.[^.]*$/, '')
      .replaceAll(/[^A-Za-z0-9-]+/g, '-');
    const outcome = await conductRunbook(
      {
        title: runbook.sections[0]?.title ?? name,
        plan,
        planned,
        world,
        seed: given.seed,
        runId: given.live
          ? `${timeWord(new Date())}-runbook-${name}-${process.pid}`
          : `runbook-${name}-${plan.profile}-sim-${given.seed}-${planWord(plan)}`,
        command: commandFor(given, fabric, context),
        options: {
          file: given.file,
          keepGoing: given.keepGoing,
          settleSec: given.settleSec,
          fullName: given.fullName,
          reason: given.reason ?? basename(given.file),
          machines: machinesOf(plan),
        },
      },
      context,
    );
    const { steps, assessment, capacity, corrected } = judgeRunbook(read, outcome, plan);
    const { result } = outcome;
    const basis = basisOf(world, result.restsOn, planned, steps);
    const out: RunbookOutput = {
      runbook: given.file,
      run: result.run,
      folder: result.folder,
      ...verdictOf(steps, assessment, result),
      steps,
      leftOut: leftOut.map(({ command, why }) => ({ line: command.line, command: command.text, why })),
      assessment,
      connections: {
        ...result.connections,
        lostWhen: result.connections.lost === 0 ? [] : lostWhen(result.folder, steps),
      },
      ledger: result.ledger,
      capacity: [...capacity],
      basis,
      restsOnText: basisText(basis),
      corrected,
      asRun: { markdown: join(result.folder, 'as-run.md'), html: join(result.folder, 'as-run.html') },
    };
    keepAsRun(out);
    return out;
  },
  render: runbookText,
  exitCode: ({ verdict }) => (verdict === 'pass' ? EXIT.ok : EXIT.deviated),
});

function commandFor(given: z.output<typeof input>, fabric: string, { set }: VerbContext): string {
  const each = (flag: string, values: readonly string[]): string[] => values.flatMap((value) => [flag, value]);
  return commandOf(
    [
      'runbook',
      given.file,
      '--fabric',
      fabric,
      ...(given.live ? ['--live'] : ['--sim', '--seed', String(given.seed)]),
      ...(given.traffic === undefined ? [] : ['--traffic', given.traffic]),
      ...each('--var', given.var),
      ...each('--only', given.only),
      ...each('--skip', given.skip),
      ...(given.keepGoing ? ['--keep-going'] : []),
    ],
    set.words,
  );
}
