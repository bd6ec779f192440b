/** The site's stream of what members report of connections: the newest of it, up to a size. */
export class SimFlows {
  readonly #maxBytes: number;
  #batches: Uint8Array[] = [];
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  take(bytes: Uint8Array): void {
    this.#batches.push(bytes);
    this.#bytes += bytes.length;
    let first = 0;
    while (this.#bytes > this.#maxBytes) this.#bytes -= this.#batches[first++]!.length;
    if (first > 0) this.#batches = this.#batches.slice(first);
  }

  /** What is kept, the oldest first. */
  batches(): readonly Uint8Array[] {
    return this.#batches;
  }
}
