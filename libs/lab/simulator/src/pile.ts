/**
 * Things that wait to be handled in order, and then all go at once. An array whose length is set to 0 gives its
 * room away; this one keeps it, since it fills up again with the next turn.
 */
export class Pile<T> {
  count = 0;
  readonly #items: (T | undefined)[] = [];

  add(item: T): void {
    this.#items[this.count++] = item;
  }

  /** @param index below `count` */
  at(index: number): T {
    return this.#items[index] as T;
  }

  clear(): void {
    for (let i = 0; i < this.count; i++) this.#items[i] = undefined;
    this.count = 0;
  }
}
