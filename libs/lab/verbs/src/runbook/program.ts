import type { ActivityRecord, Step } from '@rehearsal/experiment';
import { applyPipe, contextAfter, foundNothing, hostOf, lastHost, NO_HOPS, type Hop } from '@rehearsal/runbook';
import { leadsTo, whereIs, type Machines } from './machines.js';
import type { PlannedCommand } from './planned-commands.js';
import { quoted } from './quoted.js';

export interface ProgramOptions {
  readonly file: string;
  /** After a command that failed the next one is typed all the same. */
  readonly keepGoing: boolean;
  /** So long the fabric may take to settle after a command, in seconds of its own time. */
  readonly settleSec: number;
  readonly fullName: string;
  readonly reason: string;
  readonly machines: Machines;
}

/** One command as it was typed, and what came of it. */
export interface AsRunStep {
  readonly line: number;
  readonly section: string;
  readonly command: string;
  /** Where it was typed: `1_03`, `mho 1_1`, or '' for the SMO. */
  target: string;
  /** `passed over`: nothing of it reaches the fabric, and nothing needs to. */
  status: 'done' | 'failed' | 'skipped' | 'passed over' | 'not reached';
  /** ms since the epoch; null where it was not typed. */
  startMs: number | null;
  endMs: number | null;
  output: string;
  /** What was not as expected. */
  deviations: string[];
  /** What was done otherwise than a shell would, and is nobody's fault. */
  notes: string[];
}

/** Nobody types faster; and what a command leads to has begun by then. */
const TYPED_WITHIN_SEC = 1;
/** Nor without having read what the last command has shown. */
export const READ_WITHIN_SEC = 2;

type Expecting = 'command' | 'settling' | 'last look';

/** Whether all members have one policy at the end is looked at by the program itself, not by the runbook. */
const LAST_LOOK = 'asg policy verify';

/**
 * Goes through a runbook as an operator would: types a command, reads what comes, waits until the fabric has settled,
 * types the next. `ssh` leads to another machine until it ends; `&&` and `||` look at what came before.
 */
export class RunbookProgram {
  readonly steps: AsRunStep[];
  readonly #planned: readonly PlannedCommand[];
  readonly #options: ProgramOptions;
  #at = -1;
  #hops: readonly Hop[] = NO_HOPS;
  #block = -1;
  #expecting: Expecting = 'settling';
  #seen = 0;
  #stopped = false;
  #lastFailed = false;
  #otherPolicy: readonly string[] = [];

  constructor(planned: readonly PlannedCommand[], options: ProgramOptions) {
    this.#planned = planned;
    this.#options = options;
    this.steps = planned.map(({ from, command, pipes, pipesOnEach, notes }) => ({
      line: command.line,
      section: from.path.filter((part) => part.kind === 'heading').at(-1)?.text ?? '',
      command: [command, ...pipesOnEach, ...pipes].map((c) => c.text).join(' | '),
      target: '',
      status: 'not reached',
      startMs: null,
      endMs: null,
      output: '',
      deviations: [],
      notes: [...notes],
    }));
  }

  /** Members that were found with another policy than the SMO, once all was done. */
  get otherPolicy(): readonly string[] {
    return this.#otherPolicy;
  }

  /** For an experiment: what is done next, seeing what came of all before. */
  readonly next = (done: readonly ActivityRecord[]): Step | undefined => {
    const last = done.at(-1);
    if (last !== undefined && done.length > this.#seen) this.#take(last);
    this.#seen = done.length;
    if (this.#expecting === 'command' && !this.#stopped) {
      this.#expecting = 'settling';
      return this.#settle();
    }
    if (this.#expecting === 'last look') return undefined;
    return this.#type() ?? this.#lastLook();
  };

  #lastLook(): Step {
    this.#expecting = 'last look';
    return this.#step(['exec', '--', LAST_LOOK], 'the policy of all members', this.steps.at(-1)?.line ?? 0);
  }

  #take(record: ActivityRecord): void {
    if (this.#expecting === 'last look') {
      const rows = record.output?.stdout.split('\n').filter((row) => row.includes('Failed (!)')) ?? [];
      this.#otherPolicy = rows.flatMap((row) => /\b\d+_\d{2}\b/.exec(row)?.[0] ?? []);
      return;
    }
    const step = this.steps[this.#at];
    if (step === undefined) return;
    step.endMs = timeOf(record.end);
    if (this.#expecting === 'settling') {
      if (record.tolerance_met === false || record.status === 'failed') {
        step.deviations.push(`the fabric has not settled within ${this.#options.settleSec} s`);
      }
      return;
    }
    step.startMs = timeOf(record.start);
    const output = record.output;
    const failed = record.status === 'failed' || output?.status !== 0;
    const error = output?.stderr ?? record.exception ?? '';
    const shown = `${output?.stdout ?? ''}${error}`;
    const { text, foundNothing: nothing } = this.#piped(shown);
    step.output = text;
    this.#ended(step, failed ? reasonIn(error === '' ? shown : error) : undefined);
    this.#lastFailed ||= nothing;
  }

  /** @param why it failed; undefined where it did not */
  #ended(step: AsRunStep, why: string | undefined): void {
    step.status = why === undefined ? 'done' : 'failed';
    this.#lastFailed = why !== undefined;
    if (why === undefined) return;
    step.deviations.push(`it failed${why === '' ? '' : `: ${why}`}`);
    this.#stopped = !this.#options.keepGoing;
  }

  #piped(text: string): { readonly text: string; readonly foundNothing: boolean } {
    const { pipes, pipesOnEach } = this.#planned[this.#at]!;
    const last = pipes.at(-1) ?? pipesOnEach.at(-1);
    if (last === undefined) return { text, foundNothing: false };
    const shownByEach = ofEach(text.replace(/\n$/, '').split('\n')).flatMap(({ head, lines: own }) => [
      ...head,
      ...through(pipesOnEach, own),
    ]);
    const lines = through(pipes, shownByEach);
    const isSilent = last.words.some((word) => /^-\w*q/.test(word));
    const shown = lines.length === 0 || isSilent ? '' : `${lines.join('\n')}\n`;
    return { text: shown, foundNothing: foundNothing(last.words, lines) };
  }

  /** The next command that goes to the fabric; those that do not are over as soon as they are read. */
  #type(): Step | undefined {
    while (!this.#stopped && ++this.#at < this.#planned.length) {
      const planned = this.#planned[this.#at] as PlannedCommand;
      const step = this.steps[this.#at] as AsRunStep;
      if (planned.from.block !== this.#block) this.#hops = NO_HOPS;
      this.#block = planned.from.block;
      const { joiner } = planned.command;
      if ((joiner === 'and' && this.#lastFailed) || (joiner === 'or' && !this.#lastFailed)) {
        step.status = 'skipped';
        continue;
      }
      if (planned.passedOver) {
        step.status = 'passed over';
        this.#lastFailed = false;
        continue;
      }
      const typed = this.#typed(planned, step);
      if (typed !== undefined) return typed;
    }
    return undefined;
  }

  #typed({ command: { words, text, redirections } }: PlannedCommand, step: AsRunStep): Step | undefined {
    const [name = ''] = words;
    if (name === 'sleep' || name === 'echo') return this.#ofTheShell(name, words, step);
    const there = hostOf(words);
    if (there !== undefined) {
      const { why, note } = leadsTo(there, this.#options.machines);
      if (note !== undefined) step.notes.push(note);
      if (why !== undefined) {
        step.output = `${why}\n`;
        this.#ended(step, why);
        return undefined;
      }
    }
    const hops = contextAfter(this.#hops, words);
    if (hops !== this.#hops && (there === undefined || there.command.length === 0)) {
      this.#hops = hops;
      step.status = 'done';
      this.#lastFailed = false;
      return undefined;
    }
    const own = redirections.length === 0 ? text : words.map(quoted).join(' ');
    const isThere = there !== undefined && there.command.length > 0;
    const command = isThere ? there.command.map(oneOrQuoted).join(' ') : own;
    const where = whereIs((isThere ? there : lastHost(this.#hops))?.target);
    step.target = where.join(' ');
    const { fullName, reason } = this.#options;
    this.#expecting = 'command';
    return this.#step(
      ['exec', ...where, '--yes', `--full-name=${fullName}`, `--reason=${reason}`, '--', command],
      `line ${step.line}: ${step.command}`,
      step.line,
    );
  }

  #ofTheShell(name: string, words: readonly string[], step: AsRunStep): Step | undefined {
    this.#ended(step, undefined);
    if (name === 'echo') {
      step.output = `${words.slice(1).join(' ')}\n`;
      return undefined;
    }
    this.#expecting = 'settling';
    const waiting = this.#settle();
    return {
      ...waiting,
      activity: { ...waiting.activity, pauses: { ...waiting.activity.pauses, before: secondsOf(words[1]!) } },
    };
  }

  #settle(): Step {
    const { settleSec } = this.#options;
    const line = this.steps[this.#at]?.line ?? 0;
    const argv = ['wait', 'settled', '--equals', 'true', '--timeout-sec', String(settleSec)];
    const step = this.#step(argv, 'the fabric settles', line);
    return {
      ...step,
      activity: {
        ...step.activity,
        type: 'probe',
        tolerance: 0,
        pauses: { before: TYPED_WITHIN_SEC, after: READ_WITHIN_SEC },
      },
    };
  }

  #step(argv: readonly string[], name: string, line: number): Step {
    const provider = { type: 'process' as const, path: 'rehearse', arguments: [...argv] };
    return { activity: { type: 'action', name, provider }, argv, place: `${this.#options.file}:${line}` };
  }
}

const through = (pipes: PlannedCommand['pipes'], lines: readonly string[]): readonly string[] =>
  pipes.reduce((rest, { words }) => applyPipe(rest, words), lines);

const HEAD = /^(?:\d+_\d{2}:|-\*- \d+ blades: .* -\*-)$/;

/** What was shown, member by member, each under the line that names it; in one piece where nobody is named. */
function ofEach(lines: readonly string[]): readonly { readonly head: readonly string[]; readonly lines: string[] }[] {
  const parts: { head: string[]; lines: string[] }[] = [{ head: [], lines: [] }];
  for (const line of lines) {
    if (HEAD.test(line)) parts.push({ head: [line], lines: [] });
    else parts.at(-1)!.lines.push(line);
  }
  return parts.filter(({ head, lines: own }) => head.length + own.length > 0);
}

/** The journal has times in UTC without saying so. */
const timeOf = (text: string): number => Date.parse(`${text}Z`);

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const secondsOf = (howLong: string): number => Number.parseFloat(howLong) * (UNITS[howLong.at(-1)!] ?? 1);

/** `ssh sgm3 'cpstop; cpstart'` has its command in one word, any other in several. */
const oneOrQuoted = (word: string, _: number, all: readonly string[]): string =>
  all.length === 1 ? word : quoted(word);

/** What a failure says of itself, without who says it: the last line in words, since what was shown before may be long. */
function reasonIn(said: string): string {
  const last = said.split('\n').findLast((line) => /\p{L}/u.test(line)) ?? '';
  if (last.startsWith('|'))
    return last
      .split('|')
      .map((cell) => cell.trim())
      .filter((cell) => cell !== '')
      .join(': ');
  return last.replace(/^(?:\S+:\d+: )?(?:rehearse: )?/, '').trim();
}
