/**
 * Critical devices of a member by their public names (fidelity: F-PNOTE-NAMES); a device's place here is its bit in a
 * heartbeat. The last stands for all that a user registers under a name of its own.
 */
export const PNOTES = [
  'Problem Notification',
  'Init',
  'Interface Active Check',
  'Load Balancing Configuration',
  'Recovery Delay',
  'CoreXL Configuration',
  'Fullsync',
  'Policy',
  'fwd',
  'cphad',
  'routed',
  'cvpnd',
  'ted',
  'VSX',
  'Instances',
  'Hibernating',
  'host_monitor',
  'FSYNC',
  'during_upgrade',
  'admin_down',
  'lb',
  'config_verifier',
  'local_probing',
  'fwk',
  'user_defined',
] as const;

const USER_DEFINED = PNOTES.length - 1;

/** A bit for each device in `names`. */
export function pnoteMask(names: Iterable<string>): number {
  let mask = 0;
  for (const name of names) {
    const known = (PNOTES as readonly string[]).indexOf(name);
    mask |= 1 << (known < 0 ? USER_DEFINED : known);
  }
  return mask;
}

/** The names of a mask, sorted; bits nobody knows are left out. */
export function pnoteNames(mask: number): string[] {
  return PNOTES.filter((_, bit) => (mask & (1 << bit)) !== 0).sort();
}
