import { readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { planWord, resultSchema } from '@rehearsal/experiment';
import { findFabricFile, loadFabric } from '@rehearsal/fabric';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { assessLog, correctedRunbook, notExecuted, ordersOf, type CommitLine } from '@rehearsal/runbook';
import { z } from 'zod';
import { EXIT, verb, type VerbContext } from '../registry/verb.js';
import { assessmentSchema, stepSchema, verdictOf, type StepOutput } from '../runbook/assessment.js';
import { changesBetween, CLOCKS_WITHIN_MS } from '../runbook/changes.js';
import { conductRunbook } from '../runbook/conduct-runbook.js';
import { findingsOf } from '../runbook/findings.js';
import { keepAsRun } from '../runbook/keep-as-run.js';
import { planRunbook } from '../runbook/planned-commands.js';
import { runbookText } from '../runbook/text.js';
import { withConductor } from '../runbook/with-conductor.js';
import { commandOf } from './repeat.js';
import { GREATEST_SEED } from './seed-range.js';

const input = z.strictObject({
  file: z.string().describe('Markdown file'),
  fabric: z.string().optional().describe('fabric file; default: the one beside the runbook'),
  live: z.boolean().default(false).describe('real processes'),
  sim: z.boolean().default(false).describe('the simulator (the default)'),
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
  connections: resultSchema.shape.connections,
  ledger: resultSchema.shape.ledger,
  capacity: z.array(z.strictObject({ from: z.number(), to: z.number(), share: z.int() })),
  /** How sure the settings are that this rests on. */
  restsOn: resultSchema.shape.restsOn,
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
    const { runbook, text, planned, leftOut } = planRunbook(given.file, { ...given, vars: given.var });
    const fabric = given.fabric ?? findFabricFile(dirname(given.file));
    const { set } = context;
    const loaded = loadFabric(fabric, {
      overrides: set.settings,
      ...(set.profile !== undefined && { profile: set.profile }),
    });
    const plan = withConductor(loaded, planned);
    const world = given.live ? 'processes' : 'simulated';
    const name = basename(given.file)
      .replace(/\.[^.]*$/, '')
      .replaceAll(/[^A-Za-z0-9-]+/g, '-');
    const { result, steps: typed } = await conductRunbook(
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
        },
      },
      context,
    );
    const commits = readFileSync(join(result.folder, 'log.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as CommitLine);
    const from = (typed.find((step) => step.startMs !== null)?.startMs ?? 0) - CLOCKS_WITHIN_MS;
    const to = typed.findLast((step) => step.endMs !== null)?.endMs ?? from;
    const capacityFloorPercent = plan.settings['upgrade.capacityFloorPercent'];
    const { rules, undone, capacity } = assessLog(commits, { from, to, capacityFloorPercent });
    const steps: StepOutput[] = typed.map((step) => ({ ...step, changes: changesBetween(commits, step) }));
    const run = steps.filter((s) => s.status === 'done').map(({ line, command }) => ({ line, text: command }));
    const orders = notExecuted(ordersOf(runbook), run).map(({ line, text: said, safety }) => ({
      line,
      text: said,
      safety,
    }));
    const assessment = { rules: [...rules], undone: [...undone], notExecuted: orders };
    const findings = findingsOf(assessment, steps);
    const out: RunbookOutput = {
      runbook: given.file,
      run: result.run,
      folder: result.folder,
      ...verdictOf(steps, assessment, result),
      steps,
      leftOut: leftOut.map(({ command, why }) => ({ line: command.line, command: command.text, why })),
      assessment,
      connections: result.connections,
      ledger: result.ledger,
      capacity: [...capacity],
      restsOn: result.restsOn,
      corrected: findings.length === 0 ? '' : correctedRunbook(text, findings, given.file).diff,
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
      ...each('--var', given.var),
      ...each('--only', given.only),
      ...each('--skip', given.skip),
      ...(given.keepGoing ? ['--keep-going'] : []),
    ],
    set.words,
  );
}

function timeWord(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
