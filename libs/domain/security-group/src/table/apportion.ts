/** Who takes part in a division, by member number, and with what. */
export interface Shareholder {
  readonly member: number;
  readonly weight: number;
  /** What it has now. Among equal remainders who has the rounded-up share already keeps it. */
  readonly held: number;
}

/**
 * Divides `total` slots by weight, with the largest remainders rounded up. Each share differs from
 * the exact one by less than a slot. Equal remainders: who holds that much already, so that
 * nothing moves without need and the shares stay the same while slots are moving; then who stands
 * first. If no one has a weight, all weigh the same.
 *
 * @returns slots by member number; members that take no part have 0
 */
export function apportion(total: number, holders: readonly Shareholder[], members: number): number[] {
  const shares = new Array<number>(members + 1).fill(0);
  let weights = 0;
  for (const h of holders) weights += h.weight;
  const equal = weights === 0;
  if (equal) weights = holders.length;

  const rest = holders.map((h, order) => {
    const product = total * (equal ? 1 : h.weight);
    const floor = Math.floor(product / weights);
    return { member: h.member, floor, remainder: product % weights, late: h.held > floor ? 0 : 1, order };
  });
  let left = total;
  for (const r of rest) {
    shares[r.member] = r.floor;
    left -= r.floor;
  }
  rest.sort((a, b) => b.remainder - a.remainder || a.late - b.late || a.order - b.order);
  for (const r of rest.slice(0, left)) shares[r.member] = r.floor + 1;
  return shares;
}

/** How often each member number occurs. */
export function countByMember(slots: readonly number[], members: number): number[] {
  const counts = new Array<number>(members + 1).fill(0);
  for (const member of slots) counts[member] = (counts[member] as number) + 1;
  return counts;
}
