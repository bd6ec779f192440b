import type { Mode } from '@rehearsal/dataplane';
import type { FabricPlan } from '@rehearsal/lab-port';
import type { SecurityGroupEvent } from '@rehearsal/security-group';
import { interfaceModes } from './interface-modes.js';

/** How packets were spread for a time: until the next one began. */
export interface Spread {
  readonly inside: Mode;
  readonly outside: Mode;
  /** From then on nothing came in that was spread by the one before; ms since the epoch. */
  readonly closedMs: number;
  /** From then on packets were spread like this. */
  readonly fromMs: number;
}

/** Follows in a group's log how packets were spread, the plan's way first. */
export class Spreads {
  readonly all: Spread[];
  private closedMs = Number.NEGATIVE_INFINITY;

  constructor(plan: FabricPlan) {
    const { closedMs } = this;
    this.all = [{ ...interfaceModes(plan), closedMs, fromMs: closedMs }];
  }

  /** `atMs`: when it was decided. */
  take(event: SecurityGroupEvent, atMs: number): void {
    if (event.type === 'DistributionChanging') this.closedMs = atMs;
    if (event.type !== 'DistributionChanged') return;
    const { inside, outside } = event;
    this.all.push({ inside, outside, closedMs: this.closedMs, fromMs: atMs });
  }
}
