import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type Socket } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ProcessOutcome } from '@rehearsal/experiment';
import { nearestName } from '@rehearsal/kernel';
import { LabError } from '@rehearsal/lab-port';

/** A lab that runs now, as its process wrote it down for others to find. */
export interface LiveLab {
  /** What `--name` takes: the fabric's name, or that and a number where it is taken. */
  readonly name: string;
  readonly fabric: string;
  readonly run: string;
  readonly folder: string;
  readonly pid: number;
  readonly startedAtMs: number;
  /** Where it listens on the loopback interface, and the word that lets one in. */
  readonly port: number;
  readonly token: string;
}

/** Carries out a command line on the lab. */
export type Answer = (argv: readonly string[]) => Promise<ProcessOutcome>;

/** Where running labs are written down: `$XDG_STATE_HOME/rehearsal/labs`, else under `~/.local/state`. */
export function labsFolder(env: NodeJS.ProcessEnv = process.env): string {
  const state = env['XDG_STATE_HOME'];
  return join(state !== undefined && state !== '' ? state : join(homedir(), '.local', 'state'), 'rehearsal', 'labs');
}

/**
 * Lets other processes of this user ask this lab. Gives its name and the end of it.
 * @param folder as `labsFolder` gives it
 */
export async function announceLab(
  folder: string,
  about: Pick<LiveLab, 'fabric' | 'run' | 'folder' | 'startedAtMs'>,
  answer: Answer,
): Promise<{ readonly name: string; withdraw(): Promise<void> }> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const token = randomUUID();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, token, answer);
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', done);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the control port has no number');
  const taken = new Set((await liveLabs(folder)).map((l) => l.name));
  let name = about.fabric;
  for (let n = 2; taken.has(name); n++) name = `${about.fabric}-${n}`;
  const path = join(folder, `${process.pid}-${address.port}.json`);
  const entry: LiveLab = { ...about, name, pid: process.pid, port: address.port, token };
  writeFileSync(`${path}.new`, JSON.stringify(entry), { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return {
    name,
    withdraw: () =>
      new Promise<void>((done) => {
        rmSync(path, { force: true });
        for (const socket of sockets) socket.destroy();
        server.close(() => done());
      }),
  };
}

/** Labs that run now, oldest first. What dead processes left behind is taken away. */
export async function liveLabs(folder: string): Promise<LiveLab[]> {
  let names: string[];
  try {
    names = readdirSync(folder).filter((n) => n.endsWith('.json'));
  } catch {
    return [];
  }
  const found: LiveLab[] = [];
  for (const file of names) {
    const path = join(folder, file);
    let entry: LiveLab;
    try {
      entry = JSON.parse(readFileSync(path, 'utf8')) as LiveLab;
    } catch {
      // Withdrawn between the two looks.
      continue;
    }
    if (alive(entry.pid) && (await listens(entry.port))) found.push(entry);
    else rmSync(path, { force: true });
  }
  return found.sort((a, b) => a.startedAtMs - b.startedAtMs || (a.name < b.name ? -1 : 1));
}

/** The lab that is meant. @throws LabError where there is none, or a choice to make */
export async function findLab(folder: string, name: string | undefined): Promise<LiveLab> {
  const labs = await liveLabs(folder);
  const names = labs.map((l) => l.name);
  if (name !== undefined) {
    const hit = labs.find((l) => l.name === name || l.run === name);
    if (hit !== undefined) return hit;
  } else if (labs.length === 1) return labs[0]!;
  if (labs.length === 0) {
    throw new LabError(
      'environment',
      name === undefined ? 'No fabric runs now.' : `No fabric '${name}' runs now, nor any other.`,
      'Start one: rehearse run EXPERIMENT --live.',
    );
  }
  throw new LabError(
    'bad-input',
    name === undefined ? `There are ${labs.length} fabrics running.` : `No fabric '${name}' runs now.`,
    name === undefined ? `Add --name, one of: ${names.join(', ')}.` : `Did you mean '${nearestName(name, names)}'?`,
  );
}

/** Has a running lab carry out a command line. @throws LabError (environment) where it goes away */
export function askLab(lab: LiveLab, argv: readonly string[]): Promise<ProcessOutcome> {
  return new Promise((done, failed) => {
    const socket = createConnection(lab.port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8');
    socket.on('connect', () => socket.write(`${JSON.stringify({ token: lab.token, argv })}\n`));
    socket.on('data', (part: string) => (text += part));
    socket.on('error', () => {});
    socket.on('close', () => {
      if (text.endsWith('\n')) done(JSON.parse(text) as ProcessOutcome);
      else
        failed(
          new LabError('environment', `Fabric ${lab.name} went away without an answer.`, 'See how its run ended.'),
        );
    });
  });
}

function serve(socket: Socket, token: string, answer: Answer): void {
  let text = '';
  socket.setEncoding('utf8');
  socket.on('error', () => {});
  socket.on('data', (part: string) => {
    text += part;
    const end = text.indexOf('\n');
    if (end < 0) return;
    let asked: { readonly token?: unknown; readonly argv?: unknown };
    try {
      asked = JSON.parse(text.slice(0, end)) as typeof asked;
    } catch {
      socket.destroy();
      return;
    }
    if (asked.token !== token || !Array.isArray(asked.argv)) {
      socket.destroy();
      return;
    }
    answer(asked.argv.map(String)).then(
      (outcome) => socket.end(`${JSON.stringify(outcome)}\n`),
      () => socket.destroy(),
    );
  });
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process number may belong to another by now. */
function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection(port, '127.0.0.1');
    const end = (yes: boolean): void => {
      socket.destroy();
      done(yes);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
  });
}
