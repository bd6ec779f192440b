import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { endStrays, isStill, ProcessBook, processMark, readProcessBook } from './process-book.js';

describe('the book of processes', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'book-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('knows a process again, and none that has its number by now', () => {
    const mark = processMark(process.pid);
    expect(mark).toMatch(/^[0-9a-f-]{36} \d+$/);
    expect(isStill({ pid: process.pid, mark })).toBe(true);
    expect(isStill({ pid: process.pid, mark: `${mark}1` })).toBe(false);
    expect(isStill({ pid: process.pid, mark: null })).toBe(false);
  });

  it('keeps the last process of each name', () => {
    const book = new ProcessBook(folder);
    book.note('bus', process.pid);
    book.note('bus', process.ppid);
    book.note('member 1_01', undefined);
    expect(readProcessBook(folder)).toEqual([{ name: 'bus', pid: process.ppid, mark: processMark(process.ppid) }]);
  });

  it('ends what still runs of it, and leaves alone who only has the number of one', async () => {
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const ended = new Promise((done) => child.once('exit', (_code, signal) => done(signal)));
    const book = new ProcessBook(folder);
    book.note('member 1_01', child.pid);
    const rows = readProcessBook(folder);
    writeFileSync(
      join(folder, 'processes.json'),
      JSON.stringify([...rows, { name: 'member 1_02', pid: process.pid, mark: 'another boot 17' }]),
    );
    expect(endStrays(folder)).toEqual(rows);
    expect(await ended).toBe('SIGKILL');
  });

  it('is empty where nothing was written down', () => {
    expect([readProcessBook(join(folder, 'none')), endStrays(folder)]).toEqual([[], []]);
  });
});
