import type { SecurityGroupState } from '@rehearsal/security-group';
import { isDetached } from '@rehearsal/security-group';

/** A load that lasts. */
export interface LastingLoad {
  /** Mean of the active members, when it was looked at last. */
  readonly percent: number;
  readonly lastedMs: number;
}

/**
 * For how long the mean processor load of the active members has been above what the group has as its threshold. A spare
 * that is on its way counts as the answer to what there was: it begins anew once all slots are where they belong.
 */
export class LoadWatch {
  #sinceMs: number | undefined;

  /** `loads`: what each active member last said. Undefined while nothing is to be said of it. */
  look(state: SecurityGroupState, loads: readonly number[], nowMs: number): LastingLoad | undefined {
    const { autoscale } = state.rules;
    const isAnswered = state.rebalancing || state.members.some((m) => m.spare === 'assigned' && m.status !== 'active');
    if (autoscale === undefined || loads.length === 0 || isAnswered || !state.members.some(isDetached)) {
      this.#sinceMs = undefined;
      return undefined;
    }
    const percent = Math.floor(loads.reduce((sum, load) => sum + load, 0) / loads.length);
    if (percent <= autoscale.cpuPercent) this.#sinceMs = undefined;
    else this.#sinceMs ??= nowMs;
    if (this.#sinceMs === undefined) return undefined;
    const lastedMs = Math.floor(nowMs - this.#sinceMs);
    return lastedMs < autoscale.forMs ? undefined : { percent, lastedMs };
  }
}
