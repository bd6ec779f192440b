import type { FaultRecord } from '@rehearsal/lab-port';
import { faultText, wordsOf, type Lane, type Mood } from '../words.js';

/** Something that was decided, or done to the fabric. Times are ms since the epoch. */
export interface Decision {
  readonly atMs: number;
  readonly lane: Lane;
  readonly mood: Mood;
  readonly text: string;
  /** `security-group.SG1 17`; '' for what the lab did. */
  readonly place: string;
}

/** The parts of a stored commit that are read. */
interface StoredCommit {
  readonly stream: string;
  readonly version: number;
  readonly time: { readonly ms: number };
  readonly events: readonly { readonly type: string; readonly [field: string]: unknown }[];
}

export interface LogStory {
  readonly decisions: readonly Decision[];
  readonly changes: readonly Change[];
}

/** What a decision makes of the group as a whole. */
export interface Change {
  readonly atMs: number;
  readonly kind: 'lost' | 'joined' | 'out' | 'balanced' | 'unbalanced';
  /** `member 1_03`, `orchestrator 1_1`; '' for the group. */
  readonly who: string;
}

/** Reads a log: what it says to an operator, in the order of time. */
export function storyOf(log: readonly string[], faults: readonly FaultRecord[]): LogStory {
  const decisions: Decision[] = faults.map((f) => ({
    atMs: f.atMs,
    lane: 'faults',
    mood: 'bad',
    text: faultText(f),
    place: '',
  }));
  const changes: Change[] = [];
  for (const line of log) {
    const commit = JSON.parse(line) as StoredCommit;
    const { stream, version, events } = commit;
    const atMs = commit.time.ms;
    for (const event of events) {
      const said = wordsOf(stream, event);
      if (said !== null) decisions.push({ atMs, ...said, place: `${stream} ${version}` });
      const change = changeOf(event);
      if (change !== undefined) changes.push({ atMs, ...change });
    }
  }
  const byTime = (a: { atMs: number }, b: { atMs: number }): number => a.atMs - b.atMs;
  return { decisions: decisions.sort(byTime), changes: changes.sort(byTime) };
}

function changeOf(event: StoredCommit['events'][number]): Omit<Change, 'atMs'> | undefined {
  switch (event.type) {
    case 'MemberLost':
      return { kind: 'lost', who: `member ${String(event['member'])}` };
    case 'MemberDrained':
      return { kind: 'out', who: `member ${String(event['member'])}` };
    case 'MemberJoined':
      return { kind: 'joined', who: `member ${String(event['member'])}` };
    case 'OrchestratorLost':
      return { kind: 'lost', who: `orchestrator ${String(event['orchestrator'])}` };
    case 'OrchestratorJoined':
      return { kind: 'joined', who: `orchestrator ${String(event['orchestrator'])}` };
    case 'GroupBalanced':
      return { kind: 'balanced', who: '' };
    case 'SlotsTakenOver':
    case 'SlotsOrphaned':
      return { kind: 'unbalanced', who: '' };
    default:
      return undefined;
  }
}

/** Decisions of one kind that follow one another closely, as one line. */
export interface DecisionLine {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lane: Lane;
  readonly mood: Mood;
  /** Of the first of them. */
  readonly text: string;
  readonly place: string;
  readonly count: number;
}

/**
 * Decisions as lines of a list, at most about `most` of them whatever their number: alike ones that follow one another
 * become one line, of longer and longer times. The counts of all lines add up to the number of decisions.
 */
export function decisionLines(decisions: readonly Decision[], most: number): DecisionLine[] {
  let lines: DecisionLine[] = decisions.map((d) => ({
    fromMs: d.atMs,
    toMs: d.atMs,
    lane: d.lane,
    mood: d.mood,
    text: d.text,
    place: d.place,
    count: 1,
  }));
  const first = decisions[0]?.atMs ?? 0;
  const spanMs = (decisions[decisions.length - 1]?.atMs ?? 0) - first;
  for (let withinMs = 1; lines.length > most; withinMs *= 2) {
    lines = joined(lines, first, withinMs);
    if (withinMs > spanMs) break;
  }
  return lines;
}

/** Puts lines of one lane and mood together that begin within one stretch of `withinMs`. */
function joined(lines: readonly DecisionLine[], first: number, withinMs: number): DecisionLine[] {
  const out: DecisionLine[] = [];
  const open = new Map<string, { readonly at: number; readonly stretch: number }>();
  for (const line of lines) {
    const key = `${line.lane} ${line.mood}`;
    const stretch = Math.floor((line.fromMs - first) / withinMs);
    const before = open.get(key);
    if (before?.stretch === stretch) {
      const into = out[before.at]!;
      out[before.at] = { ...into, toMs: Math.max(into.toMs, line.toMs), count: into.count + line.count };
    } else {
      open.set(key, { at: out.length, stretch });
      out.push(line);
    }
  }
  return out;
}
