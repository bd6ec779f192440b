import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Snapshot } from '@rehearsal/replay';
import { keepStates, openLogFile, readStates, type LogFile } from './log-file.js';

const STATES: Snapshot[] = [2, 4].map((seq) => ({
  seq,
  atMs: seq * 10,
  bytes: seq * 3,
  lineHash: 'a'.repeat(64),
  streams: [{ stream: 'k.x', version: seq, seq, atMs: seq * 10, state: { n: [seq] } }],
}));

describe('the states kept beside a log', () => {
  let folder: string;
  let path: string;
  const withLog = <T>(use: (log: LogFile) => T): T => {
    const log = openLogFile(path);
    try {
      return use(log);
    } finally {
      log.close();
    }
  };
  const read = (build = 'b1'): Snapshot[] => withLog((log) => readStates(folder, log, build));

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-file-'));
    path = join(folder, 'log.jsonl');
    writeFileSync(path, 'one\ntwo\nthree\n');
    withLog((log) => keepStates(folder, log, 'b1', STATES));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are read back as they were, and nothing else is left in the folder', () => {
    expect(read()).toEqual(STATES);
    expect(readdirSync(folder).sort()).toEqual(['log.jsonl', 'states.jsonl']);
  });

  it('are none for other code, a log that grew, and one that was written again', () => {
    expect(read('b2')).toEqual([]);
    utimesSync(path, new Date(1000), new Date(1000));
    expect(read()).toEqual([]);
    withLog((log) => keepStates(folder, log, 'b1', STATES));
    expect(read()).toEqual(STATES);
    appendFileSync(path, 'four\n');
    utimesSync(path, new Date(1000), new Date(1000));
    expect(read()).toEqual([]);
  });

  it('are none where their file is cut off, or not there', () => {
    const states = join(folder, 'states.jsonl');
    writeFileSync(states, readFileSync(states).subarray(0, -30));
    expect(read()).toEqual([]);
    rmSync(states);
    expect(read()).toEqual([]);
  });

  it('are no trouble where the folder is gone', () => {
    withLog((log) => keepStates(join(folder, 'gone'), log, 'b1', STATES));
    expect(readdirSync(folder)).toEqual(['log.jsonl', 'states.jsonl']);
  });

  it('are of a file that is read piece by piece', () => {
    expect(withLog((log) => [log.length, Buffer.from(log.read(4, 8)).toString()])).toEqual([14, 'two\n']);
  });
});
