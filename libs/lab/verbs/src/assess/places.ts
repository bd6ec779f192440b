import { wordsOf } from '@rehearsal/report/words';
import type { CommitLine } from '@rehearsal/runbook';
import type { Place } from './cases.js';

/** What moves a procedure on; copies and slots lie between. */
const MOVES: ReadonlySet<string> = new Set([
  'StepBegun',
  'StepDone',
  'WorkBegun',
  'WorkFinished',
  'ApplianceBooted',
  'AdminSet',
  'MemberDrained',
  'MemberJoined',
  'MvcSet',
  'UpgradeDirected',
  'GroupBalanced',
]);
/** Decisions so near to one another are one place: nothing falls between them. */
const APART_MS = 20;

/** The places of a procedure: after each decision that moved it on, in ms since the fabric's start. */
export function placesOf(commits: readonly CommitLine[], startMs: number, from: number, to: number): Place[] {
  const places: Place[] = [];
  for (const { stream, events, time } of commits) {
    if (time.ms < from || time.ms > to) continue;
    const moves = events.filter((event) => MOVES.has(event.type));
    if (moves.length === 0) continue;
    const atMs = Math.round(time.ms - startMs) + 1;
    const text = moves.map((event) => wordsOf(stream, event)?.text ?? event.type).join('; ');
    const began = appliancesIn(moves);
    // Where several are installed at once, each may be the last to come back.
    const installs = began.length > 1 ? began : [];
    const last = places.at(-1);
    if (last?.atMs === atMs) places[places.length - 1] = { ...last, installs: [...last.installs, ...installs] };
    else if (last === undefined || atMs - last.atMs >= APART_MS || began.length > 0)
      places.push({ atMs, text, installs });
  }
  return places;
}

/** Whose installation begins. */
function appliancesIn(moves: readonly { readonly type: string }[]): string[] {
  const began = moves.filter((event) => event.type === 'WorkBegun') as readonly { readonly appliance?: string }[];
  return began.map(({ appliance = '' }) => appliance);
}
