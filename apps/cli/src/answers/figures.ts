import type { Facts } from './facts.js';

/** A number of one run that an answer shows. */
export interface AnswerFigure {
  /** For people, with its unit. */
  readonly about: string;
  /** Digits after the point. */
  readonly digits?: number;
  read(facts: Facts): number | null;
}

const total = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);
const events = ({ events: all }: Facts, type: string, member?: string): number =>
  all.filter((e) => e.type === type && (member === undefined || e.member === member)).length;

/** Each member's share of the packets that members judged, in percent, in the order of their ids. */
function shares({ samples }: Facts): number[] {
  const judged = samples.samples[samples.samples.length - 1]?.judged.map((n) => n ?? 0) ?? [];
  const sum = Math.max(
    1,
    judged.reduce((a, b) => a + b, 0),
  );
  return judged.map((n) => (n * 100) / sum);
}

const shareOf = (member: string, index: number): AnswerFigure => ({
  about: `packets at ${member}, %`,
  digits: 1,
  read: (f) => shares(f)[index] ?? null,
});

/** What a step of the method printed after these words. */
function printedNumber({ printed }: Facts, pattern: RegExp): number | null {
  const said = [...printed.values()].map((text) => pattern.exec(text)?.[1]).find((n) => n !== undefined);
  return said === undefined ? null : Number(said);
}

/** How long members were out, from when each was taken down to when it served again, in minutes. */
function minutesOut({ events: all }: Facts): number[] {
  const since = new Map<string, number>();
  const out: number[] = [];
  for (const { type, member = '', state, atMs } of all) {
    if (type === 'AdminSet' && state === 'down' && !since.has(member)) since.set(member, atMs);
    const from = type === 'MemberJoined' ? since.get(member) : undefined;
    if (from === undefined) continue;
    out.push((atMs - from) / 60_000);
    since.delete(member);
  }
  return out;
}

/** Every figure an answer may show, by its name. */
export const ANSWER_FIGURES = {
  corrected: { about: 'packets handed on, %', digits: 1, read: (f) => f.result.ledger.correction.perMille / 10 },
  handedOn: {
    about: 'handed on, all members',
    read: (f) => f.result.ledger.correction.members.reduce((sum, m) => sum + (m.handedOn ?? 0), 0),
  },
  takenIn: {
    about: 'taken in, all members',
    read: (f) => f.result.ledger.correction.members.reduce((sum, m) => sum + (m.takenIn ?? 0), 0),
  },
  membersThatHandOn: {
    about: 'members that hand on',
    read: (f) => f.result.ledger.correction.members.filter((m) => (m.handedOn ?? 0) > 0).length,
  },
  extraMs: {
    about: 'their way is longer by, median, ms',
    digits: 1,
    read: ({ result: { ledger } }) => (ledger.correction.packets === 0 ? null : ledger.correction.extraP50Us / 1000),
  },
  mismatched: {
    about: 'packets dropped for another instance',
    read: (f) => f.result.ledger.packets.dropped['corexl_mismatch'] ?? 0,
  },
  brokenOff: { about: 'connections given up', read: (f) => f.rows.filter((row) => row.outcome !== 'done').length },
  opened: { about: 'connections opened', read: (f) => f.result.connections.opened },
  busiest: { about: 'packets at the busiest member, %', digits: 1, read: (f) => Math.max(...shares(f)) },
  idlest: { about: 'packets at the idlest member, %', digits: 1, read: (f) => Math.min(...shares(f)) },
  share1: shareOf('1_01, 48 cores', 0),
  share2: shareOf('1_02, 48 cores', 1),
  share3: shareOf('1_03, 16 cores', 2),
  share4: shareOf('1_04, 4 cores', 3),
  decidedMs: { about: 'loss decided after, ms', read: (f) => f.result.failover.committedMs },
  deadWindow: {
    about: 'packets lost at a member nobody knew was dead',
    read: (f) => f.result.ledger.packets.lost['dead_window'] ?? 0,
  },
  orchestratorLost: {
    about: 'packets lost inside an orchestrator',
    read: (f) => f.result.ledger.packets.lost['orchestrator_lost'] ?? 0,
  },
  overload: {
    about: 'packets dropped for overload',
    read: (f) => f.result.ledger.packets.dropped['cpu_overload'] ?? 0,
  },
  packetsLost: { about: 'packets lost', read: (f) => total(f.result.ledger.packets.lost) },
  affected: { about: 'connections met by a failure', read: (f) => f.result.connections.affected },
  lost: { about: 'connections lost', read: (f) => f.result.connections.lost },
  tooYoung: {
    about: 'of them not yet copied',
    read: ({ result: { connections } }) =>
      (connections.lostByCause['not_yet_synced'] ?? 0) + (connections.lostByCause['sync_in_flight'] ?? 0),
  },
  longestSilenceMs: {
    about: 'longest silence of a connection, ms',
    read: (f) => f.rows.reduce((most, row) => Math.max(most, row.longestSilenceMs ?? 0), 0),
  },
  silenceMs: { about: 'longest silence of those met, ms', read: (f) => f.result.failover.silenceMs.max },
  stutterTakenForDeath: {
    about: 'times 1_02, which stood still, was declared lost',
    read: (f) => events(f, 'MemberLost', '1_02'),
  },
  membersLost: { about: 'members declared lost', read: (f) => events(f, 'MemberLost') },
  orchestratorsLost: { about: 'times an orchestrator was declared lost', read: (f) => events(f, 'OrchestratorLost') },
  underLoad: { about: 'times under load began', read: (f) => events(f, 'CulStarted') },
  loadEnded: { about: 'times it ended', read: (f) => events(f, 'CulStopped') },
  frozen: { about: 'times states were frozen', read: (f) => events(f, 'StateFrozen') },
  smoMoves: {
    about: 'times the single management object moved',
    read: ({ events: all }) =>
      all.slice(all.findIndex((e) => e.type === 'AdminSet')).filter((e) => e.type === 'SmoChanged').length,
  },
  tableEntries: {
    about: 'entries in the tables of all members',
    read: (f) => printedNumber(f, /Total \(fw1 connections table\): (\d+)/),
  },
  openThen: {
    about: 'connections open then',
    read: (f) => printedNumber(f, /connections-open: (\d+)/),
  },
  runUpgraded: {
    about: 'members that run take 118 in the end',
    read: (f) => printedNumber(f, /^members-running: (\d+)$/m),
  },
  imagesTaken: {
    about: 'images taken from the single management object',
    read: (f) => f.events.filter((e) => e.type === 'WorkBegun' && e.kind === 'clone').length,
  },
  longestOutMin: {
    about: 'longest time a member is out, min',
    digits: 1,
    read: (f) => Math.max(0, ...minutesOut(f)),
  },
  allOutMin: {
    about: 'time all members are out, added up, min',
    digits: 1,
    read: (f) => minutesOut(f).reduce((a, b) => a + b, 0),
  },
  activeMixed: {
    about: 'members that serve beside one another',
    read: (f) => printedNumber(f, /^members-active: (\d+)$/m),
  },
  withoutBackup: {
    about: 'of them lost for want of a copy',
    read: (f) => f.result.connections.lostByCause['no_backup'] ?? 0,
  },
} as const satisfies Record<string, AnswerFigure>;

export type FigureName = keyof typeof ANSWER_FIGURES;
