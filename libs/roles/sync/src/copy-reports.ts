import type { Decider, MachineView } from '@rehearsal/kernel';
import { canonicalBytes, sha256Hex } from '@rehearsal/kernel';
import type { Copied, HypersyncEvent, HypersyncInput, HypersyncState } from '@rehearsal/hypersync';
import { copied } from '@rehearsal/hypersync';
import type { SecurityGroupEvent, SecurityGroupInput, SecurityGroupState } from '@rehearsal/security-group';
import { memberNumber } from '@rehearsal/security-group';

/** `ok`: the member need not say it again. Not ok: it can say it as often as it likes, it is not understood. */
export interface ReportAnswer {
  readonly ok: boolean;
  readonly reason?: string;
}

type Answer = (answer: ReportAnswer) => void;

interface Waiting {
  readonly input: Copied;
  answer: Answer;
  submitted: boolean;
}

/**
 * Members' reports of finished copies, on their way to hypersync. A report is held until this process
 * has read the table it was made under, and until hypersync has heard of the copies that table chose:
 * a small copy is often done sooner than that. It is answered once decided, and not at all while it
 * cannot be: the member repeats it.
 */
export class CopyReports {
  readonly #group: MachineView<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent>;
  readonly #hypersync: Decider<HypersyncState, HypersyncInput, HypersyncEvent>;
  readonly #nowMs: () => number;
  readonly #waiting = new Map<string, Waiting>();
  /** Table version at which copies were last chosen. */
  #chosenAt = 0;

  constructor(
    group: MachineView<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent>,
    hypersync: Decider<HypersyncState, HypersyncInput, HypersyncEvent>,
    nowMs: () => number,
  ) {
    this.#group = group;
    this.#hypersync = hypersync;
    this.#nowMs = nowMs;
    group.onCommit((commit) => {
      if (commit.events.some((event) => event.type === 'CopiesChosen')) this.#chosenAt = commit.version;
      this.#goOn();
    });
    hypersync.onCommit(() => this.#goOn());
  }

  get held(): number {
    return this.#waiting.size;
  }

  take(report: unknown, answer: Answer): void {
    const input = readReport(report, this.#nowMs());
    if (typeof input === 'string') {
      answer({ ok: false, reason: input });
      return;
    }
    const known = this.#waiting.get(input.id);
    if (known !== undefined) {
      known.answer = answer;
      return;
    }
    this.#waiting.set(input.id, { input, answer, submitted: false });
    this.#goOn();
  }

  #goOn(): void {
    for (const waiting of this.#waiting.values()) {
      if (waiting.submitted || this.#group.version < waiting.input.version) continue;
      if (!this.#fits(waiting.input)) this.#end(waiting, { ok: true });
      else if (this.#hypersync.state.tableVersion >= this.#chosenAt) this.#submit(waiting);
    }
  }

  #submit(waiting: Waiting): void {
    waiting.submitted = true;
    this.#hypersync.submit(waiting.input, undefined, undefined, (reply) => {
      if (reply.kind === 'failed') this.#waiting.delete(waiting.input.id);
      else this.#end(waiting, { ok: true });
    });
  }

  #end(waiting: Waiting, answer: ReportAnswer): void {
    this.#waiting.delete(waiting.input.id);
    waiting.answer(answer);
  }

  /** Whether some slot still waits for just this copy; the security group will judge each of them. */
  #fits(input: Copied): boolean {
    const { state } = this.#group;
    const to = memberNumber(state, input.member);
    const from = memberNumber(state, input.active);
    if (state.members[to - 1]?.incarnation !== input.incarnation) return false;
    if (state.members[from - 1]?.incarnation !== input.activeIncarnation) return false;
    return input.slots.some(
      (slot) =>
        state.joining[slot] === to &&
        state.active[slot] === from &&
        input.version >= Math.max(state.epoch[slot] as number, state.joiningSince[slot] as number),
    );
  }
}

/** The report as an input, under an id that a repeat of it gets too; or what is wrong with it. */
function readReport(report: unknown, nowMs: number): Copied | string {
  const parsed = copied.safeParse({
    ...(typeof report === 'object' ? report : {}),
    type: 'copied',
    id: 'to be made',
    at: Math.floor(nowMs),
    from: 'observation',
  });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return `expected {member, incarnation, active, activeIncarnation, slots, version, connections}: ${issue?.path.join('.')} ${issue?.message}`;
  }
  const { at: _at, id: _id, ...said } = parsed.data;
  const hash = sha256Hex(canonicalBytes(said)).slice(0, 16);
  return { ...parsed.data, id: `copied:${said.member}:${said.incarnation}:${hash}` };
}
