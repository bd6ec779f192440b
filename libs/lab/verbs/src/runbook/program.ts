import type { ActivityRecord, Step } from '@rehearsal/experiment';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { applyPipe, contextAfter, hostOf, lastHost, NO_HOPS, type Hop } from '@rehearsal/runbook';
import type { PlannedCommand } from './planned-commands.js';

export interface ProgramOptions {
  readonly file: string;
  /** After a command that failed the next one is typed all the same. */
  readonly keepGoing: boolean;
  /** So long the fabric may take to settle after a command, in seconds of its own time. */
  readonly settleSec: number;
  readonly fullName: string;
  readonly reason: string;
}

/** One command as it was typed, and what came of it. */
export interface AsRunStep {
  readonly line: number;
  readonly section: string;
  readonly command: string;
  /** Where it was typed: `1_03`, `mho 1_1`, or '' for the SMO. */
  readonly target: string;
  status: 'done' | 'failed' | 'skipped' | 'not reached';
  /** ms since the epoch; null where it was not typed. */
  startMs: number | null;
  endMs: number | null;
  output: string;
  /** What was not as expected. */
  deviations: string[];
}

/** Nobody types faster; and what a command leads to has begun by then. */
const TYPED_WITHIN_SEC = 1;

type Expecting = 'command' | 'settling';

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

  constructor(planned: readonly PlannedCommand[], options: ProgramOptions) {
    this.#planned = planned;
    this.#options = options;
    this.steps = planned.map(({ from, command, pipes }) => ({
      line: command.line,
      section: from.path.filter((part) => part.kind === 'heading').at(-1)?.text ?? '',
      command: [command, ...pipes].map((c) => c.text).join(' | '),
      target: '',
      status: 'not reached',
      startMs: null,
      endMs: null,
      output: '',
      deviations: [],
    }));
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
    return this.#type();
  };

  #take(record: ActivityRecord): void {
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
    const said = `${output?.stdout ?? ''}${output?.stderr ?? record.exception ?? ''}`;
    step.output = this.#piped(said);
    this.#ended(step, record.status === 'failed' || output?.status !== 0);
  }

  #ended(step: AsRunStep, failed: boolean): void {
    step.status = failed ? 'failed' : 'done';
    this.#lastFailed = failed;
    if (!failed) return;
    step.deviations.push('it failed');
    this.#stopped = !this.#options.keepGoing;
  }

  #piped(text: string): string {
    const pipes = this.#planned[this.#at]?.pipes ?? [];
    if (pipes.length === 0) return text;
    const lines = pipes.reduce((rest, { words }) => applyPipe(rest, words), text.replace(/\n$/, '').split('\n'));
    return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
  }

  /** The next command that goes to the fabric; those that do not are over as soon as they are read. */
  #type(): Step | undefined {
    while (!this.#stopped && ++this.#at < this.#planned.length) {
      const planned = this.#planned[this.#at] as PlannedCommand;
      const step = this.steps[this.#at] as AsRunStep;
      if (planned.from.block !== this.#block) this.#hops = NO_HOPS;
      this.#block = planned.from.block;
      const { joiner, words } = planned.command;
      if ((joiner === 'and' && this.#lastFailed) || (joiner === 'or' && !this.#lastFailed)) {
        step.status = 'skipped';
        continue;
      }
      const typed = this.#typed(words, planned.command.text, step);
      if (typed !== undefined) return typed;
    }
    return undefined;
  }

  #typed(words: readonly string[], text: string, step: AsRunStep): Step | undefined {
    const [name = ''] = words;
    if (name === 'sleep' || name === 'echo') return this.#ofTheShell(name, words, step);
    const there = hostOf(words);
    const unknown = there !== undefined && there.target === undefined;
    if (unknown) {
      step.output = `${there.host} is no machine of this fabric\n`;
      this.#ended(step, true);
      return undefined;
    }
    const hops = contextAfter(this.#hops, words);
    if (hops !== this.#hops && (there === undefined || there.command.length === 0)) {
      this.#hops = hops;
      step.status = 'done';
      return undefined;
    }
    const command = there !== undefined && there.command.length > 0 ? there.command.join(' ') : text;
    const target = there?.target ?? lastHost(this.#hops)?.target;
    const where = target === undefined ? [] : target.role === 'orchestrator' ? ['mho', target.id] : [target.id];
    (step as { target: string }).target = where.join(' ');
    const { fullName, reason } = this.#options;
    this.#expecting = 'command';
    return this.#step(
      ['exec', ...where, '--yes', `--full-name=${fullName}`, `--reason=${reason}`, '--', command],
      `line ${step.line}: ${step.command}`,
      step.line,
    );
  }

  #ofTheShell(name: string, words: readonly string[], step: AsRunStep): Step | undefined {
    if (name === 'echo') {
      step.output = `${words.slice(1).join(' ')}\n`;
      this.#ended(step, false);
      return undefined;
    }
    const seconds = Number(/^(\d+(?:\.\d+)?)s?$/.exec(words[1] ?? '')?.[1] ?? Number.NaN);
    if (Number.isNaN(seconds)) {
      throw new LabError(
        'bad-input',
        `${this.#options.file}:${step.line}: sleep for how long?`,
        'Say seconds, as in sleep 60.',
      );
    }
    this.#ended(step, false);
    this.#expecting = 'settling';
    const waiting = this.#settle();
    return { ...waiting, activity: { ...waiting.activity, pauses: { before: seconds } } };
  }

  #settle(): Step {
    const { settleSec } = this.#options;
    const line = this.steps[this.#at]?.line ?? 0;
    const argv = ['wait', 'settled', '--equals', 'true', '--timeout-sec', String(settleSec)];
    const step = this.#step(argv, 'the fabric settles', line);
    return {
      ...step,
      activity: { ...step.activity, type: 'probe', tolerance: 0, pauses: { before: TYPED_WITHIN_SEC } },
    };
  }

  #step(argv: readonly string[], name: string, line: number): Step {
    const provider = { type: 'process' as const, path: 'rehearse', arguments: [...argv] };
    return { activity: { type: 'action', name, provider }, argv, place: `${this.#options.file}:${line}` };
  }
}

/** The journal has times in UTC without saying so. */
const timeOf = (text: string): number => Date.parse(`${text}Z`);
