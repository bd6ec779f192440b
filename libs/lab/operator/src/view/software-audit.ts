import type { SoftwareEvent } from '@rehearsal/software';

/** What somebody had done to the software of members, for who audits; undefined where nothing was begun. */
export function softwareAudit(events: readonly SoftwareEvent[]): string | undefined {
  const directed = events.find((e) => e.type === 'UpgradeDirected');
  if (directed !== undefined) {
    return directed.direction === 'switch' ? 'sp_upgrade' : `sp_upgrade --${directed.direction}`;
  }
  const begun = events.filter((e) => e.type === 'WorkBegun');
  const [first] = begun;
  // A clone is the member's own doing.
  if (first === undefined || first.kind === 'clone') return undefined;
  const what = first.kind === 'revert' ? 'snapshot revert' : `installer ${first.kind} ${first.package}`;
  return `${what} on blades: ${begun.map((e) => e.appliance).join(',')}`;
}
