import type { Software } from '@rehearsal/software';
import { imageBefore } from '@rehearsal/software';
import type { Step, UpgradeEvent } from '../events.js';
import { evolve } from '../evolve.js';
import type { Sight } from '../inputs.js';
import { policyAsked } from '../policy.js';
import { backupName, whoIsAsked } from '../progress.js';
import type { Finding } from '../rules.js';
import { shareOf } from '../rules.js';
import type { UpgradeState } from '../state.js';

type WithoutVersion<E> = E extends { readonly version: number } ? Omit<E, 'version'> : never;

/** The commit that is being decided: its events so far, and the state they lead to. */
export class Draft {
  readonly version: number;
  #state: UpgradeState;
  readonly #events: UpgradeEvent[] = [];

  constructor(before: UpgradeState) {
    this.#state = before;
    this.version = before.version + 1;
  }

  get state(): UpgradeState {
    return this.#state;
  }

  get events(): readonly UpgradeEvent[] {
    return this.#events;
  }

  /** The step it is in; undefined behind the last one. */
  get step(): Step | undefined {
    return this.#state.steps[this.#state.step];
  }

  emit(event: WithoutVersion<UpgradeEvent>): void {
    const whole = { ...event, version: this.version } as UpgradeEvent;
    this.#events.push(whole);
    this.#state = evolve(this.#state, whole);
  }

  refuse(reason: string): readonly UpgradeEvent[] {
    this.emit({ type: 'UpgradeRefused', reason });
    return this.#events;
  }

  stop({ rule, reason, remedy }: Finding): void {
    this.emit({ type: 'UpgradeStopped', step: this.#state.step, rule, reason, remedy });
  }

  begin(at: number, sight: Sight): void {
    const { plan, step: number, why } = this.#state;
    const { step } = this;
    if (plan === null || step === undefined) return;
    const policy = policyAsked(step, sight);
    const before = this.#leftBehind(step);
    const snapshot = before === undefined ? backupName(this.#state) : imageBefore(before);
    this.emit({
      type: 'StepBegun',
      at,
      step: number,
      ...step,
      package: sight.package,
      pkg: plan.package,
      snapshot,
      ask: whoIsAsked(this.#state, step, sight),
      failedBefore: Math.max(0, ...[...sight.members, ...sight.orchestrators].map((a) => a.failedAt)),
      ...(why !== '' && { why }),
      ...(policy !== undefined && { policy }),
    });
  }

  /** What a step back leads to. */
  #leftBehind({ kind, of }: Step): Software | undefined {
    const { before, orchestratorsBefore } = this.#state;
    if (kind === 'revert') return before[0];
    return kind === 'orchestrator-back' ? orchestratorsBefore.find((o) => of.includes(o.id))?.software : undefined;
  }

  done(sight: Sight): void {
    const { step } = this;
    if (step === undefined) return;
    const seen = step.kind === 'gate' && sight.probe !== undefined ? { probe: sight.probe } : {};
    this.emit({ type: 'StepDone', step: this.#state.step, kind: step.kind, share: shareOf(sight), ...seen });
  }

  /** Who is told of reduced capacity reads when it began and ended here. */
  noteShare(sight: Sight): void {
    const share = shareOf(sight);
    if (share !== this.#state.share) this.emit({ type: 'CapacityChanged', share });
  }
}
