import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ProcessOutcome } from '@rehearsal/experiment';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { commandList, completions, isShownAgain, wordsOf } from '@rehearsal/operator';
import { z } from 'zod';
import { findLab, labsFolder, type LiveLab } from '../live/lab-directory.js';
import { askLab } from '../live/lab-line.js';
import { Prompter } from '../live/prompter.js';
import { atTerminal, showAgain } from '../live/screen.js';
import { isDue, piped, typedCommands, wayOf, type TypedCommand, type Way } from '../live/shell-line.js';
import { EXIT, verb } from '../registry/verb.js';
import execVerb, { targetField } from './exec.js';
import { nameField } from './lab-fields.js';
import { roleOf, type OperatorOutput } from './operate.js';

const HISTORY_LINES = 500;
const BUILT_IN = [
  'help                 this list',
  'member ID, m ID      go to another member; with no ID back to where one came from',
  'history              what was typed',
  'ssh HOST [COMMAND]   the same for members and orchestrators, as sgm3 or mho1, or one command there',
  'gclish, expert       another shell of the same machine, until exit',
  'exit                 back to where one came from, or leave',
  'quit                 leave',
];

/** One session at a fabric: where it is, and what was typed. */
class Session {
  readonly typed: string[] = [];
  members: readonly string[] = [];
  failed = 0;
  readonly #lab: LiveLab;
  readonly #came: (readonly string[])[] = [];
  #target: readonly string[];
  #host = '';

  constructor(lab: LiveLab, target: readonly string[]) {
    this.#lab = lab;
    this.#target = target;
  }

  get role(): 'member' | 'orchestrator' {
    return roleOf(this.#target);
  }

  /** `[Expert@SG1-ch01-03:0]# ` (fidelity: F-SHELL-PROMPT) */
  get prompt(): string {
    return `[Expert@${this.#host}:0]# `;
  }

  /** Goes there. @throws LabError where nobody answers */
  async enter(target: readonly string[]): Promise<void> {
    const outcome = await this.#exec(['--json', ...target], ['ntpq', '-p']);
    if (outcome.status !== EXIT.ok) throw new LabError('environment', said(outcome), 'Go to another one.');
    const { at, host } = JSON.parse(outcome.stdout) as OperatorOutput;
    this.#target = at.startsWith('orchestrator') ? at.split(' ') : [at.split(' ')[1]!];
    this.#host = host;
    if (this.role === 'orchestrator') return;
    const ids = await this.#exec(['--json', ...this.#target], ['asg', 'stat', '-i', 'all_ids']);
    if (ids.status === EXIT.ok) {
      this.members = (JSON.parse(ids.stdout) as OperatorOutput).lines[0]?.text.split(' ') ?? [];
    }
  }

  /** Into another shell of the same machine, which takes an `exit` of its own. */
  nest(): void {
    this.#came.push(this.#target);
  }

  /** Back to where one came from; false where that is nowhere. */
  async leave(): Promise<boolean> {
    const back = this.#came.pop();
    if (back !== undefined) await this.enter(back);
    return back !== undefined;
  }

  async go(target: readonly string[]): Promise<void> {
    const before = this.#target;
    const to = target.length > 0 ? target : (this.#came.pop() ?? before);
    await this.enter(to);
    if (target.length > 0) this.#came.push(before);
  }

  /** Carries a line out; questions are put to `ask`. */
  async run(line: string, ask: (question: string) => Promise<string | undefined>): Promise<ProcessOutcome> {
    const words = [...this.#target, '--', ...wordsOf(line)];
    const prepared = (await execVerb.prepare?.(words, ask, (argv) => askLab(this.#lab, argv))) ?? words;
    return askLab(this.#lab, ['exec', ...prepared]);
  }

  #exec(own: readonly string[], command: readonly string[]): Promise<ProcessOutcome> {
    return askLab(this.#lab, ['exec', ...own, '--', ...command]);
  }
}

/** What a command that failed had to say, without the name of this program in front. */
const said = (outcome: ProcessOutcome): string => {
  try {
    const { error } = JSON.parse(outcome.stdout) as { readonly error: { readonly message: string } };
    return error.message;
  } catch {
    return outcome.stderr.trim();
  }
};

const historyFile = (): string => join(dirname(labsFolder()), 'shell-history');

function readHistory(): string[] {
  try {
    return readFileSync(historyFile(), 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}

/** History is a convenience: a folder that cannot be written to takes nothing away from the session. */
function keepHistory(lines: readonly string[]): void {
  try {
    mkdirSync(dirname(historyFile()), { recursive: true, mode: 0o700 });
    writeFileSync(
      historyFile(),
      lines
        .slice(-HISTORY_LINES)
        .map((line) => `${line}\n`)
        .join(''),
      { mode: 0o600 },
    );
  } catch {
    // Nothing to be done about it.
  }
}

const output = z.strictObject({ commands: z.int(), failed: z.int() });

export default verb({
  path: 'shell',
  summary: "the vendor's shell at a member or an orchestrator of a running fabric",
  about:
    'Takes the commands of `exec`, with the prompt of the vendor, completion by the tab key, and a history that is kept ' +
    'under `~/.local/state/rehearsal`. `member 1_02` or `ssh sgm2` goes on to another member, `exit` comes back and leaves in the end. ' +
    'A line may hold several commands, joined by `;`, `&&`, `||` and pipes. Commands may be piped ' +
    'in, one a line, and so may the answers to what they ask; the exit code is then 1 where one of them failed.',
  examples: [
    { command: 'rehearse shell', does: 'at the SMO' },
    { command: 'rehearse shell 1_03', does: 'at member 1_03' },
    { command: 'rehearse shell mho 1_1', does: 'at orchestrator 1_1' },
  ],
  positionals: ['target'],
  input: z.strictObject({ target: targetField, name: nameField }),
  output,
  needs: 'nothing',
  effect: 'act',
  async handle({ target, name }) {
    const session = new Session(await findLab(labsFolder(), name), target);
    await session.enter(target);
    const earlier = readHistory();
    const complete = (line: string): string[] => completions(line, session.role, session.members);
    const prompter = new Prompter(complete, [...earlier].reverse());
    try {
      await converse(session, prompter, earlier);
    } finally {
      prompter.close();
      keepHistory([...earlier, ...session.typed]);
    }
    return { commands: session.typed.length, failed: process.stdin.isTTY ? 0 : session.failed };
  },
  render: () => '',
  exitCode: ({ failed }) => (failed > 0 ? EXIT.deviated : EXIT.ok),
});

async function converse(session: Session, prompter: Prompter, earlier: readonly string[]): Promise<void> {
  for (;;) {
    const line = (await prompter.ask(session.prompt, 'ask-again'))?.trim();
    if (line === undefined || line === 'quit') return;
    if (line === '') continue;
    if (line !== 'exit') session.typed.push(line);
    if ((await typed(line, { session, prompter, earlier })) === 'left') return;
  }
}

interface Conversation {
  readonly session: Session;
  readonly prompter: Prompter;
  readonly earlier: readonly string[];
}

/** Carries out a line, command by command, as a shell joins them. */
async function typed(line: string, at: Conversation): Promise<'stayed' | 'left'> {
  const { session } = at;
  let failed = false;
  try {
    for (const one of typedCommands(line)) {
      if (!isDue(one.command, failed) || (await builtIn(one.command.words, session, at.earlier))) continue;
      const before = session.failed;
      const way = wayOf(one.command);
      if (way?.to === 'back' && !(await session.leave())) return 'left';
      if (way === undefined) await carryOut(one, at);
      else await follow(way, at);
      failed = session.failed > before;
    }
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    fail(session, error.message);
  }
  return 'stayed';
}

/** Goes where words lead; with a command it is carried out there, and one is back. */
async function follow(way: Way, at: Conversation): Promise<void> {
  const { session } = at;
  if (way.to === 'back') return;
  if (way.to === 'shell') return session.nest();
  const { host, target, command } = way;
  if (target === undefined) {
    throw new LabError('bad-input', `${host} is no machine of this fabric.`, 'Say a member as sgm3, or mho1.');
  }
  await session.go(target.role === 'orchestrator' ? ['mho', target.id] : [target.id]);
  if (command === '') return;
  await typed(command, at);
  await session.leave();
}

async function carryOut({ command, pipes }: TypedCommand, { session, prompter }: Conversation): Promise<void> {
  const { text, words } = command;
  const ask = (question: string): Promise<string | undefined> => prompter.ask(question);
  const run = (): Promise<ProcessOutcome> => session.run(text, ask);
  const isAgain = atTerminal() && pipes.length === 0 && isShownAgain(words);
  const outcome = isAgain ? await prompter.lend(() => showAgain(run)) : await run();
  process.stdout.write(piped(outcome.stdout, pipes));
  if (outcome.status !== EXIT.ok) fail(session, said(outcome).replace(/^rehearse: /, ''));
}

function fail(session: Session, message: string): void {
  session.failed++;
  // What a command says of its own failure stands in its output already.
  if (message !== '') process.stdout.write(`${message}\n`);
}

/** What the shell does by itself; false for a command of the vendor's. */
async function builtIn(words: readonly string[], session: Session, earlier: readonly string[]): Promise<boolean> {
  if (words[0] === 'help' || words[0] === '?') {
    process.stdout.write(`${[...commandList(), '', ...BUILT_IN].join('\n')}\n`);
  } else if (words[0] === 'history') {
    const all = [...earlier, ...session.typed];
    process.stdout.write(all.map((text, i) => `${String(i + 1).padStart(5)}  ${text}\n`).join(''));
  } else if (/^m(?:ember)?$/.test(words[0]!) && (words.length <= 2 || /^(?:mho|orchestrator)$/.test(words[1]!))) {
    await session.go(words.slice(1));
  } else return false;
  return true;
}
