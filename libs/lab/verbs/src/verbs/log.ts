import { findRun, firstSeqOf, readRunHead, readRunLog, readRunNotes } from '@rehearsal/experiment/run-folder';
import type { FaultRecord, LabStory, Note } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { bytesInMemory, LogHistory } from '@rehearsal/replay';
import { z } from 'zod';
import {
  commitEntry,
  entryText,
  faultEntry,
  LOG_KINDS,
  logEntry,
  noteEntry,
  type SourcedEntry,
} from '../log/log-entry.js';
import { logFilter, type LogFilter } from '../log/log-filter.js';
import { explainCommit, explained, renderExplained, type Explained } from '../log/explain-commit.js';
import { verb, type VerbContext } from '../registry/verb.js';
import { withRun } from '../time/recorded-run.js';
import { readCommitName } from '../time/read-moment.js';
import { labOf } from './lab-fields.js';

const input = z.strictObject({
  run: z.string().optional().describe('a run that is over: its id, its folder, or latest; default: the running fabric'),
  follow: z.boolean().default(false).describe('goes on with what comes, until you end it'),
  since: z.string().optional().describe('30s for the last half minute, +12.4s from the start, or a date and time'),
  until: z.string().optional().describe('nothing after it; the same words'),
  kind: z
    .array(z.enum(LOG_KINDS))
    .default([])
    .describe('commit, fault or note; default: all but notes that do not warn'),
  member: z.array(z.string()).default([]).describe('what is about this member, or another process by its id'),
  stream: z.string().optional().describe('the stream of a decision, or how its name begins, as in security-group'),
  type: z.array(z.string()).default([]).describe('type of input or event, fault, or code of a note, as in MemberLost'),
  principal: z.string().optional().describe('who asked for it: orchestrator.1_1, lab, or the name of an operator'),
  text: z.string().optional().describe('what has these words in it, or in what it was made of'),
  explain: z
    .string()
    .optional()
    .describe('one commit, by SITE:SEQ, SEQ or STREAM:VERSION: why it was decided, and what followed'),
  last: z.int().min(0).optional().describe('only so many, the latest'),
  name: z.string().optional().describe('which running fabric, where there are several'),
});
const listed = z.strictObject({
  run: z.string(),
  site: z.int(),
  startedAtMs: z.number(),
  entries: z.array(logEntry),
});
type Listed = z.output<typeof listed>;
type Given = z.output<typeof input>;

/** What a story has come to when it is asked. */
interface Story {
  readonly commits: readonly string[];
  readonly firstSeq: number;
  readonly faults: readonly FaultRecord[];
  readonly notes: readonly Note[];
}

const LOOK_EVERY_MS = 250;

export default verb({
  path: 'log',
  summary: 'what was decided, done and noted, by a running fabric or in a run that is over',
  about:
    'Decisions come from the log, with who took them; faults are what was done to the fabric, or happened to a ' +
    'process by itself; notes are what processes said. With --follow and --json each entry is a line.\n\n' +
    'A decision is named by its place in the log of its site, as in 1:42, or by its stream and version. --explain says ' +
    'of one what was told to the machine that decided it, by whom and on what evidence, which decision that followed ' +
    'from, back to what came from outside, and what followed from it.',
  examples: [
    { command: 'rehearse log --since 30s', does: 'the last half minute' },
    { command: 'rehearse log --follow --member 1_03', does: 'what is about one member, as it happens' },
    { command: 'rehearse log latest --kind commit --type MemberLost', does: 'losses of members in the last run' },
    { command: 'rehearse log latest --explain 1:42', does: 'why that was decided, and what followed' },
    { command: "rehearse log latest --principal 'Ann Lee'", does: 'what one operator did' },
    { command: 'rehearse log --kind note --last 20 --json', does: 'the latest notes, for programs' },
  ],
  positionals: ['run'],
  input,
  output: z.union([listed, explained]),
  needs: 'nothing',
  asksLab: ({ run }) => run === undefined,
  effect: 'read',
  async handle(given, context): Promise<Listed | Explained> {
    if (given.explain !== undefined) refuseOthers(given);
    if (context.lab === undefined) return ofRun(given, context);
    const { lab, run, standing } = labOf(context);
    const { story } = lab;
    if (story === undefined)
      throw new LabError('environment', 'This fabric tells nothing yet.', 'Wait until its run is over.');
    const commits = await lab.log();
    const startedAtMs = standing === undefined ? startOf(commits) : readRunHead(standing.folder).startedAtMs;
    const about = { run, site: lab.plan.site, startedAtMs };
    if (given.explain !== undefined) {
      const times = { site: about.site, firstSeq: 1, lastSeq: () => commits.length };
      return explainCommit(readCommitName(given.explain, times), { ...about, history: historyOf(commits) });
    }
    const wanted = logFilter(given, lab.nowMs(), startedAtMs);
    const seen = { commits, firstSeq: 1, faults: [...story.faults()], notes: [...story.notes()] };
    const entries = entriesOf(seen, wanted, given.last);
    if (!given.follow) return { ...about, entries };
    await follow(story, seen, wanted, { ...about, entries }, context);
    return { ...about, entries: [] };
  },
  render: (out: Listed | Explained) =>
    'entries' in out ? out.entries.map((e) => entryText(e, out.site, out.startedAtMs)).join('') : renderExplained(out),
});

const FOR_LISTS = ['since', 'until', 'stream', 'principal', 'text', 'last'] as const;

/** One commit is one commit. @throws LabError (bad input) */
function refuseOthers(given: Given): void {
  const lists = (['kind', 'member', 'type'] as const).filter((name) => given[name].length > 0);
  const other = [...FOR_LISTS.filter((name) => given[name] !== undefined), ...lists][0];
  if (other === undefined && !given.follow) return;
  throw new LabError(
    'bad-input',
    `--${other ?? 'follow'} is for the list, and --explain is for one commit.`,
    'Leave one of them out.',
  );
}

/** The log of a fabric that is up, as it was handed over. */
function historyOf(commits: readonly string[]): LogHistory {
  const bytes = new TextEncoder().encode(commits.map((line) => `${line}\n`).join(''));
  return new LogHistory({ log: bytesInMemory(bytes), machines: {} });
}

async function ofRun(given: Given, context: VerbContext): Promise<Listed | Explained> {
  if (given.explain !== undefined) {
    const name = given.explain;
    return withRun(given.run!, context, ({ name: run, head, history, times }) =>
      explainCommit(readCommitName(name, times), {
        run,
        site: times.site,
        startedAtMs: head.startedAtMs,
        history,
      }),
    );
  }
  if (given.follow) {
    throw new LabError('bad-input', 'A run that is over goes on with nothing.', 'Leave --follow out.');
  }
  const folder = findRun(given.run!, context.runsFolder);
  const head = readRunHead(folder);
  const { runId, startedAtMs, endedAtMs, faults, plan } = head;
  const wanted = logFilter(given, endedAtMs, startedAtMs);
  const commits = readRunLog(folder);
  const notes = readRunNotes(folder);
  const entries = entriesOf({ commits, firstSeq: firstSeqOf(head), faults, notes }, wanted, given.last);
  return { run: runId, site: plan.site, startedAtMs, entries };
}

function startOf(commits: readonly string[]): number {
  return commits.length === 0 ? Date.now() : commitEntry(commits[0]!, 1).entry.atMs;
}

function entriesOf(story: Story, wanted: LogFilter, last: number | undefined): Listed['entries'] {
  const all: SourcedEntry[] = [
    ...story.commits.map((line, i) => commitEntry(line, story.firstSeq + i)),
    ...story.faults.map(faultEntry),
    ...story.notes.map(noteEntry),
  ];
  const entries = all.filter(wanted).map(({ entry }) => entry);
  entries.sort((a, b) => a.atMs - b.atMs);
  return last === undefined ? entries : entries.slice(entries.length - Math.min(last, entries.length));
}

/** Resolves when whoever asked has gone away. */
async function follow(
  story: LabStory,
  seen: Story,
  wanted: LogFilter,
  { entries: before, site, startedAtMs }: Listed,
  { out, gone, json }: VerbContext,
): Promise<void> {
  const show = (entry: Listed['entries'][number]): void =>
    out?.(json === true ? `${JSON.stringify(entry)}\n` : entryText(entry, site, startedAtMs));
  const showWanted = (sourced: SourcedEntry): void => void (wanted(sourced) && show(sourced.entry));
  for (const entry of before) show(entry);
  let commits = 0;
  const stop = story.followCommits(
    (line) => {
      if (commits++ >= seen.commits.length) showWanted(commitEntry(line, commits));
    },
    () => {},
  );
  let [faults, notes] = [seen.faults.length, new Set(seen.notes.map((n) => JSON.stringify(n)))];
  const timer = setInterval(() => {
    for (const fault of story.faults().slice(faults)) showWanted(faultEntry(fault));
    faults = story.faults().length;
    const now = story.notes();
    for (const note of now) if (!notes.has(JSON.stringify(note))) showWanted(noteEntry(note));
    if (now.length !== notes.size) notes = new Set(now.map((n) => JSON.stringify(n)));
  }, LOOK_EVERY_MS);
  await new Promise<void>((done) => {
    if (gone === undefined || gone.aborted) done();
    else gone.addEventListener('abort', () => done(), { once: true });
  });
  clearInterval(timer);
  stop();
}
