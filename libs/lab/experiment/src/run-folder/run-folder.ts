import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Seal } from '@rehearsal/kernel';
import { nearestName } from '@rehearsal/kernel/nearest-name';
import type { Metric, Note, RunRecord, Sample, SampleHead, Samples } from '@rehearsal/lab-port';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import type { ConnectionRow, ControlDifference, LedgerSummary, TrafficPlan } from '@rehearsal/traffic';
import type { Journal } from '../conduct/journal.js';
import type { LostPacketRow, RunLosses } from '../judge/losses.js';
import type { AffectedConnection } from '../judge/lost-connections.js';
import type { RunResult } from '../result.js';
import { readLabHead, type LabHead } from '../standing/lab-head.js';
import type { MachineCode } from './machine-code.js';

/** Everything that is kept of a run. */
export interface KeptRun {
  readonly result: RunResult;
  readonly record: RunRecord;
  readonly journal: Journal;
  readonly ledger: LedgerSummary;
  readonly rows: readonly ConnectionRow[];
  readonly affected: readonly AffectedConnection[];
  readonly differences: readonly ControlDifference[];
  readonly losses: RunLosses;
  readonly lostPackets: readonly LostPacketRow[];
  /** Null where none were recorded. */
  readonly samples: Samples | null;
  readonly code: MachineCode;
  /** The command line that does the same again. */
  readonly command: string;
  /** What the outside world was asked to send; a fabric that was lived in was asked again and again. */
  readonly traffic?: TrafficPlan;
  /** A fabric that was lived in: the journal has what was typed at it. */
  readonly livedIn?: boolean;
  /** Where its packet capture is now; undefined where there is none. */
  readonly packets?: string | undefined;
}

/** The packet capture in a run's folder. */
export const PACKETS_FILE = 'packets.capture';

const pretty = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const lines = (values: readonly unknown[]): string => values.map((v) => `${JSON.stringify(v)}\n`).join('');

/**
 * Writes a run's folder: `run.json` (plan, settings, seals, result), `log.jsonl` (one stored commit a
 * line, byte for byte), `flows.bin` (flow records), `journal.json`, `ledger.json`, `connections.jsonl`, `losses.json`, `lost-packets.jsonl`, `metrics.json`,
 * `notes.jsonl`, `samples.jsonl` (where samples were recorded), `packets.capture` (where packets were captured), and `machines/`, the code that decided. A simulated run of that name is replaced.
 */
export function writeRunFolder(folder: string, run: KeptRun): void {
  // Under `live` the processes of a live run have written their own logs.
  if (!existsSync(join(folder, 'live'))) rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const put = (name: string, text: string | Uint8Array): void => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    try {
      writeFileSync(path, text);
    } catch (error) {
      // A full disk does not say which file it was.
      throw error instanceof Error ? Object.assign(error, { path }) : error;
    }
  };
  const packets = join(folder, PACKETS_FILE);
  if (run.packets !== undefined && run.packets !== packets) renameSync(run.packets, packets);
  const { log, flows, notes, metrics, ledger: _ledger, journal: _journal, ...head } = run.record;
  put('log.jsonl', log.map((line) => `${line}\n`).join(''));
  put('flows.bin', Buffer.concat(flows));
  put('journal.json', pretty(run.journal));
  put(
    'ledger.json',
    pretty({ summary: run.ledger, affected: run.affected.map(shortly), differences: run.differences }),
  );
  put('connections.jsonl', lines(run.rows));
  put('losses.json', pretty(run.losses));
  put('lost-packets.jsonl', lines(run.lostPackets));
  put('metrics.json', pretty(metrics));
  put('notes.jsonl', lines(notes));
  if (run.samples !== null) {
    const { samples, ...about } = run.samples;
    put('samples.jsonl', lines([about, ...samples]));
  }
  for (const [name, text] of Object.entries(run.code.files)) put(join('machines', name), text);
  put('machines/package.json', pretty({ type: 'module', private: true }));
  const { build, entries } = run.code;
  // Last: a folder with a run.json is whole.
  put(
    'run.json',
    pretty({
      ...head,
      build,
      machines: entries,
      command: run.command,
      livedIn: run.livedIn,
      traffic: run.traffic,
      result: run.result,
    }),
  );
}

function shortly({ row, slot, loss, faultAtMs, cause }: AffectedConnection): Record<string, unknown> {
  const { id, tuple, service, outcome, silenceMs } = row;
  return { id, tuple, service, slot, member: loss.member, faultAtMs, outcome, silenceMs, cause: cause ?? null };
}

/** Finds a run that is over by id, path, or the word `latest`. @throws LabError (bad input) */
export function findRun(run: string, runsFolder: string): string {
  return findKept(run, runsFolder, false);
}

/** As `findRun`; a run whose fabric is still up has a log as well. @throws LabError (bad input) */
export function findLog(run: string, runsFolder: string): string {
  return findKept(run, runsFolder, true);
}

function findKept(run: string, runsFolder: string, isUpFine: boolean): string {
  for (const path of [resolve(run), join(runsFolder, run)]) {
    const state = readLabHead(path)?.state;
    if (existsSync(join(path, 'run.json')) || state === 'unsealed' || (isUpFine && state === 'up')) return path;
    if (state !== undefined) {
      throw new LabError(
        'bad-input',
        `The run in ${path} is not over: its fabric is up.`,
        'Take it down: rehearse down.',
      );
    }
    // The path of a file of it will do.
    if (basename(path) === 'run.json' && existsSync(path)) return dirname(path);
  }
  const known = runsOf(runsFolder);
  if (run === 'latest' && known.length > 0) return join(runsFolder, known[0]!);
  if (known.length === 0) {
    throw new LabError(
      'bad-input',
      `There is no run '${run}', and none in ${runsFolder}.`,
      'Make one: rehearse run EXPERIMENT.',
    );
  }
  throw new LabError(
    'bad-input',
    `There is no run '${run}' in ${runsFolder}.`,
    `Did you mean '${nearestName(run, known)}'? The last one is 'latest'.`,
  );
}

/** Ids of the runs in a folder, the latest first. */
export function runsOf(runsFolder: string): string[] {
  if (!existsSync(runsFolder)) return [];
  const made = (id: string): number => statSync(join(runsFolder, id, 'run.json')).mtimeMs;
  return readdirSync(runsFolder)
    .filter((id) => existsSync(join(runsFolder, id, 'run.json')))
    .sort((a, b) => made(b) - made(a) || (a < b ? 1 : -1));
}

/** The parts of a `run.json` that are read back. */
export interface RunHead {
  readonly runId: string;
  readonly world: string;
  readonly seed?: number;
  readonly build: string;
  readonly machines: readonly string[];
  /** None where the run ended without one. */
  readonly seal?: Seal;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly faults: RunRecord['faults'];
  readonly settings: RunRecord['settings'];
  /** The command line that does the same again; older runs have none. */
  readonly command?: string;
  readonly livedIn?: boolean;
  /** What the outside world was asked to send; older runs, and those that were lived in, have none. */
  readonly traffic?: TrafficPlan;
  readonly plan: RunRecord['plan'];
  /** None where the run ended without a seal. */
  readonly result?: RunResult;
  /** Of a fabric that stays up, until it was taken down. */
  readonly state?: LabHead['state'];
}

/** The parts of a run's folder that a report is made of. */
export interface KeptParts {
  readonly head: RunHead & { readonly result: RunResult };
  readonly journal: Journal;
  readonly log: readonly string[];
  readonly samples: Samples | null;
  readonly losses: RunLosses;
  readonly ledger: LedgerSummary;
  /** How long each affected connection was silent, ms. */
  readonly silencesMs: readonly number[];
}

/** @throws LabError (bad input) where the folder lacks a part */
export function readKeptParts(folder: string): KeptParts {
  const text = (name: string): string => readPart(folder, name);
  const { summary, affected } = JSON.parse(text('ledger.json')) as {
    readonly summary: LedgerSummary;
    readonly affected: readonly { readonly silenceMs: number }[];
  };
  return {
    head: JSON.parse(text('run.json')) as KeptParts['head'],
    journal: JSON.parse(text('journal.json')) as Journal,
    log: readRunLog(folder),
    samples: readSamples(folder),
    losses: JSON.parse(text('losses.json')) as RunLosses,
    ledger: summary,
    silencesMs: affected.map((a) => a.silenceMs),
  };
}

function readPart(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    const unsealed = readLabHead(folder);
    if (unsealed !== undefined) {
      throw new LabError(
        'bad-input',
        `The run in ${folder} ended without a seal, and so without ${name}: ${unsealed.why ?? 'nobody closed its log'}.`,
        `See what its log has: rehearse log ${unsealed.runId}.`,
      );
    }
    throw new LabError(
      'bad-input',
      `${folder} has no ${name}: ${reasonOf(error)}.`,
      'Name a run of this version: rehearse run EXPERIMENT.',
    );
  }
}

/** What was done, step by step. @throws LabError (bad input) where the folder has none */
export function readJournal(folder: string): Journal {
  return JSON.parse(readPart(folder, 'journal.json')) as Journal;
}

/** What did not end well in a run, as its folder has it. @throws LabError (bad input) where it has none */
export function readLosses(folder: string): {
  readonly losses: RunLosses;
  readonly packets: readonly LostPacketRow[];
  readonly ledger: LedgerSummary;
} {
  const text = (name: string): string => readPart(folder, name);
  const packets = linesOf(text('lost-packets.jsonl')).map((line) => JSON.parse(line) as LostPacketRow);
  const { summary } = JSON.parse(text('ledger.json')) as { readonly summary: LedgerSummary };
  return { losses: JSON.parse(text('losses.json')) as RunLosses, packets, ledger: summary };
}

/** Every connection, as the ledger of the outside world has it. @throws LabError (bad input) where the folder has none */
export function readConnections(folder: string): ConnectionRow[] {
  return linesOf(readPart(folder, 'connections.jsonl')).map((line) => JSON.parse(line) as ConnectionRow);
}

/** Sequence of the first commit of a run's log. */
export function firstSeqOf({ seal }: Pick<RunHead, 'seal'>): number {
  return seal === undefined || seal.sequences.count === 0 ? 1 : seal.sequences.first;
}

/**
 * Stored commits, one a line. A last line without an end is none: a lab was cut off while it wrote it.
 * @throws LabError (bad input) where the folder has none
 */
export function readRunLog(folder: string): string[] {
  const text = readPart(folder, 'log.jsonl');
  return linesOf(text.slice(0, text.lastIndexOf('\n') + 1));
}

/** What the run's processes noted; nothing where it ended without a seal. @throws LabError (bad input) */
export function readRunNotes(folder: string): Note[] {
  if (readLabHead(folder) !== undefined) return [];
  return linesOf(readPart(folder, 'notes.jsonl')).map((line) => JSON.parse(line) as Note);
}

/** The packet capture of a run, as its processes wrote it. @throws LabError (bad input) where the run has none */
export function readRunPackets(folder: string): Uint8Array {
  const path = join(folder, PACKETS_FILE);
  if (existsSync(path)) return readFileSync(path);
  throw new LabError(
    'bad-input',
    `The run in ${folder} has no packet capture.`,
    'Conduct it again with one: rehearse run EXPERIMENT --capture-packets, or rehearse up --capture-packets.',
  );
}

/** Counters at the run's end; nothing where it ended without a seal. @throws LabError (bad input) */
export function readRunMetrics(folder: string): Metric[] {
  if (readLabHead(folder) !== undefined) return [];
  return JSON.parse(readPart(folder, 'metrics.json')) as Metric[];
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** The series of a run; null where its folder has none. */
export function readSamples(folder: string): Samples | null {
  const path = join(folder, 'samples.jsonl');
  if (!existsSync(path)) return null;
  const [head, ...samples] = linesOf(readFileSync(path, 'utf8')).map((line) => JSON.parse(line) as unknown);
  return { ...(head as SampleHead), samples: samples as Sample[] };
}

/** A run that ended without a seal has the head its lab wrote at its start; so has one that is not over, which ends now. */
export function readRunHead(folder: string): RunHead {
  const unsealed = readLabHead(folder);
  if (unsealed !== undefined && !existsSync(join(folder, 'run.json'))) {
    const log = join(folder, 'log.jsonl');
    // Nobody was there to say when it ended; its log has what is known.
    const lastSignMs = existsSync(log) ? statSync(log).mtimeMs : unsealed.startedAtMs;
    const endedAtMs = unsealed.state === 'up' ? Date.now() : lastSignMs;
    return { ...unsealed, endedAtMs, faults: [], settings: unsealed.plan.settings };
  }
  const path = join(folder, 'run.json');
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunHead;
  } catch (error) {
    throw new LabError('bad-input', `${path} is damaged: ${reasonOf(error)}.`, 'Conduct the run again.');
  }
}
