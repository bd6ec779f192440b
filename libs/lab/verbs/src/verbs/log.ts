import { findRun, readRunHead, readRunLog, readRunNotes } from '@rehearsal/experiment/run-folder';
import type { FaultRecord, LabStory, Note } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port/lab-error';
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
import { verb, type VerbContext } from '../registry/verb.js';
import { labOf } from './lab-fields.js';

const input = z.strictObject({
  run: z.string().optional().describe('a run that is over: its id, its folder, or latest; default: the running fabric'),
  follow: z.boolean().default(false).describe('goes on with what comes, until you end it'),
  since: z.string().optional().describe('30s for the last half minute, +12.4s from the start, or a date and time'),
  kind: z
    .array(z.enum(LOG_KINDS))
    .default([])
    .describe('commit, fault or note; default: all but notes that do not warn'),
  member: z.array(z.string()).default([]).describe('what is about this member, or another process by its id'),
  stream: z.string().optional().describe('the stream of a decision, or how its name begins, as in security-group'),
  type: z.array(z.string()).default([]).describe('type of input or event, fault, or code of a note, as in MemberLost'),
  last: z.int().min(0).optional().describe('only so many, the latest'),
  name: z.string().optional().describe('which running fabric, where there are several'),
});
const output = z.strictObject({ run: z.string(), startedAtMs: z.number(), entries: z.array(logEntry) });
type Out = z.output<typeof output>;

/** What a story has come to when it is asked. */
interface Story {
  readonly commits: readonly string[];
  readonly faults: readonly FaultRecord[];
  readonly notes: readonly Note[];
}

const LOOK_EVERY_MS = 250;

export default verb({
  path: 'log',
  summary: 'what was decided, done and noted, by a running fabric or in a run that is over',
  about:
    'Decisions come from the log, with who took them; faults are what was done to the fabric, or happened to a ' +
    'process by itself; notes are what processes said. With --follow and --json each entry is a line.',
  examples: [
    { command: 'rehearse log --since 30s', does: 'the last half minute' },
    { command: 'rehearse log --follow --member 1_03', does: 'what is about one member, as it happens' },
    { command: 'rehearse log latest --kind commit --type MemberLost', does: 'losses of members in the last run' },
    { command: 'rehearse log --kind note --last 20 --json', does: 'the latest notes, for programs' },
  ],
  positionals: ['run'],
  input,
  output,
  needs: 'nothing',
  asksLab: ({ run }) => run === undefined,
  effect: 'read',
  async handle(given, context): Promise<Out> {
    if (context.lab === undefined) return ofRun(given, context);
    const { lab, run } = labOf(context);
    const { story } = lab;
    if (story === undefined)
      throw new LabError('environment', 'This fabric tells nothing yet.', 'Wait until its run is over.');
    const commits = await lab.log();
    const startedAtMs = startOf(commits);
    const wanted = logFilter(given, lab.nowMs(), startedAtMs);
    const seen = { commits, faults: [...story.faults()], notes: [...story.notes()] };
    const entries = entriesOf(seen, wanted, given.last);
    if (!given.follow) return { run, startedAtMs, entries };
    await follow(story, seen, wanted, entries, startedAtMs, context);
    return { run, startedAtMs, entries: [] };
  },
  render: (out: Out) => out.entries.map((e) => entryText(e, out.startedAtMs)).join(''),
});

function ofRun(given: z.output<typeof input>, { runsFolder }: VerbContext): Out {
  if (given.follow) {
    throw new LabError('bad-input', 'A run that is over goes on with nothing.', 'Leave --follow out.');
  }
  const folder = findRun(given.run!, runsFolder);
  const { runId, startedAtMs, endedAtMs, faults } = readRunHead(folder);
  const wanted = logFilter(given, endedAtMs, startedAtMs);
  const commits = readRunLog(folder);
  const notes = readRunNotes(folder);
  return { run: runId, startedAtMs, entries: entriesOf({ commits, faults, notes }, wanted, given.last) };
}

function startOf(commits: readonly string[]): number {
  return commits.length === 0 ? Date.now() : commitEntry(commits[0]!).entry.atMs;
}

function entriesOf(story: Story, wanted: LogFilter, last: number | undefined): Out['entries'] {
  const all: SourcedEntry[] = [
    ...story.commits.map(commitEntry),
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
  before: Out['entries'],
  startedAtMs: number,
  { out, gone, json }: VerbContext,
): Promise<void> {
  const show = (entry: Out['entries'][number]): void =>
    out?.(json === true ? `${JSON.stringify(entry)}\n` : entryText(entry, startedAtMs));
  const showWanted = (sourced: SourcedEntry): void => void (wanted(sourced) && show(sourced.entry));
  for (const entry of before) show(entry);
  let commits = 0;
  const stop = story.followCommits(
    (line) => {
      if (commits++ >= seen.commits.length) showWanted(commitEntry(line));
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
