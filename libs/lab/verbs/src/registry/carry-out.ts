import type { CheckCommand, Perform, ProcessOutcome } from '@rehearsal/experiment';
import { SettingsError } from '@rehearsal/kernel/settings-error';
import { LabError, type LabErrorKind } from '@rehearsal/lab-port/lab-error';
import { systemRefusal } from '../live/system-refusal.js';
import { ownWords } from './own-words.js';
import { parseArgs } from './parse-args.js';
import { findVerb, VERBS } from './registry.js';
import { EXIT, type LabAtHand, type Verb, type VerbContext } from './verb.js';

const CODES: Readonly<Record<LabErrorKind, number>> = {
  'bad-input': EXIT.badInput,
  environment: EXIT.environment,
  deviated: EXIT.deviated,
};

/** By its name, since what has it is large and seldom needed. */
function isCalled(error: unknown, name: 'CaptureError' | 'CommitFormatError'): error is Error {
  return error instanceof Error && error.name === name;
}

/** What went wrong, for people and for `--json`; undefined for a mistake of the program itself. */
export function explain(
  error: unknown,
): { readonly kind: string; readonly message: string; readonly code: number } | undefined {
  if (error instanceof LabError) return { kind: error.kind, message: error.message, code: CODES[error.kind] };
  if (error instanceof SettingsError || isCalled(error, 'CaptureError')) {
    const message = /[.?!]$/.test(error.message) ? error.message : `${error.message}.`;
    return { kind: 'bad-input', message, code: EXIT.badInput };
  }
  if (isCalled(error, 'CommitFormatError')) {
    const message = `A commit of the log cannot be read: ${error.message}. See which one: rehearse verify RUN.`;
    return { kind: 'bad-input', message, code: EXIT.badInput };
  }
  const refused = systemRefusal(error);
  return refused === undefined
    ? undefined
    : { kind: refused.kind, message: refused.message, code: CODES[refused.kind] };
}

/** What went wrong, in words; of a mistake of the program itself with the place where it was made. */
export function whatWentWrong(error: unknown): string {
  return explain(error)?.message ?? (error instanceof Error ? (error.stack ?? error.message) : String(error));
}

/** Runs one verb and gives what a process would leave behind. Mistakes of the program itself reject. */
export async function carryOut(verb: Verb, words: readonly string[], context: VerbContext): Promise<ProcessOutcome> {
  let json = ownWords(words).includes('--json');
  try {
    const parsed = parseArgs(verb, words);
    json = parsed.json;
    const set = parsed.set.words.length > 0 ? parsed.set : context.set;
    const runsFolder = parsed.runs ?? context.runsFolder;
    const output = await verb.handle(parsed.input, { ...context, set, runsFolder, json });
    const stdout = json
      ? `${JSON.stringify(verb.output.parse(output), null, 2)}\n`
      : verb.render(output, context.cwd ?? process.cwd());
    return { status: verb.exitCode?.(output) ?? EXIT.ok, stdout, stderr: '' };
  } catch (error) {
    const known = explain(error);
    if (known === undefined) throw error;
    const { kind, message, code } = known;
    const stdout = json ? `${JSON.stringify({ error: { kind, message, exitCode: code } }, null, 2)}\n` : '';
    return { status: code, stdout, stderr: `rehearse: ${message}\n` };
  }
}

/** Carries out the command lines of an experiment on the lab at hand: the verbs that need one, and no others. */
export function performerOn(at: LabAtHand, context: Omit<VerbContext, 'lab'>): Perform {
  return async (argv, timeoutMs) => {
    const { entry, rest } = findVerb(argv);
    const verb = (await entry.load()).default;
    const work = carryOut(verb, rest, { ...context, lab: at });
    // A simulated fabric's time passes within the call, where nothing can be cut short.
    return timeoutMs === undefined || at.lab.world === 'simulated' ? work : within(work, timeoutMs, argv);
  };
}

async function within(
  work: Promise<ProcessOutcome>,
  timeoutMs: number,
  argv: readonly string[],
): Promise<ProcessOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<ProcessOutcome>((_, failed) => {
    const message = `'rehearse ${argv.join(' ')}' took longer than ${timeoutMs} ms.`;
    timer = setTimeout(
      () => failed(new LabError('deviated', message, 'Raise the timeout of its provider.')),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function isForExperiments({ needs, onlyStanding }: Verb): boolean {
  return needs === 'lab' && onlyStanding !== true;
}

/** Judges command lines of experiments without running them: a verb that needs a lab, with words it takes. */
export async function commandChecker(): Promise<CheckCommand> {
  const asked = VERBS.filter((entry) => entry.asks === true);
  const verbs = new Map(await Promise.all(asked.map(async (e) => [e.path, (await e.load()).default] as const)));
  const able = [...verbs.values()].filter(isForExperiments).map(({ path }) => path);
  return (argv) => {
    try {
      const { entry, rest } = findVerb(argv);
      const verb = verbs.get(entry.path);
      if (verb === undefined || !isForExperiments(verb)) {
        return {
          message: `'${entry.path}' is nothing for an experiment.`,
          remedy: `Use one of: ${able.join(', ')}.`,
        };
      }
      parseArgs(verb, rest);
      return undefined;
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      return { message: error.message.slice(0, -error.remedy.length).trim(), remedy: error.remedy };
    }
  };
}
