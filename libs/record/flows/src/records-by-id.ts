import type { FlowBook } from './flow-book.js';
import type { FlowRecord } from './flow-record.js';
import { readEnds } from './tuple-ends.js';

/** What was said of each of these connections, by its id, in the book's order; those whose tuple cannot be read are left out. */
export function recordsById(
  book: FlowBook,
  connections: readonly { readonly id: number; readonly tuple: string }[],
): Map<number, readonly FlowRecord[]> {
  const readable = connections.flatMap(({ id, tuple }) => {
    const ends = readEnds(tuple);
    return ends === undefined ? [] : [{ id, ends }];
  });
  const found = book.of(readable.map(({ ends }) => ends));
  return new Map(readable.map(({ id }, i) => [id, found[i]!]));
}
