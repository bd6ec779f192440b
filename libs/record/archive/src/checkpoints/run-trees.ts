import { MerkleTree, originOf, treesOf } from '@rehearsal/audit';
import type { RunLog, SiteTree } from '@rehearsal/audit';
import { decodeCommit } from '@rehearsal/kernel';
import { logStreamName } from '@rehearsal/protocol';
import type { ArchivedMessage, ArchiveStore, LogArchive } from '../archive-store.js';

const PAGE = 1_000;
/** As many as a checkpoint can name. */
const MOST_SITES = 15;

interface Site {
  readonly log: LogArchive;
  readonly tree: MerkleTree;
  /** Its log is at its end: what processes decide while they are stopped belongs to no run. */
  isClosed: boolean;
}

/** The Merkle trees of all sites of a run that an archive has, kept up with it. */
export class RunTrees {
  readonly #store: ArchiveStore;
  readonly #run: { readonly fabric: string; readonly run: string };
  readonly #sites = new Map<number, Site>();

  constructor(store: ArchiveStore, run: { readonly fabric: string; readonly run: string }) {
    this.#store = store;
    this.#run = run;
  }

  /** Undefined where the archive has no log of the run. */
  get log(): RunLog | undefined {
    const sites = [...this.#sites].sort(([a], [b]) => a - b);
    const [lowest] = sites;
    if (lowest === undefined) return undefined;
    const { fabric, run } = this.#run;
    return { origin: originOf(fabric, run, lowest[0]), trees: new Map(sites.map(([site, { tree }]) => [site, tree])) };
  }

  get trees(): readonly SiteTree[] {
    const { log } = this;
    return log === undefined ? [] : treesOf(log);
  }

  /** Takes what the archive has more. Answers with what is missing there, in words. */
  async advance(): Promise<string | undefined> {
    const { fabric, run } = this.#run;
    const known = await this.#store.logs();
    for (let site = 1; site <= MOST_SITES; site++) {
      const stream = logStreamName(fabric, site);
      if (this.#sites.has(site) || !known.some((log) => log.run === run && log.stream === stream)) continue;
      const log = await this.#store.openLog({ run, stream });
      this.#sites.set(site, { log, tree: new MerkleTree(), isClosed: false });
    }
    for (const site of this.#sites.values()) {
      const missing = await advanceSite(site);
      if (missing !== undefined) return missing;
    }
    return undefined;
  }
}

async function advanceSite(site: Site): Promise<string | undefined> {
  const { log, tree } = site;
  while (!site.isClosed) {
    const page = await log.read(tree.size + 1, PAGE);
    for (const message of page) {
      if (message.seq !== tree.size + 1) {
        return `sequence ${tree.size + 1} of log ${log.key.stream} is missing in the archive`;
      }
      tree.append(message.bytes);
      if (!endsRun(message)) continue;
      site.isClosed = true;
      break;
    }
    if (page.length < PAGE) break;
  }
  return undefined;
}

function endsRun({ subject, bytes }: ArchivedMessage): boolean {
  if (subject.split('.')[3] !== 'run') return false;
  try {
    return decodeCommit(bytes).events.some(({ type }) => type === 'RunClosed');
  } catch {
    return false;
  }
}
