const CODES = 256;

/** Packets by connection and reason code: sparse, since few connections meet more than one reason. */
export class ReasonCounts {
  private readonly byConnection = new Map<number, number>();
  private readonly totals = new Float64Array(CODES);

  add(connection: number, code: number, n: 1 | -1): void {
    const key = connection * CODES + code;
    this.byConnection.set(key, (this.byConnection.get(key) ?? 0) + n);
    this.totals[code] += n;
  }

  total(code: number): number {
    return this.totals[code];
  }

  /** Counts above zero of the chosen codes, by reason, in the order of the codes. */
  totalsByReason(nameOf: (code: number) => string, choose: (code: number) => boolean): Record<string, number> {
    const out: Record<string, number> = {};
    for (let code = 0; code < CODES; code++) {
      if (this.totals[code] > 0 && choose(code)) out[nameOf(code)] = this.totals[code];
    }
    return out;
  }

  /** Adds one connection's counts to `dropped` or `lost`, as `isLoss` says. */
  collect(
    connection: number,
    nameOf: (code: number) => string,
    isLoss: (code: number) => boolean,
    dropped: Record<string, number>,
    lost: Record<string, number>,
  ): void {
    for (let code = 0; code < CODES; code++) {
      if (this.totals[code] === 0) continue;
      const n = this.byConnection.get(connection * CODES + code) ?? 0;
      if (n > 0) (isLoss(code) ? lost : dropped)[nameOf(code)] = n;
    }
  }
}
