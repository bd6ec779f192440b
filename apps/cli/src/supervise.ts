/** The process that has a lab which stays up. It is started by `rehearse up`, and ends when the lab is taken down. */
import '@rehearsal/compiler';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withTrace } from '@rehearsal/bus/tracing';
import { StandingLab } from '@rehearsal/experiment';
import { loadFabric } from '@rehearsal/fabric';
import { LabError } from '@rehearsal/lab-port';
import {
  announceLab,
  EXIT,
  explain,
  whatWentWrong,
  findVerb,
  keepReport,
  keepRunStates,
  labsFolder,
  performerOn,
  readSet,
  serveMetrics,
  writeTargets,
  type Answer,
  type LabAtHand,
  type VerbContext,
} from '@rehearsal/verbs';
import { tracerOf } from './command-trace.js';
import { createServices } from './services.js';
import type { SupervisorRequest, SupervisorWord } from './supervisor-messages.js';
import { createWorkbench } from './workbench.js';

const request = JSON.parse(process.argv[2]!) as SupervisorRequest;
const folder = join(request.runsFolder, request.runId);

const tell = (word: SupervisorWord): void => {
  // Whoever waited may be gone; the lab is up all the same.
  if (process.connected) process.send?.(word, () => {});
};
/** Whoever takes the lab down hears of what goes wrong with that. */
let hear = (_line: string): void => {};
const say = (line: string): void => {
  process.stderr.write(`${new Date().toISOString()} ${line}\n`);
  tell({ say: line });
  hear(line);
};

/** Prometheus looks at the list as often. */
const LIST_EVERY_MS = 1_000;
const FLUSH_WITHIN_MS = 1_000;

const services = createServices(say);
const context: Omit<VerbContext, 'lab'> = { services, set: readSet([]), runsFolder: request.runsFolder, say };

/** Carries out what other processes ask of the lab. */
function answerFor(standing: StandingLab, at: { name: string }, metricsUrl: string): Answer {
  return async (argv, to, gone, { cwd, traceparent }) => {
    const startMs = standing.lab.nowMs();
    const verb = (await findVerb(argv).entry.load()).default;
    if (!standing.isReady && verb.effect === 'act' && verb.path !== 'down') {
      throw new LabError('environment', `Fabric ${at.name} is still coming up.`, 'Wait for it: rehearse status.');
    }
    let isDisturbed = false;
    const lab: LabAtHand = {
      lab: standing.lab,
      name: at.name,
      run: standing.runId,
      standing,
      metricsUrl,
      beforeFault: async (fault) => {
        isDisturbed = true;
        say(`fault: ${fault}`);
        // Whoever keeps the account may be out of reach, and what brings it back must not wait for it.
        if ((await standing.lab.status()).bus === 'down') return;
        await standing.traffic.mark().catch((error: unknown) => {
          if (!(error instanceof LabError)) throw error;
          say(`the account has no mark of it: ${error.message}`);
        });
      },
    };
    const own = { ...context, say: to.say, out: to.out, gone, cwd };
    const faults = (): number => standing.lab.story?.faults().length ?? 0;
    const before = faults();
    const perform = async (): ReturnType<Answer> => {
      if (verb.path !== 'down') return performerOn(lab, own)(argv, undefined);
      hear = to.say;
      try {
        return await performerOn(lab, own)(argv, undefined);
      } finally {
        hear = () => {};
      }
    };
    const outcome =
      traceparent === undefined && verb.effect === 'read' ? await perform() : await inSpan(argv, traceparent, perform);
    // What was only looked at, or not understood, did nothing to the fabric.
    const isLook = verb.path === 'exec' && faults() === before && !isDisturbed;
    if (verb.effect === 'act' && !isLook && outcome.status !== EXIT.badInput) {
      standing.note(argv, startMs, outcome);
      say(`rehearse ${argv.join(' ')}: exit code ${outcome.status}`);
    }
    return outcome;
  };
}

/** Has a command carried out as a span, of the trace of whoever asked or of one of its own. */
async function inSpan(
  argv: readonly string[],
  parent: string | undefined,
  perform: () => ReturnType<Answer>,
): ReturnType<Answer> {
  const tracer = await tracerOf('lab');
  if (tracer === undefined) return perform();
  const span = tracer.begin(`lab: ${argv.join(' ')}`, { kind: 'server', parent });
  try {
    const outcome = await withTrace(span.traceparent, perform);
    span.end(outcome.status === 0 ? undefined : outcome.stderr.trim());
    return outcome;
  } catch (error) {
    span.end(error instanceof Error ? error.message : String(error));
    throw error;
  }
}

/** What later questions about the run are answered from. */
async function keepWhatIsAsked(of: string): Promise<string> {
  await keepRunStates(of, context);
  return keepReport(of);
}

async function main(): Promise<void> {
  const { profile, settings } = request.set;
  const plan = loadFabric(request.fabric, {
    overrides: { ...settings },
    ...(profile === undefined ? {} : { profile }),
  });
  const { runsFolder, runId, links, archive, packetCapture, command } = request;
  mkdirSync(folder, { recursive: true });
  const standing = await StandingLab.make(
    { plan, runsFolder, runId, links, archive, packetCapture, command, report: keepWhatIsAsked, say },
    createWorkbench(services, say),
  );
  const at = { name: request.name ?? plan.fabric };
  const metrics = await serveMetrics(() => standing.metricsPage());
  const metricsPort = metrics.port;
  const answer = answerFor(standing, at, `http://127.0.0.1:${metricsPort}/metrics`);
  let isOver = (): void => {};
  const over = new Promise<void>((done) => (isOver = done));
  const about = { fabric: plan.fabric, run: runId, folder, startedAtMs: Date.now(), standing: true, metricsPort };
  const announced = await announceLab(labsFolder(), { ...about, name: request.name }, async (argv, ...rest) => {
    const outcome = await answer(argv, ...rest).catch(failure);
    // Once whoever asked has its answer.
    if (standing.isEnded && findVerb(argv).entry.path === 'down') setImmediate(isOver);
    return outcome;
  });
  at.name = announced.name;
  const endListing = keepTargets(at.name, metricsPort, standing);
  let isTold = false;
  const leave = (): void => {
    isTold = true;
    if (standing.isReady) void standing.end().finally(isOver);
    else isOver();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, leave);
  // The terminal it was started from may go.
  process.on('SIGHUP', () => {});
  try {
    const rising = standing.up(request.traffic);
    rising.catch(() => {});
    await Promise.race([rising, over]);
    if (isTold && !standing.isReady) {
      await standing.lab.down();
      throw new LabError('environment', 'It was told to end before it was up.', 'Nothing is left of it.');
    }
    tell({ up: { name: at.name, run: runId, folder, status: await rising } });
    if (process.connected) process.disconnect();
    say(`fabric ${at.name} is up`);
    await over;
    say(`fabric ${at.name} is down`);
  } finally {
    endListing();
    await announced.withdraw();
    await metrics.close();
    await (await tracerOf('lab'))?.flush(FLUSH_WITHIN_MS);
  }
}

/** Lists what can be scraped of the fabric, anew whenever a process was started or is gone. Gives the end of it. */
function keepTargets(name: string, metricsPort: number, { lab }: StandingLab): () => void {
  let listed = '';
  const list = (): void => {
    const processes = lab.endpoints?.() ?? [];
    const now = JSON.stringify(processes);
    if (now === listed) return;
    listed = now;
    try {
      writeTargets(labsFolder(), name, metricsPort, processes);
    } catch (error) {
      say(`what can be scraped is not listed: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  list();
  const timer = setInterval(list, LIST_EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** A refusal of the lab itself, as a command would leave it. */
function failure(error: unknown): Awaited<ReturnType<Answer>> {
  const known = explain(error);
  if (known === undefined) throw error;
  return { status: known.code, stdout: '', stderr: `rehearse: ${known.message}\n` };
}

try {
  await main();
  process.exit(0);
} catch (error) {
  const known = explain(error);
  say(whatWentWrong(error));
  const kind = error instanceof LabError ? error.kind : known?.kind === 'bad-input' ? 'bad-input' : 'environment';
  const remedy = error instanceof LabError ? error.remedy : `See ${join(folder, 'live', 'supervisor.log')}.`;
  const message =
    error instanceof LabError
      ? error.message.slice(0, -error.remedy.length).trim()
      : (known?.message ?? (error instanceof Error ? error.message.split('\n')[0]! : String(error)));
  // What says why it failed stays; a folder that says nothing does not.
  if (kind === 'bad-input' && readdirSync(folder).join() === 'live') rmSync(folder, { recursive: true, force: true });
  if (process.connected)
    process.send?.({ failed: { kind, message, remedy } } satisfies SupervisorWord, () => process.exit(1));
  else process.exit(1);
}
