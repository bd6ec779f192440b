import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '@rehearsal/lab-port/lab-error';
import {
  askLab,
  findLab,
  findVerb,
  labsFolder,
  overview,
  ownWords,
  type CrashedLab,
  type LiveLab,
  type Listener,
  type Outcome,
  type VerbEntry,
} from '@rehearsal/verbs/client';
import type { VerbContext } from '@rehearsal/verbs';
import { isStill } from '@rehearsal/lab-port/process-book';
import { traced } from './command-trace.js';
import { createServices, root } from './services.js';

const GONE_WITHIN_MS = 5_000;

/** What the command does besides giving an outcome: words for people, and output before its end. */
export interface Terminal extends Listener {
  /** Aborted when whoever reads has read enough. */
  readonly gone: AbortSignal;
}

/** Carries out a command line. Everything that can go wrong is an outcome: a line, and an exit code. */
export async function outcomeOf(argv: readonly string[], to: Terminal): Promise<Outcome> {
  const [first] = argv;
  const isHelp = first === undefined || first === '--help' || first === '-h';
  if (isHelp || (first === 'help' && argv.length === 1)) return { status: 0, stdout: overview(), stderr: '' };
  const asked = first === 'help' ? [...argv.slice(1), '--help'] : argv;
  try {
    const { entry, rest } = findVerb(asked);
    if (asksHelp(rest)) return { status: 0, stdout: await helpText(entry), stderr: '' };
    return entry.asks === true
      ? await askOrExplain(entry, asked, rest, to)
      : await carryOutHere(entry, asked, rest, to);
  } catch (error) {
    return refusal(error, argv);
  }
}

function asksHelp(words: readonly string[]): boolean {
  const own = ownWords(words);
  return own.includes('--help') || own.includes('-h');
}

/** As it was written down when the verb was changed; made anew where it is missing. */
async function helpText(entry: VerbEntry): Promise<string> {
  try {
    return readFileSync(join(root, 'docs', 'help', `${entry.path.replaceAll(' ', '-')}.txt`), 'utf8');
  } catch {
    const { helpOf } = await import('@rehearsal/verbs/carry-out');
    return helpOf((await entry.load()).default);
  }
}

/** The process that has the lab knows whether the words are good; without a lab that is judged here. */
async function askOrExplain(
  entry: VerbEntry,
  argv: readonly string[],
  rest: readonly string[],
  to: Terminal,
): Promise<Outcome> {
  let lab: LiveLab;
  try {
    lab = await findLab(labsFolder(), nameIn(rest), onCrashed(to));
  } catch (error) {
    const { parseArgs } = await import('@rehearsal/verbs/carry-out');
    parseArgs((await entry.load()).default, rest);
    throw error;
  }
  if (ownWords(rest).some((w) => w === '--force' || w.startsWith('--force='))) {
    const { parseArgs } = await import('@rehearsal/verbs/carry-out');
    const verb = (await entry.load()).default;
    const outcome = await verb.fromOutside?.(parseArgs(verb, rest).input, lab, contextOf(to));
    if (outcome !== undefined) return outcome;
  }
  const isWhole = entry.prepares?.(rest) !== true;
  const whole = isWhole ? argv : [...argv.slice(0, argv.length - rest.length), ...(await prepared(entry, rest, lab))];
  const ask = (): Promise<Outcome> => traced(whole, (traceparent) => askLab(lab, whole, to, traceparent));
  const outcome = entry.again?.(rest) === true ? await askAgain(ask) : await ask();
  // A fabric is down when its process is gone, too.
  if (entry.path === 'down' && outcome.stdout !== '') await untilGone(lab);
  return outcome;
}

/** Again and again where somebody sits at a terminal, once elsewhere. */
async function askAgain(ask: () => Promise<Outcome>): Promise<Outcome> {
  const { atTerminal, showAgain } = await import('@rehearsal/verbs/terminal');
  return atTerminal() ? showAgain(ask) : ask();
}

/** The words of a verb with what was missing, which somebody is asked for here. */
async function prepared(entry: VerbEntry, words: readonly string[], lab: LiveLab): Promise<readonly string[]> {
  const verb = (await entry.load()).default;
  if (verb.prepare === undefined) return words;
  const { Prompter } = await import('@rehearsal/verbs/terminal');
  const prompter = new Prompter();
  try {
    return await verb.prepare(
      words,
      (question) => prompter.ask(question),
      (argv) => askLab(lab, argv),
    );
  } finally {
    prompter.close();
  }
}

async function untilGone(lab: LiveLab): Promise<void> {
  const deadlineMs = performance.now() + GONE_WITHIN_MS;
  while (isStill(lab) && performance.now() < deadlineMs) await new Promise((done) => setTimeout(done, 10));
}

async function carryOutHere(
  entry: VerbEntry,
  argv: readonly string[],
  rest: readonly string[],
  to: Terminal,
): Promise<Outcome> {
  const { carryOut, parseArgs } = await import('@rehearsal/verbs/carry-out');
  const verb = (await entry.load()).default;
  if (verb.asksLab !== undefined && verb.asksLab(parseArgs(verb, rest).input)) {
    const lab = await findLab(labsFolder(), nameIn(rest), onCrashed(to));
    return traced(argv, (traceparent) => askLab(lab, argv, to, traceparent));
  }
  return carryOut(verb, rest, contextOf(to));
}

function contextOf(to: Terminal): VerbContext {
  const set = { settings: {}, words: [] };
  const { say, out, gone } = to;
  return { services: createServices(say), set, runsFolder: 'runs', say, out, gone };
}

/** The value of `--name`, read without knowing the verb. */
function nameIn(words: readonly string[]): string | undefined {
  const own = ownWords(words);
  const at = own.findLastIndex((w) => w === '--name' || w.startsWith('--name='));
  if (at < 0) return undefined;
  const word = own[at]!;
  const name = word === '--name' ? own[at + 1] : word.slice('--name='.length);
  if (name === undefined || name === '')
    throw new LabError('bad-input', 'Option --name needs a value.', 'See: rehearse status.');
  return name;
}

function onCrashed(to: Listener): (lab: CrashedLab) => void {
  return ({ name, folder, pid, standing, ended }) => {
    const what = ended.length === 0 ? 'nothing of it ran any more' : `${ended.length} of its processes were ended`;
    const kept = standing ? `; its run has no seal and is kept: ${folder}` : '';
    to.say(`rehearse: fabric ${name} was left by its process (${pid}), which is gone: ${what}${kept}`);
  };
}

/** An error as a line and an exit code. What nobody foresaw is a line, too; `REHEARSE_DEBUG` shows where it was. */
async function refusal(error: unknown, argv: readonly string[]): Promise<Outcome> {
  const known = error instanceof LabError ? KINDS[error.kind] : undefined;
  const told =
    known === undefined
      ? (await import('@rehearsal/verbs/carry-out')).explain(error)
      : { ...known, message: (error as Error).message };
  const { kind, code, message } = told ?? unforeseen(error);
  const document = { error: { kind, message, exitCode: code } };
  const stdout = ownWords(argv).includes('--json') ? `${JSON.stringify(document, null, 2)}\n` : '';
  return { status: code, stdout, stderr: `rehearse: ${message}\n` };
}

const KINDS = {
  'bad-input': { kind: 'bad-input', code: 2 },
  environment: { kind: 'environment', code: 3 },
  deviated: { kind: 'deviated', code: 1 },
} as const;

function unforeseen(error: unknown): { kind: string; code: number; message: string } {
  if (process.env['REHEARSE_DEBUG'] !== undefined && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  const what = (error instanceof Error ? error.message : String(error)).split('\n')[0]!;
  return {
    kind: 'mistake',
    code: 3,
    message: `A mistake of the program itself: ${what}. REHEARSE_DEBUG=1 shows where.`,
  };
}
