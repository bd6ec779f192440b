import { basename } from 'node:path';
import {
  findRun,
  firstSeqOf,
  readConnections,
  readLosses,
  readRunHead,
  readRunLog,
  type LostConnection,
} from '@rehearsal/experiment/run-folder';
import { LabError } from '@rehearsal/lab-port/lab-error';
import type { ConnectionRow } from '@rehearsal/traffic';
import { memberNames, readFlows, type Dossier, type DossierReport, type DossierRequest } from '@rehearsal/verbs';
import { readHistory } from '../history.js';
import { reportedOf } from './reported-flows.js';
import { SlotRecord } from './slot-record.js';
import { storyOf } from './story.js';
import { isEnd, isWanted, readWanted } from './wanted-connection.js';

/** Ends with an address alone may stand for very many. */
const AT_MOST = 20;

/**
 * Tells every connection of a run that has the ends asked for, in the order in which they began.
 * @throws LabError (bad input) where the run has none, or too many
 */
export function tellConnection({ words, runsFolder }: DossierRequest): DossierReport {
  const [first, ...rest] = words;
  const isRunNamed = first !== undefined && !isEnd(first);
  const wanted = readWanted(isRunNamed ? rest : words);
  const folder = findRun(isRunNamed ? first : 'latest', runsFolder);
  const head = readRunHead(folder);
  const rows = readConnections(folder);
  const hits = rows.filter((row) => isWanted(wanted, row)).sort((a, b) => (a.openedMs ?? 0) - (b.openedMs ?? 0));
  if (hits.length === 0) throw none(folder, rows);
  if (hits.length > AT_MOST) {
    throw new LabError(
      'bad-input',
      `${hits.length} connections of ${folder} have these ends.`,
      `Name ports, too: the first is ${hits[0]!.tuple}.`,
    );
  }
  const log = readRunLog(folder);
  const { losses, packets } = readLosses(folder);
  const history = readHistory({ plan: head.plan, settings: head.settings, log });
  const slots = new SlotRecord(head.plan, log, firstSeqOf(head));
  const book = readFlows(folder);
  const reported = reportedOf(book, hits, memberNames(head.plan));
  const byId = new Map(rows.map((row) => [row.id, row]));
  const lostById = new Map(losses.connections.listed.map((lost) => [lost.id, lost]));
  const tell = (row: ConnectionRow): Dossier => {
    const parent = row.follows === null ? undefined : byId.get(row.follows);
    const place = history.placeOf(row, parent);
    const story = storyOf({
      row,
      place,
      parent,
      children: rows.filter((r) => r.follows === row.id),
      changesOf: (slot) => slots.changesOf(slot),
      faults: head.faults,
      faultAtMs: lostById.get(row.id)?.faultAtMs ?? null,
      packets: packets.filter((p) => p.connection === row.id),
      reported: reported.get(row.id) ?? [],
      settings: head.settings,
      endedAtMs: head.endedAtMs,
    });
    const { id, tuple, service, outcome, sent, delivered, dropped, lost, unexplained, duplicated, resent } = row;
    return {
      id,
      tuple,
      service,
      outcome,
      home: place.home < 0 ? null : place.home,
      otherSlots: [...place.entries],
      ...endOf(row, lostById.get(id)),
      packets: { sent, delivered, dropped: { ...dropped }, lost: { ...lost }, unexplained, duplicated, resent },
      reported: book === undefined ? null : [...(reported.get(row.id) ?? [])],
      story,
    };
  };
  const areAllListed = !losses.packets.truncated;
  return { run: basename(folder), startedAtMs: head.startedAtMs, areAllListed, connections: hits.map(tell) };
}

/** Why it did not end well; null where it did. Of very many only the first are listed, and of others is said how they ended. */
function endOf(
  { outcome }: ConnectionRow,
  lost: LostConnection | undefined,
): Pick<Dossier, 'cause' | 'fault' | 'alsoWithoutFaults'> {
  if (lost === undefined) return { cause: outcome === 'done' ? null : outcome, fault: null, alsoWithoutFaults: false };
  return { cause: lost.cause, fault: lost.fault, alsoWithoutFaults: lost.alsoWithoutFaults };
}

function none(folder: string, rows: readonly ConnectionRow[]): LabError {
  const [first] = rows;
  return new LabError(
    'bad-input',
    `No connection of ${folder} has these ends.`,
    first === undefined
      ? 'It had no traffic.'
      : `It had ${rows.length}, the first ${first.tuple}; rehearse losses lists those that ended badly.`,
  );
}
