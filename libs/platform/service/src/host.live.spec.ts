import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LiveRuntime, NatsServer, readSeed } from '@rehearsal/bus';
import { resolveSettings } from '@rehearsal/kernel';

const ROOT = join(import.meta.dirname, '../../../..');
const PROGRAM = join(ROOT, 'libs/platform/service/dist/testing/trivial-host.js');

let dir: string;
let server: NatsServer;
let lab: LiveRuntime;
const hosts: Host[] = [];

// A process takes a second to start, several on a loaded machine.
jest.setTimeout(30_000);

// Processes run what was built; building again costs little when nothing has changed.
beforeAll(() => {
  execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), '-b', 'libs/platform/service'], {
    cwd: ROOT,
  });
}, 120_000);

beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'rehearsal-host-'));
  server = await NatsServer.start({
    dir: join(dir, 'bus'),
    fabric: 'demo',
    site: 1,
    users: [
      { role: 'member', id: '1_01' },
      { role: 'lab', id: 'lab' },
    ],
    logMaxBytes: 1 << 20,
  });
  lab = await LiveRuntime.connect({
    self: { fabric: 'demo', site: 1, role: 'lab', id: 'lab', incarnation: 1 },
    natsUrl: server.url,
    nkeySeed: readSeed(server.seedFile('lab', 'lab')),
    fatal: (code) => {
      throw new Error(code);
    },
  });
});

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.end('SIGKILL');
  await lab.drain();
  await server.stop();
  rmSync(dir, { recursive: true, force: true });
});

describe('a hosted role', () => {
  it('says when it takes part, is healthy, counts, and answers commands', async () => {
    const host = await Host.started();
    const { pid } = host.ready;
    expect(pid).toBe(host.child.pid);
    expect(await host.health()).toEqual({
      status: 200,
      body: {
        state: 'ok',
        bus: 'up',
        consumers: 'live',
        role: { ready: true, detail: { duties: 0 } },
        self: { fabric: 'demo', site: 1, role: 'member', id: '1_01', incarnation: 4 },
      },
    });
    expect(await command('echo', { a: [1, 'two'] })).toEqual({ ok: true, body: { a: [1, 'two'] } });
    expect(await command('dance')).toEqual({ ok: false, reason: 'there is no command dance' });
    const page = await fetch(`${host.url}/metrics`).then((response) => response.text());
    expect(page).toMatch(/^rehearsal_commands_total\{.*id="1_01".*\} 2$/m);
    expect(page).toMatch(/^rehearsal_weight\{.*\} 7$/m);
    const counts = await fetch(`${host.url}/counts`).then((response) => response.json());
    expect(counts).toMatchObject({ commands: 2, weight_now: 7 });
    expect((await fetch(`${host.url}/elsewhere`)).status).toBe(404);
  });

  it('goes on when its metrics cannot be shown', async () => {
    const host = await Host.started();
    await command('miscount');
    const page = await fetch(`${host.url}/metrics`);
    expect([page.status, await page.text()]).toEqual([500, expect.stringMatching(/metric name/i)]);
    expect(await host.health()).toMatchObject({ status: 200 });
  });

  it('refuses what is no command, and says why', async () => {
    await Host.started();
    expect(await ask('{')).toEqual({ ok: false, reason: 'the command is no JSON' });
    expect(await ask('{"name":"echo"}')).toEqual({ ok: false, reason: expect.stringMatching(/^id: /) });
    expect(await ask('{"id":"1","name":"echo","arg":{}}')).toEqual({
      ok: false,
      reason: expect.stringMatching(/Unrecognized key: "arg"/),
    });
    expect(await ask('7')).toEqual({ ok: false, reason: expect.stringMatching(/^command: /) });
  });

  it('is not healthy while its role is not ready, and while the bus is away', async () => {
    const host = await Host.started();
    await server.kill();
    await host.until('bus_down');
    expect(await host.health()).toMatchObject({ status: 503, body: { state: 'not ready', bus: 'down' } });
    await server.startAgain();
    await host.until('bus_up');
    await busUp();
    expect(await command('unready')).toEqual({ ok: true, body: null });
    expect(await host.health()).toMatchObject({ status: 503, body: { state: 'not ready', bus: 'up' } });
  });

  it('on SIGTERM lets its role stop, answers what it was asked, and ends in order', async () => {
    const host = await Host.started();
    const asked = command('atStop');
    await command('echo');
    host.child.kill('SIGTERM');
    expect(await asked).toEqual({ ok: true, body: 'stopping' });
    expect(await host.ended).toEqual({ code: 0, signal: null });
    expect(host.codes()).toEqual(['role_started', 'started', 'stopping', 'role_stopping', 'role_stopped', 'stopped']);
    expect(await ask('{}')).toBe('no-responders');
  });

  it('is gone at once on SIGKILL, and the bus knows', async () => {
    const host = await Host.started();
    await host.end('SIGKILL');
    expect(await host.ended).toEqual({ code: null, signal: 'SIGKILL' });
    expect(await ask('{}')).toBe('no-responders');
  });

  it.each([
    ['a role that throws', 'break', 'handler_threw', { message: 'broken on request' }],
    ['a message that was not granted', 'trespass', 'bus_permission', { subject: 'demo.data.outside' }],
  ])('ends with %s, loudly', async (_name, name, code, fields) => {
    const host = await Host.started();
    void command(name);
    expect(await host.ended).toEqual({ code: 70, signal: null });
    expect(host.notes().at(-1)).toMatchObject({
      level: 'error',
      code,
      fatal: true,
      role: 'member',
      id: '1_01',
      ...fields,
    });
  });
});

describe('a process that cannot start', () => {
  it('because of its configuration ends with 2 and says where', async () => {
    const host = new Host({ orchestrators: [] });
    expect(await host.ended).toEqual({ code: 2, signal: null });
    expect(host.stderr).toMatch(/host\.json: orchestrators: /);
  });

  it('because its role refuses its configuration ends with 2 too', async () => {
    const host = new Host({ refuse: true });
    expect(await host.ended).toEqual({ code: 2, signal: null });
    expect(host.stderr).toMatch(/^\S+host\.json: refuse: leave it out\n$/);
  });

  it('because of its key ends with 3 and names the file', async () => {
    const host = new Host({ nkeySeedFile: join(dir, 'none.nk') });
    expect(await host.ended).toEqual({ code: 3, signal: null });
    expect(host.stderr).toMatch(/none\.nk/);
  });

  it('because there is no bus ends with 3 and names the address', async () => {
    const host = new Host({ natsUrl: 'nats://127.0.0.1:1' });
    expect(await host.ended).toEqual({ code: 3, signal: null });
    expect(host.stderr).toMatch(
      /no connection to the bus at nats:\/\/127\.0\.0\.1:1 as member 1_01: connection refused/,
    );
  });
});

/** A process with a trivial role, and what it wrote. */
class Host {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<{ code: number | null; signal: string | null }>;
  ready = { pid: 0, httpPort: 0 };
  stderr = '';
  #wrote: () => void = () => undefined;

  static async started(): Promise<Host> {
    const host = new Host({});
    const line = await Promise.race([once(host.child.stdout, 'data'), host.ended]);
    if (!Array.isArray(line)) throw new Error(`ended while starting: ${host.stderr}`);
    const said = JSON.parse(String(line[0])) as { ready: boolean; pid: number; httpPort: number };
    expect(said).toEqual({ ready: true, pid: expect.any(Number), httpPort: expect.any(Number) });
    host.ready = said;
    return host;
  }

  constructor(changes: Readonly<Record<string, unknown>>) {
    const file = join(dir, 'host.json');
    const config = {
      fabric: 'demo',
      site: 1,
      role: 'member',
      id: '1_01',
      incarnation: 4,
      natsUrl: server.url,
      nkeySeedFile: server.seedFile('member', '1_01'),
      settings: resolveSettings('lossless'),
      securityGroup: 'SG1',
      members: [{ id: '1_01', weight: 1 }],
      orchestrators: ['1_1'],
      build: 'abc',
      ...changes,
    };
    writeFileSync(file, JSON.stringify(config));
    this.child = spawn(process.execPath, [PROGRAM, file], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stderr.on('data', (chunk) => {
      this.stderr += String(chunk);
      this.#wrote();
    });
    this.ended = new Promise((resolve) => this.child.once('close', (code, signal) => resolve({ code, signal })));
    hosts.push(this);
  }

  get url(): string {
    return `http://127.0.0.1:${this.ready.httpPort}`;
  }

  async health(): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.url}/health`);
    return { status: response.status, body: await response.json() };
  }

  notes(): Record<string, unknown>[] {
    return this.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  codes(): unknown[] {
    return this.notes().map((note) => note['code']);
  }

  /** Resolves when it has noted `code`. */
  until(code: string): Promise<void> {
    return new Promise((resolve) => {
      this.#wrote = () => {
        if (this.codes().includes(code)) resolve();
      };
      this.#wrote();
    });
  }

  async end(signal: 'SIGKILL'): Promise<void> {
    this.child.kill(signal);
    await this.ended;
  }
}

function command(name: string, args: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
  return ask(JSON.stringify({ id: 'spec.1', name, args }));
}

function ask(body: string): Promise<unknown> {
  return new Promise((resolve) => {
    lab.ask('ctl.member.1_01', new TextEncoder().encode(body), 5_000, (reply) => {
      resolve(reply.kind === 'answer' ? JSON.parse(new TextDecoder().decode(reply.body)) : reply.kind);
    });
  });
}

function busUp(): Promise<void> {
  if (lab.health.bus === 'up') return Promise.resolve();
  return new Promise((resolve) => lab.onBus((state) => state === 'up' && resolve()));
}
