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

  let left = total;
  for (const { member, weight } of holders) {
    const share = Math.floor((total * (equal ? 1 : weight)) / weights);
    shares[member] = share;
    left -= share;
  }
  if (left === 0) return shares;

  // One number says who comes first: the remainder, then who has it already, then who stands first.
  const ranks = new Float64Array(holders.length);
  for (let order = 0; order < holders.length; order++) {
    const { member, weight, held } = holders[order] as Shareholder;
    const remainder = (total * (equal ? 1 : weight)) % weights;
    const late = held > (shares[member] as number) ? 0 : 1;
    ranks[order] = ((weights - remainder) * 2 + late) * holders.length + order;
  }
  for (const rank of ranks.sort().subarray(0, left)) {
    const { member } = holders[rank % holders.length] as Shareholder;
    shares[member] = (shares[member] as number) + 1;
  }
  return shares;
}

/** How often each member number occurs. */
export function countByMember(slots: readonly number[], members: number): number[] {
  const counts = new Array<number>(members + 1).fill(0);
  for (const member of slots) counts[member] = (counts[member] as number) + 1;
  return counts;
}
