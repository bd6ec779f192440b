import type { Commit } from '@rehearsal/kernel';
import { parseCommit } from '@rehearsal/kernel/commit-codec';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { explain, type Consequence, type LogHistory, type PlacedCommit } from '@rehearsal/replay';
import { z } from 'zod';
import { sinceText } from '../time/moment-document.js';
import type { CommitName } from '../time/read-moment.js';
import { textOf } from '../time/recorded-run.js';
import { commitEntry, eventText, fieldsText } from './log-entry.js';

const brief = z.strictObject({
  seq: z.int(),
  stream: z.string(),
  version: z.int(),
  atMs: z.number(),
  by: z.string(),
  /** Type of its input. */
  input: z.string(),
  /** Its events in words. */
  text: z.string(),
});
type Brief = z.output<typeof brief>;

interface Followed extends Brief {
  readonly followed: readonly Followed[];
}
const consequence: z.ZodType<Followed> = z.strictObject({
  ...brief.shape,
  followed: z.lazy(() => z.array(consequence)),
});

/** What `log --explain` answers. */
export const explained = z.strictObject({
  run: z.string(),
  site: z.int(),
  startedAtMs: z.number(),
  ...brief.shape,
  principal: z.strictObject({ name: z.string(), known: z.string() }),
  /** Hash of the code that decided. */
  build: z.string(),
  /** How the input came: seen by a sensor, ordered, sent by another decision, or a time that had come. */
  from: z.enum(['observation', 'command', 'intent', 'deadline']),
  /** What was told to the machine, whole. */
  told: z.looseObject({ type: z.string() }),
  /** On what the input rests, and what the events keep of it. */
  evidence: z.record(z.string(), z.number()),
  events: z.array(z.strictObject({ type: z.string(), text: z.string() })),
  /** The event that sent the input, of the nearest of `causes`: its place there, from 0; null without one. */
  causeEvent: z.int().nullable(),
  /** What it followed from, the nearest first, up to what came from outside. */
  causes: z.array(brief),
  /** The commit that the first of them, or it itself, names and this log does not have; null where there is none. */
  causeElsewhere: z.string().nullable(),
  /** What followed from it, each with what followed from that. */
  followed: z.array(consequence),
});
export type Explained = z.output<typeof explained>;

export interface ExplainParts {
  readonly run: string;
  readonly site: number;
  readonly startedAtMs: number;
  readonly history: LogHistory;
}

/** @throws LabError (bad input) where the log has no such commit */
export function explainCommit(name: CommitName, { run, site, startedAtMs, history }: ExplainParts): Explained {
  const commits = [...history.commits()];
  const found =
    'seq' in name
      ? commits[name.seq - history.firstSeq]
      : commits.find((c) => c.stream === name.stream && c.version === name.version);
  if (found === undefined) throw noCommit(name, commits);
  const { causes, elsewhere, consequences } = explain(commits, found);
  const commit = parseCommit(textOf(found));
  const { principal, build, input, events } = commit;
  const { type: _type, ...told } = input;
  return {
    run,
    site,
    startedAtMs,
    ...briefly(found),
    principal,
    build,
    from: input.from,
    told: { type: input.type, ...told },
    evidence: evidenceOf(commit),
    events: events.map((event) => ({ type: event.type, text: eventText(commit.stream, event) })),
    causeEvent: input.from === 'intent' ? causeEvent(input.id) : null,
    causes: causes.map(briefly),
    causeElsewhere: elsewhere ?? null,
    followed: consequences.map(followedOf),
  };
}

function noCommit(name: CommitName, commits: readonly PlacedCommit[]): LabError {
  const what = 'seq' in name ? String(name.seq) : `${name.stream}:${name.version}`;
  const last = new Map(commits.map(({ stream, version }) => [stream, version]));
  const there = [...last].sort(([a], [b]) => (a < b ? -1 : 1)).map(([stream, version]) => `${stream}:1 to ${version}`);
  return new LabError(
    'bad-input',
    `--explain: the log has no commit ${what}.`,
    there.length === 0 ? 'It has none at all.' : `It has ${there.join(', ')}.`,
  );
}

function briefly(commit: PlacedCommit): Brief {
  const { entry } = commitEntry(textOf(commit), commit.seq);
  const { seq, stream, version, atMs, by, types, text } = entry;
  return { seq, stream, version, atMs, by, input: types[0]!, text };
}

const followedOf = ({ commit, followed }: Consequence<PlacedCommit>): Followed => ({
  ...briefly(commit),
  followed: followed.map(followedOf),
});

/** The place of the event in an intent's id, `stream:version:event:n`. */
function causeEvent(id: string): number | null {
  const [, index] = /:(\d+):\d+$/.exec(id) ?? [];
  return index === undefined ? null : Number(index);
}

function evidenceOf({ input, events }: Commit): Record<string, number> {
  const all: Record<string, number> = {};
  for (const part of [...events, input] as readonly { readonly evidence?: Readonly<Record<string, number>> }[]) {
    Object.assign(all, part.evidence);
  }
  return all;
}

const CAME: Readonly<Record<Explained['from'], string>> = {
  observation: 'observed',
  command: 'ordered',
  intent: 'sent by another decision',
  deadline: 'a time that had come',
};

const KNOWN: Readonly<Record<string, string>> = {
  service: 'a process of the fabric',
  'os-user': 'known by the operating system',
  asserted: 'as it was said',
  token: 'known by a token',
  signed: 'known by a signature',
};

/** More than these of what followed is only counted; --json has them all. */
const FOLLOWED_SHOWN = 40;

export function renderExplained(out: Explained): string {
  const since = (atMs: number): string => sinceText(atMs - out.startedAtMs);
  const evidence = Object.entries(out.evidence).map(([name, n]) => `${name} ${n}`);
  const { type, ...told } = out.told;
  const fields = fieldsText(told);
  const rows: [string, string][] = [
    ['when', `${since(out.atMs)}, ${new Date(out.atMs).toISOString()}`],
    ['decided by', `${out.by}, with code ${out.build.slice(0, 16)}`],
    ['asked by', `${out.principal.name} (${KNOWN[out.principal.known] ?? out.principal.known})`],
    ['input', `${type}, ${cameText(out)}${fields === '' ? '' : `: ${fields}`}`],
    ...(evidence.length === 0 ? [] : [['evidence', evidence.join(', ')] as [string, string]]),
    ...(out.events.length === 0 ? [['events', 'none'] as [string, string]] : []),
    ...out.events.map(({ text }, i): [string, string] => [i === 0 ? 'events' : '', text]),
    ...causeRows(out, since),
  ];
  const head = `commit ${out.site}:${out.seq}, ${out.stream}:${out.version}, of run ${out.run}\n\n`;
  return head + rows.map(([name, text]) => `${name.padEnd(15)}${text}\n`).join('') + followedText(out);
}

function placeText({ seq, stream, version, atMs }: Brief, site: number, since: (atMs: number) => string): string {
  return `${site}:${seq} ${stream}:${version} ${since(atMs)}`;
}

function causeRows(out: Explained, since: (atMs: number) => string): [string, string][] {
  const rows = out.causes.map((c) => `${placeText(c, out.site, since)}  ${c.text}`);
  if (out.causeElsewhere !== null) rows.push(`${out.causeElsewhere}, which is not in this log`);
  else if (rows.length === 0) rows.push(`nothing in the log: the input was ${CAME[out.from]}`);
  return rows.map((text, i) => [i === 0 ? 'followed from' : '', text]);
}

/** How the input came: `sent by event 2 of security-group.SG1:16`. */
function cameText({ from, causeEvent: event, causes, causeElsewhere }: Explained): string {
  const [nearest] = causes;
  const cause = nearest === undefined ? causeElsewhere : `${nearest.stream}:${nearest.version}`;
  return event === null || cause === null ? CAME[from] : `sent by event ${event + 1} of ${cause}`;
}

function followedText(out: Explained): string {
  if (out.followed.length === 0) return `${'what followed'.padEnd(15)}nothing that names it as its cause\n`;
  const lines: string[] = [];
  const write = (nodes: readonly Followed[], depth: number): void => {
    for (const node of nodes) {
      const later = node.atMs - out.atMs;
      const gap = `${later < 0 ? '' : '+'}${later} ms`;
      lines.push(
        `${'  '.repeat(depth + 1)}${out.site}:${node.seq} ${node.stream}:${node.version} ${gap}  ${node.text}\n`,
      );
      write(node.followed, depth + 1);
    }
  };
  write(out.followed, 0);
  const rest = lines.length - FOLLOWED_SHOWN;
  return `what followed\n${lines.slice(0, FOLLOWED_SHOWN).join('')}${rest > 0 ? `  and ${rest} more\n` : ''}`;
}
