import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { announceLab, findLab, liveLabs } from './lab-directory.js';
import { askLab, type Answer } from './lab-line.js';

const echo: Answer = async (argv) => ({ status: 0, stdout: argv.join(' '), stderr: '' });

describe('labs that run now', () => {
  let folder: string;
  let ends: (() => Promise<void>)[];
  const announce = async (fabric: string, answer = echo): Promise<string> => {
    const about = { fabric, run: `run-of-${fabric}`, folder: '/runs/x', startedAtMs: ends.length };
    const { name, withdraw } = await announceLab(folder, about, answer);
    ends.push(withdraw);
    return name;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'labs-'));
    ends = [];
  });
  afterEach(async () => {
    for (const end of ends) await end();
    rmSync(folder, { recursive: true });
  });

  it('are found by others and carry out what they are asked', async () => {
    await announce('branch');
    const lab = await findLab(folder, undefined);
    expect(lab).toMatchObject({ name: 'branch', fabric: 'branch', run: 'run-of-branch', pid: process.pid });
    expect(await askLab(lab, ['status', '--json'])).toEqual({ status: 0, stdout: 'status --json', stderr: '' });
  });

  it('have names that differ, and a choice needs one', async () => {
    expect([await announce('branch'), await announce('branch')]).toEqual(['branch', 'branch-2']);
    await expect(findLab(folder, undefined)).rejects.toThrow('Add --name, one of: branch, branch-2.');
    await expect(findLab(folder, 'branhc-2')).rejects.toThrow("Did you mean 'branch-2'?");
    expect((await findLab(folder, 'branch-2')).name).toBe('branch-2');
    expect((await findLab(folder, 'run-of-branch')).name).toBe('branch');
  });

  it('are gone once they withdraw', async () => {
    await announce('branch');
    const lab = await findLab(folder, 'branch');
    await ends.pop()!();
    await expect(findLab(folder, 'branch')).rejects.toMatchObject({ kind: 'environment' });
    await expect(askLab(lab, ['status'])).rejects.toThrow('went away without an answer');
  });

  it('let nobody in without their word', async () => {
    let asked = 0;
    await announce('branch', async () => {
      asked++;
      return { status: 0, stdout: '', stderr: '' };
    });
    const { port } = await findLab(folder, 'branch');
    const said = await new Promise<string>((done) => {
      const socket = createConnection(port, '127.0.0.1', () => socket.write('{"token":"guess","argv":["fault"]}\n'));
      let text = '';
      socket.on('data', (part) => (text += String(part)));
      socket.on('error', () => {});
      socket.on('close', () => done(text));
    });
    expect([said, asked]).toEqual(['', 0]);
  });

  it('leave nothing behind when their process dies', async () => {
    const { pid } = spawnSync(process.execPath, ['-e', '']);
    const entry = { name: 'dead', fabric: 'dead', run: 'r', folder: '', pid, startedAtMs: 0, port: 1, token: 't' };
    writeFileSync(join(folder, 'dead.json'), JSON.stringify(entry));
    // A process number that another process has by now, and a port where nobody listens.
    writeFileSync(join(folder, 'reused.json'), JSON.stringify({ ...entry, pid: process.pid }));
    expect(await liveLabs(folder)).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });
});
