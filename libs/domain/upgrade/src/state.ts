import type { Software } from '@rehearsal/software';
import type { PolicyOfStep, Rule, Step } from './events.js';
import type { UpgradePlan } from './inputs.js';

export type UpgradeStatus = 'idle' | 'running' | 'paused' | 'stopped' | 'aborted' | 'done' | 'rolled-back';

export interface UpgradeState {
  /** What members ran before, in the order of the group. */
  readonly before: readonly Software[];
  /** ms since the epoch at which the present step began. */
  readonly begunAt: number;
  /** Version of the commit that began it, whose messages it hangs on. */
  readonly begunWith: number;
  /** What has failed up to this version of the log of software failed before the present step began. */
  readonly failedBefore: number;
  /** What orchestrators ran before that are upgraded too. */
  readonly orchestratorsBefore: readonly { readonly id: string; readonly software: Software }[];
  readonly plan: UpgradePlan | null;
  /** What the present step has installed, where it is that. */
  readonly policy: PolicyOfStep | null;
  /** Version of the last commit that started it or had it go on. */
  readonly resumedWith: number;
  readonly rollback: boolean;
  /** Share of the group by weight that serves, in percent. */
  readonly share: number;
  /** Version of the commit that started it. */
  readonly startedWith: number;
  readonly status: UpgradeStatus;
  /** Place of the present step. */
  readonly step: number;
  readonly steps: readonly Step[];
  /** Why it stopped. */
  readonly stopped: { readonly rule: Rule; readonly reason: string; readonly remedy: string } | null;
  readonly target: Software;
  /** Version of the last commit; 0 before the first. */
  readonly version: number;
  /** What the operator gave as the reason; '' where none was given. */
  readonly why: string;
}

export const initialState: UpgradeState = {
  before: [],
  begunAt: 0,
  begunWith: 0,
  failedBefore: 0,
  orchestratorsBefore: [],
  plan: null,
  policy: null,
  resumedWith: 0,
  rollback: false,
  share: 100,
  startedWith: 0,
  status: 'idle',
  step: 0,
  steps: [],
  stopped: null,
  target: { release: '', take: 0 },
  version: 0,
  why: '',
};

/** Nothing of it is under way, and another one may be started. */
export function isOver({ status }: UpgradeState): boolean {
  return status === 'idle' || status === 'done' || status === 'aborted' || status === 'rolled-back';
}
