import type { LinkSpec } from '@rehearsal/lab-port';

/** One way that is not as it should be. */
export class FaultyLink {
  readonly pair: number;
  readonly cut: boolean;
  readonly lossPerMillion: number | undefined;
  readonly duplicatePerMillion: number | undefined;
  readonly reorderPerMillion: number | undefined;
  /** What the log says takes so much longer there than anything else. */
  readonly logDelayUs: number;
  readonly #delayUs: number;
  readonly #usPerByte: number;
  /** A metered way is busy until then with what it has taken. */
  #busyUntilUs = 0;

  readonly #spec: LinkSpec;

  constructor(pair: number, spec: LinkSpec) {
    this.pair = pair;
    this.#spec = spec;
    this.cut = spec.cut === true;
    this.lossPerMillion = spec.lossPerMillion;
    this.duplicatePerMillion = spec.duplicatePerMillion;
    this.reorderPerMillion = spec.reorderPerMillion;
    this.logDelayUs = (spec.logDelayMs ?? 0) * 1000;
    this.#delayUs = Math.round((spec.delayMs ?? 0) * 1000);
    this.#usPerByte = spec.rateKbps === undefined ? 0 : 8000 / spec.rateKbps;
  }

  /** How long it takes depends on what else is on it. */
  get metered(): boolean {
    return this.#usPerByte > 0;
  }

  /** The same with nothing on it. */
  anew(): FaultyLink {
    return new FaultyLink(this.pair, this.#spec);
  }

  /** When something that comes to it at `atUs` is through; a metered way is asked in the order in which things come. */
  passed(atUs: number, bytes: number): number {
    if (this.#usPerByte > 0) {
      this.#busyUntilUs = Math.max(this.#busyUntilUs, atUs) + Math.ceil(bytes * this.#usPerByte);
      return this.#busyUntilUs + this.#delayUs;
    }
    return atUs + this.#delayUs;
  }
}

export const NO_WAYS: readonly FaultyLink[] = [];

/** The worst of several ways, and of the weather. */
export function worst(
  ways: readonly FaultyLink[],
  what: 'lossPerMillion' | 'duplicatePerMillion' | 'reorderPerMillion',
  weather: number,
): number {
  let most = weather;
  for (const way of ways) most = Math.max(most, way[what] ?? 0);
  return most;
}

/** The ways that are not as they should be, by the pair of their ends. */
export class FaultyLinks {
  readonly #byPair = new Map<number, FaultyLink>();

  get none(): boolean {
    return this.#byPair.size === 0;
  }

  set(pair: number, spec: LinkSpec): void {
    const { bothWays: _, ...faults } = spec;
    if (Object.keys(faults).length === 0) this.#byPair.delete(pair);
    else this.#byPair.set(pair, new FaultyLink(pair, spec));
  }

  /** A way with the same faults and nothing on it; whether it has any. */
  renew(pair: number): boolean {
    const link = this.#byPair.get(pair);
    if (link !== undefined) this.#byPair.set(pair, link.anew());
    return link !== undefined;
  }

  /** The same of all ways; gives their pairs. */
  renewAll(): readonly number[] {
    const pairs = [...this.#byPair.keys()];
    for (const pair of pairs) this.renew(pair);
    return pairs;
  }

  get(pair: number): FaultyLink | undefined {
    return this.#byPair.get(pair);
  }

  /** What is wrong with each of these ways. */
  all(pairs: readonly number[]): readonly FaultyLink[] {
    return pairs.flatMap((pair) => this.#byPair.get(pair) ?? []);
  }

  /** What is wrong along a way, which leads through the bus: between the ends, up to the bus, and down from it. */
  along(between: number, up: number, down: number): readonly FaultyLink[] {
    const found: FaultyLink[] = [];
    const add = (pair: number): void => {
      const link = this.#byPair.get(pair);
      if (link !== undefined && !found.includes(link)) found.push(link);
    };
    add(between);
    add(up);
    add(down);
    return found;
  }
}
