import type { Note, ProcessBook, Target } from '@rehearsal/lab-port';
import { findTarget, LabError, sameTarget, targetName } from '@rehearsal/lab-port';
import { Child } from './child.js';
import type { Happenings } from './happenings.js';
import type { LabBus } from './lab-bus.js';
import { readNotes } from './notes.js';
import type { ProcessLabParts } from './process-lab-parts.js';

const STOP_WITHIN_MS = 5_000;
/** Starting is computing; with all of a large fabric at it at once, none would be ready within its time. */
const STARTED_AT_ONCE = 8;

export interface LabChildrenParts {
  readonly lab: ProcessLabParts;
  readonly targets: readonly Target[];
  readonly bus: LabBus;
  readonly book: ProcessBook;
  readonly happenings: Happenings;
  /** Whether what ends by itself is started again. */
  readonly isWanted: () => boolean;
}

/** The processes of all roles of a fabric: started, and started again when they end by themselves or reboot. */
export class LabChildren {
  readonly all: readonly Child[];
  private readonly parts: LabChildrenParts;
  private readonly reboots = new Map<Child, NodeJS.Timeout>();

  constructor(parts: LabChildrenParts) {
    this.parts = parts;
    const { plan, mains, dir, nodeFlags } = parts.lab;
    this.all = plan.roles.map((entry) => new Child(entry, mains[entry.role], dir, nodeFlags ?? []));
  }

  of(target: Target): Child {
    findTarget(`${target.role} ${target.id}`, this.parts.targets);
    const child = this.all.find((c) => sameTarget(c.entry, target));
    if (child !== undefined) return child;
    throw new LabError('bad-input', `The ${targetName(target)} takes no such word.`, 'Name a process of the fabric.');
  }

  startAll(): Promise<void> {
    return eachOf(this.all, STARTED_AT_ONCE, (child) => this.startOrAgain(child));
  }

  async restart(child: Child): Promise<void> {
    this.cancelReboot(child);
    await child.kill('dead');
    await this.start(child);
  }

  rebootLater(child: Child, afterMs: number): void {
    const timer = setTimeout(() => {
      this.reboots.delete(child);
      if (child.state !== 'rebooting') return;
      this.start(child).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message : String(error);
        this.parts.happenings.say(`${child.name} did not come back: ${reason}`);
      });
    }, afterMs);
    this.reboots.set(child, timer);
  }

  cancelReboots(): void {
    for (const timer of this.reboots.values()) clearTimeout(timer);
    this.reboots.clear();
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.all.map((child) => child.stop(STOP_WITHIN_MS)));
  }

  /** What they said in their logs. */
  notes(): Note[] {
    return this.all.flatMap((c) => readNotes(c.logFile, c.entry.role, c.entry.id));
  }

  /** On a machine with much else to do, one may give up on the bus before it has had its turn: once is no fault of it. */
  private async startOrAgain(child: Child): Promise<void> {
    try {
      await this.start(child);
    } catch (error) {
      if (!this.parts.isWanted() || child.state !== 'rebooting') throw error;
      this.cancelReboot(child);
      await this.start(child);
    }
  }

  private async start(child: Child): Promise<void> {
    const { lab, bus, book, happenings } = this.parts;
    const { plan } = lab;
    const access = bus.accessOf(child.entry);
    child.onSpawn = (pid) => book.note(child.name, pid);
    child.onUnexpectedEnd = (code, signal) => this.onUnexpectedEnd(child, code, signal);
    child.onReboot = (afterMs) => this.onReboot(child, afterMs);
    await child.start((incarnation) => ({
      fabric: plan.fabric,
      site: plan.site,
      role: child.entry.role,
      id: child.entry.id,
      incarnation,
      ...access,
      settings: plan.settings,
      securityGroup: plan.securityGroup.name,
      members: [
        ...plan.securityGroup.members.map(({ id, weight }) => ({ id, weight })),
        ...(plan.securityGroup.spares ?? []).map(({ id, weight }) => ({ id, weight, spare: true })),
      ],
      orchestrators: plan.orchestrators,
      build: lab.build,
      ...lab.extra?.(child.entry),
    }));
    happenings.say(`${child.name} runs (pid ${child.pid})`);
  }

  /** Nobody's fault of this lab: it comes back, as it would under a supervisor, and the record says so. */
  private onUnexpectedEnd(child: Child, code: number | null, signal: string | null): void {
    const { lab, happenings, isWanted } = this.parts;
    if (!isWanted()) return;
    happenings.noteEnd(child.entry, child.incarnation, { code, signal, ...lastWords(child, code) });
    child.state = 'rebooting';
    this.rebootLater(child, lab.plan.settings['member.rebootMs']);
  }

  private onReboot(child: Child, afterMs: number): void {
    if (!this.parts.isWanted()) return;
    this.parts.happenings.say(`${child.name} reboots`);
    child.state = 'rebooting';
    this.rebootLater(child, afterMs);
  }

  private cancelReboot(child: Child): void {
    clearTimeout(this.reboots.get(child));
    this.reboots.delete(child);
  }
}

/** What a process that gave up said of it last. */
function lastWords({ logFile, entry }: Child, code: number | null): { readonly why?: string } {
  if (code === null) return {};
  const said = readNotes(logFile, entry.role, entry.id).findLast(({ fields }) => fields['fatal'] === true);
  const reason = said?.fields['reason'] ?? said?.fields['message'] ?? said?.fields['subject'];
  return said === undefined ? {} : { why: typeof reason === 'string' ? `${said.code}: ${reason}` : said.code };
}

/** Runs `act` for every item in order, at most so many at a time. */
async function eachOf<T>(items: readonly T[], atOnce: number, act: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const work = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
