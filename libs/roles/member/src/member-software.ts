import type { ReleaseRun } from '@rehearsal/appliance';
import { ApplianceSoftware } from '@rehearsal/appliance';
import type { LogFollower, Runtime } from '@rehearsal/kernel';
import { HAZARD } from '@rehearsal/dataplane';
import { firstLife } from '@rehearsal/protocol';
import type { KnownIssue, Software } from '@rehearsal/software';
import { issuesOf, sameSoftware, sentence, software } from '@rehearsal/software';
import type { MemberConfig } from './config.js';
import type { InnerLife } from './inner-life.js';

export interface MemberSoftwareParts {
  readonly rt: Runtime;
  readonly follower: LogFollower;
  readonly config: MemberConfig;
  readonly inner: InnerLife;
  /** Has the data plane look out for traffic that the software does not bear, as bits of HAZARD. */
  bear(hazards: number, onHazard: (hazard: number) => void): void;
  autoClone(): 'on' | 'off';
  /** The group counts on this member. */
  serves(): boolean;
  /** Takes policy and configuration from the single management object again. */
  comeUp(): void;
}

/** Critical devices of a member that waits for its turn while the group is upgraded (fidelity: F-SP-UPGRADE). */
const HELD = ['FSYNC', 'during_upgrade'] as const;

/** What a member does about its software: it waits for its turn, takes the SMO's image when it boots, leaves in order. */
export class MemberSoftware {
  readonly #parts: MemberSoftwareParts;
  readonly #appliance: ApplianceSoftware;
  /** The image was compared with the SMO's, or taken from there, in this start. */
  #compared = false;
  /** It waits for the log to say what it runs. */
  #nameless = false;
  #heldSaid = false;
  #suffers = false;
  readonly #said = new Set<string>();

  constructor(parts: MemberSoftwareParts) {
    this.#parts = parts;
    const { rt, follower, config, inner } = parts;
    this.#appliance = new ApplianceSoftware({
      rt,
      follower,
      securityGroup: config.securityGroup,
      settings: config.settings,
      host: {
        workBegun: (kind) => rt.note('info', 'software_work_begun', { kind }),
        workFailed: (kind, reason) => rt.note('error', 'software_work_failed', { kind, reason }),
        // Whoever goes back because it is the others' turn does so once these have taken over (fidelity: F-SP-UPGRADE).
        isNeeded: () => this.#appliance.work?.kind === 'revert' && this.#appliance.isHeld && parts.serves(),
        // Who hears it need not wait until this member has been silent for long enough.
        leave: () => void inner.cpstop(),
        changed: () => {
          this.#suffer();
          this.#sayHeld();
          this.#onNamed();
        },
      },
    });
  }

  get image(): Software | undefined {
    return this.#appliance.image;
  }

  get rank(): number {
    return this.#appliance.rank;
  }

  get mixes(): boolean {
    return this.#appliance.mixes;
  }

  releaseOf(name?: string): ReleaseRun | undefined {
    return this.#appliance.releaseOf(name);
  }

  /** It comes into the group anew, which may have come to another image meanwhile. */
  compareAgain(): void {
    this.#compared = false;
  }

  /** Nobody who has joined the group by this incarnation, or one before, is this appliance. */
  isNewSince(incarnation: number): boolean {
    const before = this.#appliance.lastStartBefore;
    return before !== undefined && incarnation < firstLife(before + 1);
  }

  start(): void {
    this.#appliance.start();
  }

  /** What is known to be wrong with what this member runs begins to act. */
  #suffer(): void {
    const { image } = this.#appliance;
    if (image === undefined || this.#suffers) return;
    this.#suffers = true;
    const issues = this.#parts.config.settings['issue.act'] ? issuesOf(image) : [];
    const of = (trigger: KnownIssue['trigger']): KnownIssue | undefined => issues.find((i) => i.trigger === trigger);
    const vpn = of('vpn-traffic');
    const gtp = of('gtp-u');
    const { rt, config, inner, bear } = this.#parts;
    bear((vpn === undefined ? 0 : HAZARD.vpn) | (gtp === undefined ? 0 : HAZARD.gtp), (hazard) => {
      if (hazard === HAZARD.vpn && vpn !== undefined) this.#panic(vpn);
      else if (gtp !== undefined) this.#say(gtp);
    });
    const leak = of('time');
    if (leak === undefined) return;
    this.#say(leak);
    inner.memory.start(config.settings['issue.leakKbPerSec'], config.settings['issue.leakLimitKb']);
    rt.count('known_issues_now', issues.length);
  }

  /** Once a start: it may happen with every packet. */
  #say(issue: KnownIssue): void {
    if (this.#said.has(issue.id)) return;
    this.#said.add(issue.id);
    this.#parts.rt.note('error', 'known_issue', { issue: issue.id, effect: issue.effect, what: sentence(issue) });
  }

  #panic(issue: KnownIssue): void {
    if (this.#said.has(issue.id)) return;
    this.#say(issue);
    const { rt, config } = this.#parts;
    rt.reboot('panic', config.settings['member.dumpMs'] + config.settings['member.rebootMs']);
  }

  stop(): void {
    this.#appliance.stop();
  }

  status(): Readonly<Record<string, unknown>> {
    return this.#appliance.status();
  }

  /** The group does not count on this member any more. */
  onOut(): void {
    this.#appliance.onFree();
  }

  /**
   * Whether this member, which has just booted, does not come up yet: nobody has said what it runs, and beside whom it may
   * serve; or it takes the image of the single management object (fidelity: F-CLONE-BOOT). `from`: who handed out `image`.
   */
  holdsBack(from: string, image: unknown): boolean {
    const own = this.image;
    this.#nameless = own === undefined;
    if (own === undefined) return true;
    if (this.#compared) return false;
    const theirs = software.safeParse(image);
    if (this.#parts.autoClone() === 'off' || !theirs.success || sameSoftware(own, theirs.data)) {
      this.#compared = true;
      return false;
    }
    this.#parts.rt.note('warn', 'image_differs', { smo: from, own, theirs: theirs.data });
    this.#appliance.askForClone(from, theirs.data);
    return true;
  }

  /** Whoever waits for an image that it is not to take any more comes up with its own. */
  onAutoClone(): void {
    const waits = this.image !== undefined && !this.#compared && this.#appliance.work === null;
    if (waits && this.#parts.autoClone() === 'off') this.#parts.comeUp();
  }

  #onNamed(): void {
    if (!this.#nameless || this.image === undefined) return;
    this.#nameless = false;
    if (!this.#parts.inner.isDown) this.#parts.comeUp();
  }

  #sayHeld(): void {
    const { isHeld } = this.#appliance;
    if (isHeld === this.#heldSaid) return;
    this.#heldSaid = isHeld;
    for (const name of HELD) this.#parts.inner.devices.report(name, isHeld ? 'problem' : 'ok', 0);
  }
}
