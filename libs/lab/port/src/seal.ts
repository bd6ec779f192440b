import { canonicalBytes, parseCommit, sha256Hex } from '@rehearsal/kernel';
import type { RunSeal, SealedStream } from './record.js';

const encoder = new TextEncoder();

/**
 * The head of every stream of a log, sorted by stream.
 * @param lines stored commits, one a line, in the order of the log
 * @throws Error naming the first line whose version or hash does not follow
 */
export function logHeads(lines: readonly string[]): SealedStream[] {
  const heads = new Map<string, SealedStream>();
  for (const [index, line] of lines.entries()) {
    const { stream, version, prev } = parseCommit(line);
    const before = heads.get(stream) ?? { stream, version: 0, head: '' };
    if (version !== before.version + 1 || prev !== before.head) {
      throw new Error(
        `log line ${index + 1}: expected ${stream}:${before.version + 1} after ${before.head || 'nothing'}, saw ${stream}:${version} after ${prev || 'nothing'}`,
      );
    }
    heads.set(stream, { stream, version, head: sha256Hex(encoder.encode(line)) });
  }
  return [...heads.values()].sort((a, b) => (a.stream < b.stream ? -1 : 1));
}

/** Seals a log that has ended. @throws Error where the log does not hold together */
export function sealOf(lines: readonly string[]): RunSeal {
  const streams = logHeads(lines);
  const lastSeq = lines.length;
  return { streams, lastSeq, seal: sha256Hex(canonicalBytes({ streams, lastSeq })) };
}
