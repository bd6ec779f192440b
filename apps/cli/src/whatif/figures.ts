import { failuresOf, faultTimeOf, type FabricHistory } from '@rehearsal/experiment';
import type { RunRecord } from '@rehearsal/lab-port';
import { redundancyMs, type Redundancy } from '@rehearsal/whatif';
import { groupCommits } from '../group-commits.js';

/** How long the group of a run was without a backup in step somewhere, by its log. */
export function redundancyOf(
  record: Pick<RunRecord, 'plan' | 'log' | 'faults' | 'notes'>,
  { losses }: Pick<FabricHistory, 'losses'>,
): Redundancy {
  const failures = failuresOf(record);
  // As many, in the same order, as commits of the log decide.
  const failedAtMs = losses.map((loss) => faultTimeOf(loss, losses, failures));
  let decided = 0;
  return redundancyMs(
    [...groupCommits(record.log, record.plan.securityGroup.name)].map(({ atMs, events, state }) => {
      const from = decided;
      decided += events.filter((event) => event.type === 'MemberLost').length;
      const exposed = state.active.filter((active, slot) => active === 0 || state.backup[slot] === 0).length;
      return { atMs, exposed, failedAtMs: failedAtMs.slice(from, decided) };
    }),
  );
}
