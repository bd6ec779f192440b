import type { Decider } from '@rehearsal/kernel';
import type { HypersyncEvent, HypersyncInput, HypersyncState } from '@rehearsal/hypersync';
import { progressReport } from '@rehearsal/hypersync';
import type { ReportAnswer } from './copy-reports.js';

interface Reported {
  readonly connections: number;
  readonly total: number;
}

/** How far the members' copies are, added up; hypersync hears the sum and records it in coarse steps. */
export class ProgressReports {
  readonly #hypersync: Decider<HypersyncState, HypersyncInput, HypersyncEvent>;
  readonly #nowMs: () => number;
  readonly #newId: () => string;
  readonly #byMember = new Map<string, Reported>();

  constructor(
    hypersync: Decider<HypersyncState, HypersyncInput, HypersyncEvent>,
    nowMs: () => number,
    newId: () => string,
  ) {
    this.#hypersync = hypersync;
    this.#nowMs = nowMs;
    this.#newId = newId;
    hypersync.onCommit((commit) => {
      if (commit.events.some((event) => event.type === 'IteratorStarted')) this.#byMember.clear();
    });
  }

  take(report: unknown): ReportAnswer {
    const parsed = progressReport.safeParse(report);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const reason = `expected {member, incarnation, connections, total}: ${issue?.path.join('.')} ${issue?.message}`;
      return { ok: false, reason };
    }
    const { member, connections, total } = parsed.data;
    this.#byMember.set(member, { connections, total });
    const sum = { connections: 0, total: 0 };
    for (const reported of this.#byMember.values()) {
      sum.connections += reported.connections;
      sum.total += reported.total;
    }
    const at = Math.floor(this.#nowMs());
    const input = { type: 'progress', id: this.#newId(), at, from: 'observation', ...sum } as const;
    this.#hypersync.submit(input, undefined, undefined, () => undefined);
    return { ok: true };
  }
}
