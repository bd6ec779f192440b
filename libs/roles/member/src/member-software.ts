import { ApplianceSoftware } from '@rehearsal/appliance';
import type { LogFollower, Runtime } from '@rehearsal/kernel';
import type { Software } from '@rehearsal/software';
import { sameSoftware, software } from '@rehearsal/software';
import type { MemberConfig } from './config.js';
import type { InnerLife } from './inner-life.js';

export interface MemberSoftwareParts {
  readonly rt: Runtime;
  readonly follower: LogFollower;
  readonly config: MemberConfig;
  readonly inner: InnerLife;
  autoClone(): 'on' | 'off';
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
  #heldSaid = false;

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
        // Who hears it need not wait until this member has been silent for long enough.
        leave: () => void inner.cpstop(),
        changed: () => this.#sayHeld(),
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

  start(): void {
    this.#appliance.start();
  }

  stop(): void {
    this.#appliance.stop();
  }

  status(): Readonly<Record<string, unknown>> {
    return this.#appliance.status();
  }

  /**
   * Whether this member, which has just booted, does not come up but takes the image of the single management object
   * (fidelity: F-CLONE-BOOT). `from`: who handed out `image`.
   */
  isToClone(from: string, image: unknown): boolean {
    const own = this.image;
    if (this.#compared || own === undefined) return false;
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

  #sayHeld(): void {
    const { isHeld } = this.#appliance;
    if (isHeld === this.#heldSaid) return;
    this.#heldSaid = isHeld;
    for (const name of HELD) this.#parts.inner.devices.report(name, isHeld ? 'problem' : 'ok', 0);
  }
}
