import { MerkleTree } from '@rehearsal/audit';
import { readRunHead } from '@rehearsal/experiment';
import type { ArchivedRun } from '@rehearsal/verbs';
import { archivedLines, linesOfFolder } from './recorded-lines.js';

/** Reads what is archived of a run that is over, and compares it with its log, commit for commit. */
export async function archivedRun(folder: string): Promise<ArchivedRun> {
  const head = readRunHead(folder);
  const { site } = head.plan;
  const archived = await archivedLines(folder, head);
  const log = [...(await linesOfFolder(folder)).lines()];
  const kept = [...archived.lines()];
  const tree = new MerkleTree();
  for (const bytes of kept) tree.append(bytes);
  const lag = Math.max(0, log.length - archived.lastSeq);
  const problems = [
    ...archived.problems,
    ...(lag === 0 ? [] : [`the last ${lag} of ${log.length} commits are not archived`]),
    // Where one is missing, those after it stand at other places.
    ...(archived.problems.length > 0 ? [] : differences(kept, log, site)),
  ];
  return { about: archived.about, tree: { site, size: tree.size, root: tree.root() }, lag, problems };
}

/** The first commit that is another one in the archive than in the log, in words. */
export function differences(kept: readonly Uint8Array[], log: readonly Uint8Array[], site: number): string[] {
  const at = kept.findIndex((bytes, i) => i >= log.length || Buffer.compare(bytes, log[i]!) !== 0);
  if (at < 0) return [];
  const what = at < log.length ? 'is another one in the archive than in the log' : 'is archived, but not in the log';
  return [`commit ${site}:${at + 1} ${what}`];
}
