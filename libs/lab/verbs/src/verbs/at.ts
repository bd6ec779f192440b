import { readRunLog, readRunMetrics, readRunNotes, readSamples } from '@rehearsal/experiment/run-folder';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { targetName } from '@rehearsal/lab-port/target';
import { carryOutCommand, hostName, readCommand, recordedView } from '@rehearsal/operator';
import { z } from 'zod';
import { verb } from '../registry/verb.js';
import { momentDocument, momentOutput, renderMoment, type MomentOutput } from '../time/moment-document.js';
import { MOMENT_WORDS } from '../time/read-moment.js';
import { lookAt, withRun, type MomentOfRun, type RecordedRun } from '../time/recorded-run.js';
import { sampledAt } from '../time/sampled-at.js';
import { basisField, commandField } from './exec.js';
import {
  assertInGroup,
  commandWords,
  hereIn,
  operatorOutput,
  renderOperator,
  writeBundle,
  type OperatorOutput,
} from './operate.js';

const input = z.strictObject({
  run: z.string().describe("id or folder of a run, 'latest', or the name of a fabric that is up"),
  time: z.string().describe(MOMENT_WORDS),
  command: commandField.min(0).default([]),
  target: z.string().optional().describe("where it is typed: 1_03, or 'mho 1_1'; default: the SMO of that moment"),
  basis: basisField,
});
type Given = z.output<typeof input>;

export default verb({
  path: 'at',
  summary: "a fabric at any moment of a run: its whole state, or one of the vendor's commands",
  about:
    'Without a command: who serves what, what is being copied, and the version of every stream, as the log has it at ' +
    "that moment. A life is the incarnation of the process that joined. --json adds each stream's whole state as its machine folds it, with a hash that is the same wherever " +
    'it is folded. A time counts everything that the log held before the first commit that is later; SITE:SEQ is the ' +
    'moment after that commit.\n\n' +
    "With a command: the same layouts as `exec`, from the run's log as it was, and from its series where it has one. " +
    'What only processes knew then, and nobody wrote down, is shown as not available; what they counted at the end of ' +
    'the run is shown at its end. See [operator](../operator.md).',
  examples: [
    { command: 'rehearse at latest fault+0.3s', does: 'the whole fabric, 0.3 s after the first fault' },
    { command: 'rehearse at latest 1:42 --json', does: 'after commit 42 of site 1, with the state of every stream' },
    { command: 'rehearse at latest 12.4s -- asg stat -v', does: 'the Security Group, 12.4 s after the run began' },
    { command: 'rehearse at latest end -- cphaprob show_failover', does: 'all failovers of the run' },
    { command: 'rehearse at latest end --target 1_03 -- cphaprob list', does: 'as member 1_03 would have shown it' },
  ],
  positionals: ['run', 'time'],
  tail: 'command',
  input,
  output: z.union([momentOutput, operatorOutput]),
  needs: 'run',
  effect: 'read',
  async handle(given, context): Promise<MomentOutput | OperatorOutput> {
    const { run, time, command, target, basis } = given;
    if (command.length === 0 && (target !== undefined || basis)) {
      throw new LabError(
        'bad-input',
        `${basis ? '--basis' : '--target'} is for a command, and there is none.`,
        'Add one behind --, as in: rehearse at latest end -- asg stat -v.',
      );
    }
    return withRun(run, context, (opened) => {
      const seen = lookAt(opened, time);
      if (command.length === 0) return momentDocument(opened, seen);
      return typed(given, opened, seen, context.runsFolder);
    });
  },
  render: (out) => ('command' in out ? renderOperator(out) : renderMoment(out)),
});

/** A command of the vendor's, as it would have been answered at that moment. */
function typed(
  { command, target, basis, time }: Given,
  { folder, head, history }: RecordedRun,
  { atMs, states }: MomentOfRun,
  runsFolder: string,
): OperatorOutput {
  const words = commandWords(command);
  const atEnd = !time.includes(':') && atMs >= Math.floor(head.endedAtMs);
  const view = recordedView({
    plan: head.plan,
    run: head.runId,
    startedAtMs: head.startedAtMs,
    atMs,
    log: readRunLog(folder).slice(0, states.seq === 0 ? 0 : states.seq - history.firstSeq + 1),
    notes: readRunNotes(folder),
    sampled: sampledAt(readSamples(folder), atMs),
    metrics: atEnd ? readRunMetrics(folder) : null,
  });
  const targets = head.plan.roles.map(({ role, id }) => ({ role, id }));
  const here = hereIn(target === undefined ? [] : target.split(' '), targets, view.group.smo);
  assertInGroup(view, here);
  const answers = {};
  const {
    page,
    bundle,
    failed = false,
  } = carryOutCommand(readCommand(words, here.role), { view, here, found: null, answers });
  return {
    fabric: view.fabric,
    run: view.run,
    atMs,
    at: targetName(here),
    host: hostName(view, here.id),
    command: words.join(' '),
    lines: [...page],
    asks: [],
    failed,
    bundle: bundle === undefined ? null : writeBundle(runsFolder, view, bundle),
    basis,
  };
}
