import { HASH_LEN_BYTES } from '../merkle/hashing.js';
import { readBase64, toBase64 } from '../note/base64.js';
import { AuditFormatError } from '../note/format-error.js';
import { readNote, signNote, type Note } from '../note/note.js';
import type { Signer } from '../note/keys.js';

/*
 * C2SP tlog-checkpoint: a signed note with the size and the root of a log's tree. A run has one checkpoint for all its
 * sites. The origin ends with the number of a site, whose tree is the one in lines two and three, as every reader of
 * checkpoints expects; each further site is an extension line `site <number> <size> <root>`.
 */

/** The tree of one site at one time. */
export interface SiteTree {
  readonly site: number;
  /** Commits. */
  readonly size: number;
  readonly root: Uint8Array;
}

export interface Checkpoint {
  /** `rehearsal/<fabric>/<run>/<site>`: which log this is about. */
  readonly origin: string;
  /** By site; the origin's is the lowest. */
  readonly trees: readonly SiteTree[];
  readonly note: Note;
  /** The whole note, as it was signed. */
  readonly signedText: string;
}

/** Names a run's log; what cannot stand in an origin is written as in a URL. */
export function originOf(fabric: string, run: string, site: number): string {
  return ['rehearsal', encodeURIComponent(fabric), encodeURIComponent(run), site].join('/');
}

/** Fabric, run and site of an origin; undefined for that of another kind of log. */
export function readOrigin(
  origin: string,
): { readonly fabric: string; readonly run: string; readonly site: number } | undefined {
  const [, fabric = '', run = '', site = ''] =
    /^rehearsal\/([^/\s+]+)\/([^/\s+]+)\/([1-9]\d{0,8})$/u.exec(origin) ?? [];
  try {
    if (site === '') return undefined;
    return { fabric: decodeURIComponent(fabric), run: decodeURIComponent(run), site: Number(site) };
  } catch {
    return undefined;
  }
}

/**
 * Signs the trees of all sites of a run at one time.
 * @param trees by site; the first is the origin's
 */
export function signCheckpoint(origin: string, trees: readonly SiteTree[], signer: Signer): Checkpoint {
  const [first, ...further] = trees;
  if (first === undefined) throw new RangeError('a checkpoint needs a tree');
  const lines = [
    origin,
    String(first.size),
    toBase64(first.root),
    ...further.map(({ site, size, root }) => `site ${site} ${size} ${toBase64(root)}`),
  ];
  return readCheckpoint(signNote(lines.map((line) => `${line}\n`).join(''), signer));
}

/** Reads a checkpoint; its signatures are not checked. @throws AuditFormatError */
export function readCheckpoint(signedText: string): Checkpoint {
  const note = readNote(signedText);
  const [origin = '', size = '', root = '', ...extensions] = note.text.slice(0, -1).split('\n');
  if (extensions.includes('')) throw new AuditFormatError('expected no empty line in a checkpoint');
  const site = readOrigin(origin)?.site;
  if (site === undefined) {
    throw new AuditFormatError(
      `expected the origin of a run's log, as in ${originOf('branch', 'RUN', 1)}, saw ${JSON.stringify(origin)}`,
    );
  }
  const trees = [{ site, size: readSize(size), root: readRoot(root) }];
  for (const line of extensions) {
    // Other extensions are for whoever knows them.
    if (!line.startsWith('site ')) continue;
    const [, number = '', its = '', hash = ''] = /^site ([1-9]\d{0,8}) (\d+) (\S+)$/u.exec(line) ?? [];
    const tree = { site: Number(number), size: readSize(its), root: readRoot(hash) };
    if (tree.site <= trees.at(-1)!.site) {
      throw new AuditFormatError(`expected further sites once each and by number, saw ${JSON.stringify(line)}`);
    }
    trees.push(tree);
  }
  return { origin, trees, note, signedText };
}

function readSize(text: string): number {
  const size = /^(0|[1-9]\d*)$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(size)) return size;
  throw new AuditFormatError(`expected the size of a tree, saw ${JSON.stringify(text)}`);
}

function readRoot(text: string): Uint8Array {
  const root = readBase64(text);
  if (root?.length === HASH_LEN_BYTES) return root;
  throw new AuditFormatError(`expected a root of ${HASH_LEN_BYTES} bytes in base64, saw ${JSON.stringify(text)}`);
}

export function treeOf({ trees }: Checkpoint, site: number): SiteTree | undefined {
  return trees.find((tree) => tree.site === site);
}
