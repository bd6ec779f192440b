import type { StoredCommit } from '@rehearsal/kernel';

/*
 * A log in a file (`log.jsonl`): the stored bytes of one commit a line, in the order of the site's
 * log, each ended by a line feed. Canonical JSON has no line breaks, so the bytes are never touched.
 * A site's log has no holes, so a commit's sequence is its line's number, counted from the first
 * sequence of the seal (1 without one). One file holds one site.
 */

const LINE_FEED = 10;

/** The bytes of a log file. @throws Error when the commits are not one unbroken sequence */
export function logBytes(commits: Iterable<StoredCommit>): Uint8Array {
  const parts: Uint8Array[] = [];
  let length = 0;
  let lastSeq: number | undefined;
  for (const { seq, bytes } of commits) {
    if (lastSeq !== undefined && seq !== lastSeq + 1) {
      throw new Error(`expected log sequence ${lastSeq + 1}, saw ${seq}; a log file needs every commit of its site`);
    }
    lastSeq = seq;
    parts.push(bytes);
    length += bytes.length + 1;
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const bytes of parts) {
    out.set(bytes, at);
    at += bytes.length;
    out[at++] = LINE_FEED;
  }
  return out;
}

/** The lines of a file read in pieces of any size, without their line feeds. */
export function* linesOf(chunks: Iterable<Uint8Array>): Generator<Uint8Array> {
  let rest = new Uint8Array(0);
  for (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const piece = chunk.subarray(start, end);
      yield rest.length === 0 ? piece : joined(rest, piece);
      rest = new Uint8Array(0);
      start = end + 1;
    }
    if (start < chunk.length) rest = joined(rest, chunk.subarray(start));
  }
  if (rest.length > 0) yield rest;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}
