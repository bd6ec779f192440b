import type { ActivityRecord } from '@rehearsal/experiment';
import { readKeptParts } from '@rehearsal/experiment/run-folder';
import type { RunData, StepData } from '@rehearsal/report';
import { commandOf } from '../verbs/repeat.js';

/** All a report of a run is made of, from the run's folder. @throws LabError (bad input) where it lacks a part */
export function readRunData(folder: string): RunData {
  const { head, journal, log, samples, losses, ledger, silencesMs } = readKeptParts(folder);
  const { plan, result } = head;
  return {
    title: journal.experiment.title,
    description: journal.experiment.description ?? '',
    runId: result.run,
    fabric: plan.fabric,
    world: head.world === 'simulated' ? 'simulated' : 'processes',
    seed: head.seed ?? null,
    profile: plan.profile,
    settings: head.settings,
    members: plan.securityGroup.members.map((m) => m.id),
    build: head.build,
    startedAtMs: head.startedAtMs,
    endedAtMs: head.endedAtMs,
    result,
    faults: head.faults,
    log,
    samples,
    silencesMs,
    losses: { packets: losses.packets.totals, connections: losses.connections.totals },
    ledger,
    steps: [
      ...(journal.steady_states.before?.probes ?? []),
      ...journal.run,
      ...(journal.steady_states.after?.probes ?? []),
      ...journal.rollbacks,
    ].map(stepOf),
    commands: commandsFor(folder, head.command, head.world === 'simulated'),
  };
}

function stepOf(step: ActivityRecord): StepData {
  const failed = step.status === 'failed' || step.tolerance_met === false;
  const said = step.exception ?? (step.status === 'failed' ? step.output?.stderr.trim() : undefined);
  return {
    name: step.activity.name,
    type: step.activity.type,
    // The journal has times in UTC without saying so.
    atMs: Date.parse(`${step.start}Z`),
    tookMs: Math.round(step.duration * 1000),
    outcome: said ?? (failed ? 'no' : step.activity.type === 'probe' ? 'yes' : 'done'),
    went: failed ? 'badly' : 'well',
  };
}

function commandsFor(folder: string, again: string | undefined, isSimulated: boolean): RunData['commands'] {
  const closer = (does: string, words: readonly string[]): RunData['commands'][number] => ({
    does,
    command: commandOf([...words, folder], []),
  });
  return [
    ...(again === undefined
      ? []
      : [{ does: isSimulated ? 'The same run again, to the byte' : 'The same once more', command: again }]),
    closer('Check the log and decide all of it again', ['verify']),
    closer('Every packet and connection that did not end well', ['losses']),
    closer('This report again', ['report']),
  ];
}
