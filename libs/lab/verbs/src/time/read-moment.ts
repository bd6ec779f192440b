import type { RunHead } from '@rehearsal/experiment/run-folder';
import { LabError } from '@rehearsal/lab-port/lab-error';

/** A moment of a run: a time, in ms since the epoch, or a commit of its site's log. */
export type Moment = { readonly atMs: number } | { readonly seq: number };

/** The parts of a run that moments are counted from. */
export interface RunTimes extends Pick<RunHead, 'startedAtMs' | 'endedAtMs'> {
  /** Null where they are not known: they are written down when a run is over. */
  readonly faults: RunHead['faults'] | null;
  readonly site: number;
  readonly firstSeq: number;
  /** Sequence of the last commit of the log; asked only where a commit is named. */
  readonly lastSeq: () => number;
}

const TIME = /^(?:(fault|end|\+)([+-])?)?(?:(\d+(?:\.\d+)?)(ms|s|m)?)?$/;
const COMMIT = /^(\d+):(\d+)$/;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;
const UNIT_MS = { ms: 1, s: 1000, m: 60_000 } as const;
const REMEDY = 'For example: 12.4s, 1500ms, fault+0.3s, end, or a commit as rehearse log has them, 1:12.';

/** What a field for a moment says of itself. */
export const MOMENT_WORDS =
  '12.4s, 1500ms or 2m since it began, fault+0.3s since the first fault, end, a date and time, or a commit as SITE:SEQ';

/**
 * Reads `12.4s`, `1500ms`, `2m`, `fault+0.3s`, `end` or `2026-01-31T10:00:00Z` as a time of a run, and `1:412` as the
 * moment after that commit of its log.
 * @throws LabError (bad input)
 */
export function readMoment(text: string, times: RunTimes, field = 'TIME'): Moment {
  const bad = (message: string): LabError => new LabError('bad-input', `${field}: ${message}, saw '${text}'.`, REMEDY);
  const commit = COMMIT.exec(text);
  if (commit !== null) return { seq: readCommit(Number(commit[1]), Number(commit[2]), times, bad) };
  const { startedAtMs, endedAtMs } = times;
  const atMs = DATE.test(text) ? Date.parse(text) : offsetTime(text, times, bad);
  if (Number.isNaN(atMs)) throw bad('expected a date and time');
  const lastedMs = Math.ceil(endedAtMs - startedAtMs);
  if (atMs < startedAtMs || atMs > startedAtMs + lastedMs) {
    throw bad(`expected a moment of the run, which lasted ${lastedMs / 1000} s`);
  }
  return { atMs };
}

function offsetTime(text: string, times: RunTimes, bad: (message: string) => LabError): number {
  const match = TIME.exec(text);
  if (match === null || text === '' || text === '+') throw bad('expected a time since the run began, or a commit');
  const [, from, sign, number, unit] = match;
  const word = from === '+' ? undefined : from;
  if (word === undefined && sign !== undefined) throw bad('expected a time since the run began, or a commit');
  if (word !== undefined && (sign === undefined) !== (number === undefined)) throw bad('expected a time');
  if (word === 'fault' && times.faults === null)
    throw bad('the faults of a run are written down when it is taken down');
  const fault = times.faults?.[0];
  if (word === 'fault' && fault === undefined) throw bad('this run had no fault');
  const fromMs = word === 'fault' ? fault!.atMs : word === 'end' ? times.endedAtMs : times.startedAtMs;
  const offset = Number(number ?? 0) * UNIT_MS[(unit as keyof typeof UNIT_MS | undefined) ?? 's'];
  return fromMs + (sign === '-' ? -offset : offset);
}

function readCommit(
  site: number,
  seq: number,
  { site: own, firstSeq, lastSeq }: RunTimes,
  bad: (message: string) => LabError,
): number {
  if (site !== own) throw bad(`this run has the log of site ${own} alone`);
  const last = lastSeq();
  if (last < firstSeq) throw bad('the log of this run has no commit');
  if (seq < firstSeq || seq > last) {
    throw bad(`expected a commit of the run, whose log goes from ${own}:${firstSeq} to ${own}:${last}`);
  }
  return seq;
}

const REF = /^(.+\..+):(\d+)$/;

/** A commit as somebody names it: by its sequence, `1:412` or `412`, or by its stream and version, `security-group.SG1:17`. */
export type CommitName = { readonly seq: number } | { readonly stream: string; readonly version: number };

/** A commit as it is named, with the site where that is said; undefined for other words. */
export function commitWord(text: string): ({ readonly site: number | undefined } & CommitName) | undefined {
  const [, stream, version] = REF.exec(text) ?? [];
  if (stream !== undefined) return { site: undefined, stream, version: Number(version) };
  const [, site, seq] = /^(?:(\d+):)?(\d+)$/.exec(text) ?? [];
  return seq === undefined ? undefined : { site: site === undefined ? undefined : Number(site), seq: Number(seq) };
}

/** @throws LabError (bad input) */
export function readCommitName(text: string, times: Pick<RunTimes, 'site' | 'firstSeq' | 'lastSeq'>): CommitName {
  const bad = (message: string): LabError =>
    new LabError(
      'bad-input',
      `--explain: ${message}, saw '${text}'.`,
      'For example: --explain 1:12, --explain 12, or --explain security-group.SG1:5.',
    );
  const word = commitWord(text);
  if (word === undefined) throw bad('expected a commit');
  if (!('seq' in word)) return { stream: word.stream, version: word.version };
  const all = { startedAtMs: 0, endedAtMs: 0, faults: [], ...times };
  return { seq: readCommit(word.site ?? times.site, word.seq, all, bad) };
}
