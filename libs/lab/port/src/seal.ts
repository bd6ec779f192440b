import { parseCommit, SealBuilder, sha256Hex, type Seal } from '@rehearsal/kernel';

const encoder = new TextEncoder();

/**
 * Seals a log and looks meanwhile whether it holds together. A site's log begins at sequence 1 and has
 * no holes, so sequences are line numbers.
 * @param lines stored commits, one a line, in the order of the log
 * @throws Error naming the first line whose version or hash does not follow
 */
export function sealLog(lines: readonly string[], site: number): Seal {
  const builder = new SealBuilder(site);
  const heads = new Map<string, { readonly version: number; readonly hash: string }>();
  let seq = 0;
  for (const line of lines) {
    seq++;
    const { stream, version, prev } = parseCommit(line);
    const before = heads.get(stream) ?? { version: 0, hash: '' };
    if (version !== before.version + 1 || prev !== before.hash) {
      throw new Error(
        `log line ${seq}: expected ${stream}:${before.version + 1} after ${before.hash || 'nothing'}, saw ${stream}:${version} after ${prev || 'nothing'}`,
      );
    }
    const head = { stream, version, hash: sha256Hex(encoder.encode(line)) };
    heads.set(stream, head);
    builder.add(seq, head);
  }
  return builder.seal();
}
