import type { LostPacketRow, Placement } from '@rehearsal/experiment';
import type { Settings } from '@rehearsal/kernel';
import type { FaultRecord } from '@rehearsal/lab-port';
import { counted } from '@rehearsal/lab-port/plain-words';
import { faultText } from '@rehearsal/report/words';
import type { ConnectionRow } from '@rehearsal/traffic';
import type { ReportedFlow, StoryLine } from '@rehearsal/verbs';
import type { SlotChange, SlotHolders } from './slot-record.js';

/** What a connection's story is told from. Times are ms since the epoch. */
export interface StorySources {
  readonly row: ConnectionRow;
  readonly place: Placement;
  /** The one it follows from, and those that follow from it. */
  readonly parent: ConnectionRow | undefined;
  readonly children: readonly ConnectionRow[];
  /** Changes of a slot, in the order of the log. */
  changesOf(slot: number): readonly SlotChange[];
  /** What was done to the fabric, in order. */
  readonly faults: readonly FaultRecord[];
  /** When the fault was done that it is put down to, perhaps before it began; null without one. */
  readonly faultAtMs: number | null;
  /** Those of its packets that did not come out and are listed. */
  readonly packets: readonly LostPacketRow[];
  /** What members reported of it. */
  readonly reported: readonly ReportedFlow[];
  readonly settings: Settings;
  readonly endedAtMs: number;
}

/** Packets of one fate in a row: a pause of more ends the row. */
const SAME_MS = 500;

/**
 * Tells a connection from its beginning to its end: where it was held and how it was copied, each decision that touched
 * its slots meanwhile, what was done to the fabric, what became of packets that did not come out, and how it ended.
 */
export function storyOf(sources: StorySources): StoryLine[] {
  const { row, endedAtMs } = sources;
  const { openedMs } = row;
  if (openedMs === null) return [neverBegun(sources)];
  const untilMs = row.closedMs ?? endedAtMs;
  const lines: StoryLine[] = [
    ...beginning(sources, openedMs),
    ...slotsOf(sources.place).flatMap((slot) => decisions(sources, slot, openedMs, untilMs)),
    ...sources.reported.map(({ atMs, member, text }) => line(atMs, 'member', member, text)),
    ...faultsWithin(sources, openedMs, untilMs),
    ...refusals(sources.packets),
    ...sources.children.map((child) => followed(child, untilMs)),
  ];
  // The same moment: what was there before comes first, as listed. A member's clock may say that it was before the beginning.
  const orderMs = ({ kind, atMs }: StoryLine): number => (kind === 'member' ? Math.max(atMs, openedMs) : atMs);
  lines.sort((a, b) => orderMs(a) - orderMs(b));
  return [...lines, ending(row, untilMs)];
}

const line = (atMs: number, kind: StoryLine['kind'], place: string, text: string): StoryLine => ({
  atMs: Math.round(atMs),
  kind,
  place,
  text,
});

const slotsOf = ({ home, entries }: Placement): number[] => [home, ...entries].filter((slot) => slot >= 0);

function neverBegun({ parent, endedAtMs }: StorySources): StoryLine {
  const why = parent === undefined ? '' : `; what was to announce it, ${parent.tuple}, ended: ${parent.outcome}`;
  return line(endedAtMs, 'ends', '', `nothing of it was ever sent${why}`);
}

function beginning({ row, place, parent, changesOf, settings }: StorySources, openedMs: number): StoryLine[] {
  const follows = parent === undefined ? '' : `, announced by ${parent.tuple}`;
  const seen = row.seenAs === null ? '' : `; the server's side sees ${row.seenAs}`;
  const lines = [line(openedMs, 'begins', '', `${row.service}, from ${row.from}${follows}${seen}`)];
  if (place.home < 0) return [...lines, line(openedMs, 'held', '', 'its slot cannot be told from its ends')];
  for (const slot of slotsOf(place)) {
    const holders = changesOf(slot).findLast((change) => change.atMs <= openedMs);
    const what = slotText(slot, place);
    const since = holders === undefined ? '' : placeOf(holders);
    lines.push(line(openedMs, 'held', since, `${what}: ${held(holders)}`));
  }
  return [...lines, line(openedMs, 'copied', '', policyText(place, settings))];
}

function slotText(slot: number, { home, mayBeHome = [] }: Placement): string {
  if (mayBeHome.includes(slot) || (slot === home && mayBeHome.length > 0)) return `slot ${slot} may be its home`;
  return slot === home ? `slot ${slot} is its home` : `packets of it come in by slot ${slot}, too`;
}

function held(holders: SlotHolders | undefined): string {
  if (holders === undefined || holders.active === null) return 'nobody serves it';
  const backup = holders.backup === null ? 'no backup in step' : `backup ${holders.backup}`;
  return `served by ${holders.active}, ${backup}`;
}

function policyText({ copied }: Placement, settings: Settings): string {
  if (copied === null)
    return 'how it is copied cannot be told: the policy or the distribution changed around its beginning';
  const texts = {
    never: 'it is never copied',
    strict: 'each change of it is copied before its packet leaves',
    immediate: 'each change of it is copied at once, since it has two legs',
    delayed: `it is copied once it is older than ${settings['sync.delayMs']} ms`,
  };
  return texts[copied];
}

const placeOf = ({ site, seq, stream, version }: SlotChange): string => `${site}:${seq} ${stream}:${version}`;

/** The commits that changed who held a slot while the connection lived. */
function decisions({ changesOf }: StorySources, slot: number, fromMs: number, untilMs: number): StoryLine[] {
  const changes = changesOf(slot);
  return changes.flatMap((change, i) => {
    if (change.atMs <= fromMs || change.atMs > untilMs) return [];
    const said = changeText(changes[i - 1], change);
    const types = change.events.map((e) => e.type).join(', ');
    return [line(change.atMs, 'decided', placeOf(change), `${types}: slot ${slot}: ${said}`)];
  });
}

function changeText(before: SlotHolders | undefined, now: SlotHolders): string {
  const said: string[] = [];
  if (before?.active !== now.active) {
    said.push(now.active === null ? 'nobody serves it any more' : `${now.active} serves it${was(before?.active)}`);
  }
  if (before?.backup !== now.backup) {
    said.push(
      now.backup === null ? `no backup in step${was(before?.backup)}` : `backup ${now.backup}${was(before?.backup)}`,
    );
  }
  if (before?.joining !== now.joining && now.joining !== null) said.push(`to be copied to ${now.joining}`);
  return said.length === 0 ? `the copy to ${before?.joining} is given up` : said.join(', ');
}

const was = (who: string | null | undefined): string => (who === null || who === undefined ? '' : ` (was ${who})`);

function faultsWithin({ faults, faultAtMs }: StorySources, fromMs: number, untilMs: number): StoryLine[] {
  return faults
    .filter(({ atMs }) => (atMs >= fromMs && atMs <= untilMs) || atMs === faultAtMs)
    .map((fault) => line(fault.atMs, 'fault', fault.target, faultText(fault)));
}

/** Packets that did not come out, one line for those of one fate that were sent in a row. */
function refusals(packets: readonly LostPacketRow[]): StoryLine[] {
  const rows: { readonly first: LostPacketRow; last: LostPacketRow; n: number }[] = [];
  const latest = new Map<string, (typeof rows)[number]>();
  for (const packet of [...packets].sort((a, b) => a.sentMs - b.sentMs)) {
    const key = JSON.stringify([packet.kind, packet.reason, packet.via, packet.slot, packet.member]);
    const row = latest.get(key);
    if (row !== undefined && packet.sentMs - row.last.sentMs <= SAME_MS) {
      row.last = packet;
      row.n++;
      continue;
    }
    const begun = { first: packet, last: packet, n: 1 };
    latest.set(key, begun);
    rows.push(begun);
  }
  return rows.map(({ first, last, n }) => {
    const { kind, reason, via, slot, member, sentMs, judgedMs } = first;
    const by = member === null ? '' : ` by ${member}`;
    const lasted = last.sentMs - sentMs;
    const span = lasted === 0 ? '' : `, sent within ${lasted} ms`;
    const known = judgedMs === null ? '' : `; known ${Math.max(0, judgedMs - sentMs)} ms later`;
    const place = slot === null ? `orchestrator ${via}` : `orchestrator ${via}, slot ${slot}`;
    return line(sentMs, 'packets', place, `${counted(n, 'packet')} ${kind}${by}: ${reason}${span}${known}`);
  });
}

const followed = (child: ConnectionRow, untilMs: number): StoryLine =>
  line(child.openedMs ?? untilMs, 'followed', '', `${child.tuple} follows from it: ${child.outcome}`);

const OUTCOMES: Readonly<Record<ConnectionRow['outcome'], string>> = {
  unstarted: 'nothing of it was ever sent',
  open: 'it is open still',
  done: 'it comes to its end',
  reset: 'it is reset',
  gave_up: 'its client gives up',
};

function ending(row: ConnectionRow, atMs: number): StoryLine {
  const silence = row.longestSilenceMs === 0 ? '' : `; longest silence ${row.longestSilenceMs} ms`;
  return line(atMs, 'ends', '', `${OUTCOMES[row.outcome]}${silence}`);
}
