/** A data connection that a control connection has announced. */
export interface Expected {
  /** Where the control connection is at home, and so the data connection will be. */
  readonly home: number;
  readonly rule: number;
  /** Sync policy of the control connection, a `SYNC` value. */
  readonly sync: number;
  /** In the table's time. */
  readonly until: number;
}

const MAX_EXPECTED = 65_536;

/**
 * Data connections announced by control connections: FTP data, SIP media. The first packet to an announced end begins
 * a connection that is at home where its control connection is, so both are copied, and move, as one
 * (fidelity: F-ALG-EXPECT). Every member knows all of them, for nobody can say by which slot one will come in.
 */
export class Expectations {
  /** By address, then by protocol and port. */
  private readonly ends = new Map<number, Map<number, Expected>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Keeps, or renews, what is expected at an end (host order); false when there are too many. */
  add(address: number, port: number, proto: number, expected: Expected): boolean {
    let ports = this.ends.get(address);
    const key = port | (proto << 16);
    const isNew = ports?.has(key) !== true;
    if (isNew && this.count >= MAX_EXPECTED) return false;
    if (ports === undefined) {
      ports = new Map();
      this.ends.set(address, ports);
    }
    ports.set(key, expected);
    if (isNew) this.count++;
    return true;
  }

  /** What is expected at an end, unless its time is up. */
  find(address: number, port: number, proto: number, now: number): Expected | undefined {
    const expected = this.ends.get(address)?.get(port | (proto << 16));
    return expected === undefined || ((expected.until - now) | 0) < 0 ? undefined : expected;
  }

  /** Forgets what has not come in time. */
  sweep(now: number): void {
    for (const [address, ports] of this.ends) {
      for (const [key, { until }] of ports) {
        if (((until - now) | 0) >= 0) continue;
        ports.delete(key);
        this.count--;
      }
      if (ports.size === 0) this.ends.delete(address);
    }
  }

  /** Every end that is expected, in the order it was announced in by address. */
  forEach(visit: (address: number, port: number, proto: number, expected: Expected) => void): void {
    for (const [address, ports] of this.ends) {
      for (const [key, expected] of ports) visit(address, key & 0xffff, key >>> 16, expected);
    }
  }

  clear(): void {
    this.ends.clear();
    this.count = 0;
  }
}
