import type { Cancel, LogFollower, Runtime, Settings } from '@rehearsal/kernel';
import { askInput, MachineView } from '@rehearsal/kernel';
import type { Appliance, Software, SoftwareEvent, SoftwareInput, SoftwareState, WorkKind } from '@rehearsal/software';
import { applianceOf, rankOf, softwareMachine } from '@rehearsal/software';

/** What the role lets its software do. */
export interface ApplianceHost {
  /** Work on the software has begun, in this start of the appliance. */
  workBegun(kind: WorkKind): void;
  /** The work has failed; what was there is still there. */
  workFailed(kind: WorkKind, reason: string): void;
  /** Others are to take over from it before it goes back, and have not yet. */
  isNeeded(): boolean;
  /** It is about to reboot: the last moment to say so to anybody. */
  leave(): void;
  /** Anything else about its software is otherwise now. */
  changed(): void;
}

export interface ApplianceParts {
  readonly rt: Runtime;
  readonly follower: LogFollower;
  readonly securityGroup: string;
  readonly settings: Settings;
  readonly host: ApplianceHost;
}

/** A release, and the members that run it. */
export interface ReleaseRun {
  readonly rank: number;
  readonly name: string;
  readonly runs: readonly string[];
}

/** How long each kind of work and the reboot after it take, in ms, by the settings of who does it. */
interface Durations {
  readonly work: Readonly<Record<WorkKind, number>>;
  readonly reboot: number;
}

/**
 * Follows what the log says about this appliance: it says what it has booted, takes its time over installations,
 * reboots when they are done, and knows of what release it is. The log is its disk: what it boots stands there.
 */
export class ApplianceSoftware {
  readonly #parts: ApplianceParts;
  readonly #view: MachineView<SoftwareState, SoftwareInput, SoftwareEvent>;
  readonly #asked = new Set<Cancel>();
  #cancelWork: Cancel | undefined;
  #cancelBooted: Cancel | undefined;
  /** What this start of the appliance runs; undefined before the log has been read. */
  #image: Software | undefined;
  #leaving = false;
  /** Work that is done as soon as others have taken over. */
  #endLater: (() => void) | undefined;
  #cloneLater: { readonly smo: string; readonly software: Software } | undefined;

  constructor(parts: ApplianceParts) {
    this.#parts = parts;
    this.#view = new MachineView(softwareMachine, `software.${parts.securityGroup}`);
    this.#view.onCommit((commit) => this.#onCommit(commit.events));
    parts.follower.add(this.#view);
  }

  /** Undefined until the log names it: software can be read of a fabric only once it has been set up. */
  get image(): Software | undefined {
    return this.#image;
  }

  /** Of its release, from 1; 0 while it is not known. */
  get rank(): number {
    return this.#image === undefined ? 0 : rankOf(this.#image.release);
  }

  get mixes(): boolean {
    return this.#self?.mvc === true;
  }

  /** A release by its name, own where none is given, with the members that have booted it; undefined while own is not known. */
  releaseOf(name = this.#image?.release): ReleaseRun | undefined {
    if (name === undefined || this.#image === undefined) return undefined;
    const runs = this.#view.state.appliances.filter((a) => a.role === 'member' && a.runs.release === name);
    return { rank: rankOf(name), name, runs: runs.map((a) => a.id) };
  }

  /** It is the others' turn to serve, by an upgrade of the group. */
  get isHeld(): boolean {
    return this.#self?.held === true;
  }

  get work(): Appliance['work'] {
    return this.#self?.work ?? null;
  }

  /** The last start of the appliance that stood here before; undefined where this is the first one. */
  get lastStartBefore(): number | undefined {
    return this.#self?.lastStartBefore;
  }

  /** To be called once the log has been read. */
  start(): void {
    this.#boot();
  }

  stop(): void {
    this.#cancelWork?.();
    this.#cancelBooted?.();
    for (const cancel of this.#asked) cancel();
    this.#asked.clear();
  }

  /** The image of the single management object is another one than this, and is to be taken, once this start is on record. */
  askForClone(smo: string, software: Software): void {
    if (this.#self?.incarnation !== this.#parts.rt.self.incarnation) {
      this.#cloneLater = { smo, software };
      return;
    }
    this.#cloneLater = undefined;
    this.#ask({ type: 'cloneDue', smo, software }, `clone.${software.release}.${software.take}`);
  }

  /** To be called when others may have taken over. */
  onFree(): void {
    const end = this.#endLater;
    if (end === undefined || this.#parts.host.isNeeded()) return;
    this.#endLater = undefined;
    end();
  }

  status(): Readonly<Record<string, unknown>> {
    const self = this.#self;
    if (self === undefined || this.#image === undefined) return {};
    const { release, take } = this.#image;
    return { release, take, mvc: self.mvc, work: self.work?.kind ?? 'none' };
  }

  get #self(): Appliance | undefined {
    return applianceOf(this.#view.state, this.#parts.rt.self.id);
  }

  /** Says what it has booted, until the log shows it. */
  #boot(): void {
    const self = this.#self;
    if (self === undefined || this.#image !== undefined) return;
    this.#image = self.boots;
    this.#cancelBooted = this.#ask({ type: 'booted', incarnation: this.#parts.rt.self.incarnation }, 'booted');
    this.#parts.host.changed();
  }

  #onCommit(events: readonly SoftwareEvent[]): void {
    const { rt, follower, host } = this.#parts;
    if (!follower.caughtUp) return;
    this.#boot();
    for (const event of events) {
      if (!('appliance' in event) || event.appliance !== rt.self.id || this.#leaving) continue;
      if (event.type === 'WorkBegun') this.#begin(event.kind, event.version);
      else if (event.type === 'WorkFailed') this.#failed(event.kind, event.reason);
      else if (event.type === 'WorkFinished') this.#reboot();
    }
    if (this.#leaving) return;
    this.onFree();
    if (this.#cloneLater !== undefined) this.askForClone(this.#cloneLater.smo, this.#cloneLater.software);
    host.changed();
  }

  #begin(kind: WorkKind, since: number): void {
    // Work of a start before this one has failed with it.
    if (this.#self?.incarnation !== this.#parts.rt.self.incarnation) return;
    this.#parts.host.workBegun(kind);
    const { work } = this.#durations;
    this.#cancelWork = this.#parts.rt.after(work[kind], () => {
      this.#endLater = () => void this.#ask({ type: 'workEnded', work: since }, `work.${since}`);
      this.onFree();
    });
  }

  #failed(kind: WorkKind, reason: string): void {
    this.#cancelWork?.();
    this.#endLater = undefined;
    this.#parts.host.workFailed(kind, reason);
  }

  #reboot(): void {
    this.#leaving = true;
    const { rt, host } = this.#parts;
    host.leave();
    rt.reboot('orderly', this.#durations.reboot);
  }

  get #durations(): Durations {
    const { rt, settings } = this.#parts;
    if (rt.self.role === 'orchestrator') {
      const install = settings['upgrade.orchestratorInstallSec'] * 1000;
      const work = { install, upgrade: install, uninstall: install, revert: install, clone: install };
      return { work, reboot: settings['upgrade.orchestratorRebootSec'] * 1000 };
    }
    const install = settings['upgrade.installSec'] * 1000;
    const upgrade = settings['upgrade.releaseSec'] * 1000;
    const clone = settings['upgrade.cloneSec'] * 1000;
    // Another partition is booted: nothing is unpacked.
    const revert = 0;
    return {
      work: { install, upgrade, uninstall: install, revert, clone },
      reboot: settings['upgrade.rebootSec'] * 1000,
    };
  }

  #ask(told: Readonly<Record<string, unknown>> & { readonly type: string }, what: string): Cancel {
    const { rt } = this.#parts;
    const { id, incarnation } = rt.self;
    const input = {
      ...told,
      id: `${what}.${id}.${incarnation}`,
      at: Math.floor(rt.nowMs()),
      from: 'observation' as const,
      appliance: id,
    };
    const principal = { name: `${rt.self.role}.${id}`, known: 'service' as const };
    let cancel: Cancel = () => {};
    cancel = askInput(rt, this.#view.stream, { input, principal }, {}, () => this.#asked.delete(cancel));
    this.#asked.add(cancel);
    return cancel;
  }
}
