import type { ActivityRecord } from '@rehearsal/experiment';
import { readKeptParts } from '@rehearsal/experiment/run-folder';
import type { RunData, StepData } from '@rehearsal/report';
import { commandOf } from '../verbs/repeat.js';

type Head = Pick<ReturnType<typeof readKeptParts>['head'], 'command' | 'livedIn' | 'world'>;

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
    commands: [...againOf(head, journal.run), ...closerTo(folder)],
  };
}

/** The journal has times in UTC without saying so. */
const startOf = (step: ActivityRecord): number => Date.parse(`${step.start}Z`);

function stepOf(step: ActivityRecord): StepData {
  const failed = step.status === 'failed' || step.tolerance_met === false;
  const said = step.exception ?? (step.status === 'failed' ? step.output?.stderr.trim() : undefined);
  return {
    name: step.activity.name,
    type: step.activity.type,
    atMs: startOf(step),
    tookMs: Math.round(step.duration * 1000),
    outcome: said ?? (failed ? 'no' : step.activity.type === 'probe' ? 'yes' : 'done'),
    went: failed ? 'badly' : 'well',
  };
}

type Commands = RunData['commands'];

/** What leads there again: the run, or the fabric and all that was done to it. */
function againOf({ command, livedIn, world }: Head, done: readonly ActivityRecord[]): Commands {
  if (command === undefined) return [];
  if (livedIn !== true) {
    return [{ does: world === 'simulated' ? 'The same run again, to the byte' : 'The same once more', command }];
  }
  const carriedOut = done.filter((step) => step.status === 'succeeded');
  const first = carriedOut[0] === undefined ? 0 : startOf(carriedOut[0]);
  return [
    { does: 'The same fabric', command },
    ...carriedOut.map((step) => ({
      does: `${((startOf(step) - first) / 1000).toFixed(1)} s after the first thing that was done to it`,
      command: `rehearse ${step.activity.name}`,
    })),
  ];
}

function closerTo(folder: string): Commands {
  const closer = (does: string, words: readonly string[]): Commands[number] => ({
    does,
    command: commandOf([...words, folder], []),
  });
  return [
    closer('Check the log and decide all of it again', ['verify']),
    closer('Every packet and connection that did not end well', ['losses']),
    closer('This report again', ['report']),
  ];
}
