/**
 * Whose packet a tag names. The highest bit tells probes from the traffic; below it a probing run has a number, and counts
 * its packets with the bits that are left. So the two are accounted for apart, and words that come late disturb nobody.
 */
const PROBE_BIT = 0x8000_0000;
export const TRAFFIC_TAG_BITS = 31;
export const PROBE_TAG_BITS = 21;
/** Numbers of probing runs come again after so many. */
export const PROBING_RUNS = 2 ** (TRAFFIC_TAG_BITS - PROBE_TAG_BITS);

export function isProbeTag(tag: number): boolean {
  return tag >>> TRAFFIC_TAG_BITS === 1;
}

/** The number of the probing run that sent it. */
export function probingRunOf(tag: number): number {
  return (tag >>> PROBE_TAG_BITS) & (PROBING_RUNS - 1);
}

export function firstProbeTag(run: number): number {
  return (PROBE_BIT | (run << PROBE_TAG_BITS) | 1) >>> 0;
}
