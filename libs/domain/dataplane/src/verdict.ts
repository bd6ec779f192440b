/**
 * What the member's pipeline says of one packet. 0 lets it pass; anything else names why it was dropped.
 * The numbers are the drop reasons of the wire format, so a verdict goes into an answer as it is.
 */
export const VERDICT = {
  accept: 0,
  policy_drop: 1,
  out_of_state: 2,
  table_full: 5,
  unsupported_ipv6: 6,
  unsupported_non_ip: 7,
  unsupported_protocol: 8,
  fragment: 9,
  malformed: 10,
  nat_ports_exhausted: 11,
  fragment_timeout: 12,
  fragment_overflow: 13,
  known_issue: 20,
  deferred: 21,
} as const;
export type VerdictName = keyof typeof VERDICT;
export type Verdict = (typeof VERDICT)[VerdictName];

/** The word for a verdict, for reports. */
export function verdictName(verdict: number): VerdictName {
  for (const name of Object.keys(VERDICT) as VerdictName[]) if (VERDICT[name] === verdict) return name;
  throw new RangeError(`expected a verdict of the pipeline, saw ${verdict}`);
}
