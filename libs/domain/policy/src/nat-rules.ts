import type { Network } from './networks.js';

export interface HideEntry {
  readonly sources: readonly Network[];
  readonly behind: number;
}

export interface StaticEntry {
  readonly inside: number;
  readonly outside: number;
}

/**
 * Which addresses are translated, as flat integers: asking allocates nothing. All addresses are signed 32-bit integers
 * in host order; callers may ask with unsigned ones too. 0 stands for no address.
 */
export class NatRules {
  readonly hideCount: number;
  readonly isEmpty: boolean;
  private readonly behind: Int32Array;
  /** (value, mask, hide entry), in the order of the entries. */
  private readonly sources: Int32Array;
  private readonly outsideOf: AddressMap;
  private readonly insideOf: AddressMap;

  constructor(hides: readonly HideEntry[], statics: readonly StaticEntry[]) {
    this.hideCount = hides.length;
    this.isEmpty = hides.length === 0 && statics.length === 0;
    this.behind = Int32Array.from(hides, (hide) => hide.behind);
    this.sources = Int32Array.from(
      hides.flatMap((hide, index) => hide.sources.flatMap(({ value, mask }) => [value, mask, index])),
    );
    this.outsideOf = new AddressMap(statics.map(({ inside, outside }) => [inside, outside]));
    this.insideOf = new AddressMap(statics.map(({ inside, outside }) => [outside, inside]));
  }

  /** The address hide entry `index` hides behind. */
  hideAddress(index: number): number {
    return this.behind[index]!;
  }

  /** The first hide entry for connections from `src`, from 0; -1 when there is none, or a static entry has `src`. */
  hideOf(src: number): number {
    const { sources } = this;
    for (let at = 0; at < sources.length; at += 3) {
      if ((src & sources[at + 1]!) === sources[at]) return this.outsideOf.get(src) === 0 ? sources[at + 2]! : -1;
    }
    return -1;
  }

  /** What stands outside for the inside address `src`; 0: no static entry has it. */
  staticOutside(src: number): number {
    return this.outsideOf.get(src);
  }

  /** What stands inside for the outside address `dst`; 0: no static entry has it. */
  staticInside(dst: number): number {
    return this.insideOf.get(dst);
  }
}

/** Addresses by address, in one array: open addressing, at most half full. The address 0 is no key and no value. */
class AddressMap {
  private readonly cells: Int32Array;
  private readonly shift: number;

  constructor(pairs: readonly (readonly [number, number])[]) {
    const bits = Math.ceil(Math.log2(Math.max(pairs.length, 1))) + 1;
    this.shift = 32 - bits;
    this.cells = new Int32Array(2 << bits);
    for (const [key, value] of pairs) {
      const at = this.cellOf(key);
      this.cells[at] = key;
      this.cells[at + 1] = value;
    }
  }

  get(key: number): number {
    return this.cells[this.cellOf(key | 0) + 1]!;
  }

  /** Where the key is, or the empty cell where it would be. */
  private cellOf(key: number): number {
    const { cells } = this;
    const mask = cells.length - 1;
    const GOLDEN_RATIO = 0x9e3779b1;
    let at = (Math.imul(key, GOLDEN_RATIO) >>> this.shift) << 1;
    while (cells[at] !== 0 && cells[at] !== key) at = (at + 2) & mask;
    return at;
  }
}
