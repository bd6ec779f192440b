import { LabError } from '@rehearsal/lab-port/lab-error';
import { readCommand } from '@rehearsal/operator';
import {
  applyPipe,
  assignmentsOf,
  bind,
  commandsWithin,
  commandWithin,
  givenElsewhere,
  hostOf,
  isCompound,
  splitLine,
  turnsOf,
  whyPassedOver,
  type RunbookCommand,
  type ShellCommand,
} from '@rehearsal/runbook';
import type { PlannedCommand } from './planned-commands.js';
import { quoted } from './quoted.js';

type Vars = Readonly<Record<string, string>>;

const NOT_KNOWN = 'what it shows is not known before: where the name is used, its value is asked for as --var';
const ON_EACH = 'on what each member shows';
const ONLY_LOOKS = 'it only looks and waits: it is not carried out, since the fabric settles after each command anyway';

/** Makes of a runbook's commands what is typed, one by one: loops are unrolled, placeholders and variables put in. */
export class CommandPlanner {
  readonly #file: string;
  readonly #vars: Vars;
  /** What the runbook itself gives names to, as `TAKE=118`. */
  #assigned: Vars = {};
  readonly #planned: PlannedCommand[] = [];
  /** Placeholders that nobody gave a value for, and where each stands first. */
  readonly #missing = new Map<string, number>();

  constructor(file: string, vars: Vars) {
    this.#file = file;
    this.#vars = vars;
  }

  take(command: RunbookCommand): void {
    this.#takeText(command, command.text);
  }

  /** @throws LabError (bad input) where something is still open */
  planned(): readonly PlannedCommand[] {
    const [first] = this.#missing;
    if (first === undefined) return this.#planned;
    const names = [...this.#missing.keys()];
    throw new LabError(
      'bad-input',
      `${this.#file}:${first[1]}: nothing is said for ${names.map((name) => `<${name}>`).join(', ')}.`,
      `Add ${names.map((name) => `--var ${name}=VALUE`).join(' ')}.`,
    );
  }

  #takeText(from: RunbookCommand, text: string): void {
    const turns = isCompound(text) ? turnsOf(text, (over) => this.#put(over, from) ?? '') : undefined;
    if (turns !== undefined) {
      for (const turn of turns) this.#takeText(from, turn);
      return;
    }
    const within = commandsWithin(text);
    const assigns = within.some((words) => assignmentsOf(words) !== undefined);
    const reasons = assigns ? [] : within.map(whyPassedOver);
    if (reasons[0] !== undefined && reasons.every((why) => why === reasons[0])) {
      return this.#passOver(from, text, reasons[0]);
    }
    const shown = SHOWN_TO_NAME.exec(text.trim());
    if (shown !== null && commandsWithin(shown[1] ?? shown[2]!).every(onlyLooks)) {
      return this.#passOver(from, text, NOT_KNOWN);
    }
    if ((isCompound(text) || TESTS.test(text)) && within.every(onlyLooks))
      return this.#passOver(from, text, ONLY_LOOKS);
    const background = /^(.*[^&\s])\s*&\s*$/s.exec(text);
    const notes = background === null ? [] : ['in the background: the next command is typed once it has ended'];
    for (const part of splitLine(datesPutIn(background?.[1] ?? text), this.#at(from)))
      this.#takePart(from, part, notes);
  }

  #at = (from: RunbookCommand): { readonly file: string; readonly line: number } => ({
    file: this.#file,
    line: from.line,
  });

  #takePart(from: RunbookCommand, part: ShellCommand, notes: readonly string[]): void {
    if (part.joiner === 'pipe') return this.#pipe(from, part);
    const assigned = assignmentsOf(part.words);
    if (assigned !== undefined) {
      this.#assigned = { ...this.#assigned, ...assigned };
      return this.#add(from, part, true, [...notes, 'the name is put in where it is used']);
    }
    const why = whyPassedOver(part.words);
    if (why !== undefined) return this.#add(from, part, true, [...notes, why]);
    const inner = commandWithin(part.words);
    if (inner !== undefined) return this.#takeInner(from, part, inner, notes);
    const bound = this.#bound(from, part);
    if (bound === undefined) return;
    const given = givenElsewhere(bound.words);
    if (given !== undefined) this.#takeGiven(from, bound, given, notes);
    else this.#type(from, bound, notes);
  }

  /** `ssh sgm3 'cpstop; cpstart'` has a line in quotes for the machine that it goes to. */
  #takeGiven(
    from: RunbookCommand,
    whole: ShellCommand,
    { to, words }: { readonly to: readonly string[]; readonly words: readonly string[] },
    notes: readonly string[],
  ): void {
    const all = words.length > 1 ? [{ ...whole, words }] : splitLine(datesPutIn(words[0]!), this.#at(from));
    for (const [i, inner] of all.entries()) {
      const joiner = i === 0 ? whole.joiner : inner.joiner;
      const why = whyPassedOver(inner.words);
      if (joiner === 'pipe') this.#pipe(from, inner, hostOf(to) === undefined);
      else if (why !== undefined) this.#add(from, { ...whole, joiner }, true, [...notes, why]);
      else if (all.length === 1) this.#type(from, whole, notes);
      else if (inner.words[0] === 'sleep' || inner.words[0] === 'echo') this.#type(from, { ...inner, joiner }, notes);
      else {
        const given = [...to, inner.text];
        this.#type(from, { ...inner, joiner, words: given, text: given.map(quoted).join(' ') }, notes);
      }
    }
  }

  #type(from: RunbookCommand, bound: ShellCommand, notes: readonly string[]): void {
    const wrong = wrongSleep(bound.words);
    if (wrong !== undefined) {
      throw new LabError('bad-input', `${this.#file}:${from.line}: sleep ${wrong}.`, 'Say seconds, as in sleep 60.');
    }
    const { redirections } = bound;
    const kept = redirections.length === 0 ? [] : [`${redirections.join(' ')}: what it shows is kept in this record`];
    this.#add(from, bound, false, [...notes, ...kept]);
  }

  /** `watch 'asg stat | grep DOWN'` has a line of its own in quotes. */
  #takeInner(
    from: RunbookCommand,
    part: ShellCommand,
    { around, words }: { readonly around: string; readonly words: readonly string[] },
    notes: readonly string[],
  ): void {
    const line = words.length === 1 ? words[0]! : words.map(quoted).join(' ');
    const said = around === 'watch' ? 'watch: it is shown once' : `${around}: it is carried out as it stands behind it`;
    splitLine(line, this.#at(from)).forEach((inner, i) => {
      this.#takePart(from, i === 0 ? { ...inner, joiner: part.joiner } : inner, [...notes, said]);
    });
  }

  #pipe(from: RunbookCommand, part: ShellCommand, onEach = false): void {
    const last = this.#planned.at(-1);
    if (last === undefined || last.from !== from) return;
    const bound = last.passedOver ? part : this.#bound(from, part);
    if (bound === undefined) return;
    const why = last.passedOver ? undefined : whyNoPipe(bound.words);
    const note = why === undefined ? [] : [`| ${bound.text}: ${why} What is shown goes on as it is`];
    const isApplied = !last.passedOver && why === undefined;
    const command = isApplied ? last.command : { ...last.command, text: `${last.command.text} | ${bound.text}` };
    const pipes = isApplied && !onEach ? [...last.pipes, bound] : last.pipes;
    const pipesOnEach = isApplied && onEach ? [...last.pipesOnEach, bound] : last.pipesOnEach;
    const notes = [
      ...last.notes,
      ...note,
      ...(pipesOnEach === last.pipesOnEach ? [] : [`| ${bound.text}: ${ON_EACH}`]),
    ];
    this.#planned[this.#planned.length - 1] = { ...last, command, pipes, pipesOnEach, notes };
  }

  #bound(from: RunbookCommand, part: ShellCommand): ShellCommand | undefined {
    const text = this.#put(part.text, from);
    if (text === undefined || text === part.text) return text === undefined ? undefined : part;
    const [bound] = splitLine(text, this.#at(from));
    return bound === undefined ? undefined : { ...bound, joiner: part.joiner };
  }

  /** A text with its placeholders put in; undefined where one of them has no value, which is kept in mind. */
  #put(text: string, from: RunbookCommand): string | undefined {
    const result = bind(text, { ...this.#assigned, ...this.#vars });
    if ('text' in result) return result.text;
    for (const name of result.missing) if (!this.#missing.has(name)) this.#missing.set(name, from.line);
    return undefined;
  }

  #passOver(from: RunbookCommand, text: string, why: string): void {
    const command = { joiner: 'first', words: [], text, redirections: [], line: from.line } as const;
    this.#add(from, command, true, [why]);
  }

  #add(from: RunbookCommand, command: ShellCommand, passedOver: boolean, notes: readonly string[]): void {
    this.#planned.push({ from, command, pipes: [], pipesOnEach: [], passedOver, notes });
  }
}

/** `ids=$(asg stat -i all_ids)`: what a command shows is given a name. */
const SHOWN_TO_NAME = /^(?:export\s+|local\s+)?[A-Za-z_]\w*="?(?:\$\(([^()]+)\)|`([^`]+)`)"?$/;

/** `[ $(asg stat -i sgm_info | grep -c Inactive) -eq 0 ] || exit 1` */
const TESTS = /^\s*(?:test|\[\[?)\s/;

/** What runbooks make names of files with; the fabric keeps no such file, and one name is as good as another. */
function datesPutIn(text: string): string {
  return text
    .replaceAll(/\$\(\s*date\b[^()]*\)|`\s*date\b[^`]*`/g, 'today')
    .replaceAll(/\$\(\s*(?:hostname|uname -n)[^()]*\)|`\s*(?:hostname|uname -n)[^`]*`/g, 'host');
}

function onlyLooks(words: readonly string[]): boolean {
  const [command = ''] = words;
  if (
    command === 'sleep' ||
    command === 'echo' ||
    whyPassedOver(words) !== undefined ||
    assignmentsOf(words) !== undefined
  )
    return true;
  // What is left of a condition, as `-eq 0 ]`.
  if (/^(?:break|continue|exit|\[\[|[-\])].*|\d+)$/.test(command)) return true;
  if (hostOf(words) !== undefined) return false;
  try {
    return readCommand(words, 'member').parsed.row.effect === 'read';
  } catch (error) {
    if (error instanceof LabError) return false;
    throw error;
  }
}

function whyNoPipe(words: readonly string[]): string | undefined {
  try {
    applyPipe([], words);
    return undefined;
  } catch (error) {
    if (error instanceof LabError) return error.message.slice(0, error.message.indexOf('.') + 1);
    throw error;
  }
}

function wrongSleep([command, howLong = '']: readonly string[]): string | undefined {
  if (command !== 'sleep' || /^\d+(?:\.\d+)?[smh]?$/.test(howLong)) return undefined;
  return howLong === '' ? 'does not say how long' : `'${howLong}' is no time`;
}
