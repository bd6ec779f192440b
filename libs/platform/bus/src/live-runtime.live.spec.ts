import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Reply } from '@rehearsal/kernel';
import { readSeed } from './credentials.js';
import type { LiveRuntime } from './live-runtime.js';
import { NatsServer } from './nats-server.js';
import { createUserKey } from './nkey.js';
import { FABRIC, SITE, TestBus, Until, ask, busState } from './test-support.js';

// Real servers: what takes a moment on a free machine takes seconds on a loaded one.
jest.setTimeout(30_000);

let bus: TestBus;
beforeEach(async () => {
  bus = await TestBus.start();
});
afterEach(() => bus.close());

describe('processor time', () => {
  it('is used up by spending it, and counted', async () => {
    const runtime = await bus.runtime('member', '1_01');
    const [atMs, usedMs] = [performance.now(), runtime.cpuMs()];
    runtime.spend(50_000);
    expect(performance.now() - atMs).toBeGreaterThanOrEqual(50);
    // Where others want the processor too, this process gets less than the time that passes.
    expect(runtime.cpuMs() - usedMs).toBeGreaterThan(5);
  });
});

describe('memory', () => {
  it('that is taken is really there', async () => {
    const runtime = await bus.runtime('member', '1_01');
    const before = process.memoryUsage().arrayBuffers;
    const giveBack = runtime.takeMemory(30_000 * 1024);
    expect(process.memoryUsage().arrayBuffers - before).toBeGreaterThanOrEqual(30_000 * 1024);
    giveBack();
  });
});

describe('messages', () => {
  it('arrive in order, complete and aligned, whatever their length', async () => {
    const from = await bus.runtime('orchestrator', '1_1');
    const to = await bus.runtime('member', '1_01');
    const seen: { first: number; length: number; offset: number; plain: boolean }[] = [];
    const until = new Until();
    to.listen('data.member.1_01', (bytes) => {
      const { length, byteOffset, constructor } = bytes;
      seen.push({ first: bytes[0] ?? -1, length, offset: byteOffset % 4, plain: constructor === Uint8Array });
      until.changed();
    });
    const lane = from.lane('data.member.1_01', { maxInFlightBytes: 1 << 20 });
    await flushed(to);
    const lengths = [1, 2, 3, 4, 5, 7, 64, 1001, 70_000, 3];
    for (const [i, length] of lengths.entries()) {
      const bytes = lane.take(length);
      expect(bytes.byteOffset % 4).toBe(0);
      bytes.fill(i);
      expect(lane.send(bytes)).toBe(true);
    }
    await until.that(() => seen.length === lengths.length);
    expect(seen).toEqual(lengths.map((length, first) => ({ first, length, offset: 0, plain: true })));
  });

  it('are refused by a full lane, which says when there is room', async () => {
    const from = await bus.runtime('orchestrator', '1_1');
    const to = await bus.runtime('member', '1_01');
    let received = 0;
    const until = new Until();
    to.listen('data.member.1_01', () => {
      received++;
      until.changed();
    });
    await flushed(to);
    let drained = 0;
    const lane = from.lane('data.member.1_01', {
      maxInFlightBytes: 1_000,
      onDrained: () => {
        drained++;
        until.changed();
      },
    });
    const answers = Array.from({ length: 6 }, () => lane.send(new Uint8Array(300)));
    expect(answers).toEqual([true, true, true, false, false, false]);
    await until.that(() => drained === 1);
    expect(lane.send(new Uint8Array(5_000))).toBe(true);
    expect(lane.send(new Uint8Array(1))).toBe(false);
    await until.that(() => drained === 2 && received === 4);
    expect(received).toBe(4);
  });

  it('without a receiver come back, to the lane that sent them', async () => {
    const from = await bus.runtime('orchestrator', '1_1');
    const back: string[] = [];
    const until = new Until();
    const lanes = ['1_01', '1_02'].map((id) =>
      from.lane(`data.member.${id}`, {
        maxInFlightBytes: 1_000,
        onUndeliverable: () => {
          back.push(id);
          until.changed();
        },
      }),
    );
    const there = await bus.runtime('member', '1_02');
    there.listen('data.member.1_02', () => undefined);
    await flushed(there);
    for (const lane of lanes) lane.send(new Uint8Array(8));
    lanes[0]?.send(new Uint8Array(8));
    await until.that(() => back.length === 2);
    expect(back).toEqual(['1_01', '1_01']);
  });

  it('come back within moments of a SIGKILL of their only receiver', async () => {
    const child = spawn(process.execPath, ['-e', RECEIVER], {
      cwd: import.meta.dirname,
      env: { ...process.env, BUS: bus.server.url, KEY: bus.server.seedFile('member', '1_01') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    const from = await bus.runtime('orchestrator', '1_1');
    let undeliverable = 0;
    const until = new Until();
    const lane = from.lane('data.member.1_01', {
      maxInFlightBytes: 1 << 20,
      onUndeliverable: () => {
        undeliverable++;
        until.changed();
      },
    });
    lane.send(new Uint8Array(8));
    await flushed(from);
    expect(undeliverable).toBe(0);
    child.kill('SIGKILL');
    const killedAtMs = from.nowMs();
    const probe = (): void => {
      if (undeliverable > 0) return;
      lane.send(new Uint8Array(8));
      from.after(2, probe);
    };
    probe();
    await until.that(() => undeliverable > 0);
    // Typically 5 ms; a loaded machine may take longer to reap the process.
    expect(from.nowMs() - killedAtMs).toBeLessThan(500);
  });
});

describe('questions', () => {
  it('are answered once, by one of a group, or say that nobody is there', async () => {
    const lab = await bus.runtime('lab', 'lab');
    const one = await bus.runtime('orchestrator', '1_1');
    const two = await bus.runtime('orchestrator', '1_2');
    const asked: string[] = [];
    for (const runtime of [one, two]) {
      runtime.answer('cmd.security-group.SG1', 'security-group.SG1', (body, reply) => {
        asked.push(text(body));
        reply(body);
        reply(body);
      });
    }
    await Promise.all([flushed(one), flushed(two)]);
    const replies: string[] = [];
    for (let n = 0; n < 20; n++) replies.push(show(await ask(lab, 'cmd.security-group.SG1', String(n))));
    expect(replies).toEqual(Array.from({ length: 20 }, (_, n) => `answer ${n}`));
    expect(asked).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
    expect(bus.notes.filter((note) => note.code === 'answered_twice')).toHaveLength(20);
    expect(bus.fatals).toEqual([]);
    expect(show(await ask(lab, 'cmd.hypersync.SG1'))).toBe('no-responders');
  });

  it('that nobody answers in time end with a timeout, and a late answer is not heard', async () => {
    const lab = await bus.runtime('lab', 'lab');
    const sync = await bus.runtime('sync', '1');
    let answer: (() => void) | undefined;
    sync.answer('ctl.sync.1', undefined, (body, reply) => (answer = () => reply(body)));
    await flushed(sync);
    const replies: string[] = [];
    await new Promise<void>((resolve) => {
      lab.ask('ctl.sync.1', new Uint8Array(1), 30, (reply) => {
        replies.push(show(reply));
        resolve();
      });
    });
    answer?.();
    await Promise.all([flushed(sync), flushed(lab)]);
    expect(replies).toEqual(['timeout']);
  });
});

describe('time', () => {
  it('ends a turn after every message at hand, in the order asked for', async () => {
    const from = await bus.runtime('orchestrator', '1_1');
    const to = await bus.runtime('member', '1_01');
    const seen: string[] = [];
    const until = new Until();
    to.listen('data.member.1_01', (bytes) => {
      const n = bytes[0] as number;
      seen.push(`message ${n}`);
      to.atTurnEnd(() => {
        seen.push(`end ${n}`);
        until.changed();
      });
    });
    await flushed(to);
    const lane = from.lane('data.member.1_01', { maxInFlightBytes: 1 << 20 });
    for (let n = 0; n < 5; n++) lane.send(Uint8Array.of(n));
    await until.that(() => seen.length === 10);
    const words = (word: string): string[] => Array.from({ length: 5 }, (_, n) => `${word} ${n}`);
    expect(seen).toEqual([...words('message'), ...words('end')]);
  });

  it('never fires before it is due', async () => {
    const runtime = await bus.runtime('member', '1_01');
    const early = await Promise.all(
      Array.from({ length: 200 }, (_, i) => {
        const delayMs = 1 + (i % 10) + i / 200;
        const due = runtime.nowMs() + delayMs;
        return new Promise<number>((resolve) => runtime.after(delayMs, () => resolve(runtime.nowMs() - due)));
      }),
    );
    expect(Math.min(...early)).toBeGreaterThanOrEqual(-0.001);
  });

  it('does not fire what was cancelled', async () => {
    const runtime = await bus.runtime('member', '1_01');
    const fired: string[] = [];
    const cancel = runtime.after(1, () => fired.push('cancelled'));
    cancel();
    await new Promise<void>((resolve) => runtime.after(5, resolve));
    expect(fired).toEqual([]);
  });
});

describe('a bus that restarts', () => {
  it('is told down and up, refuses to take messages in between, and carries them after', async () => {
    const from = await bus.runtime('orchestrator', '1_1');
    const to = await bus.runtime('member', '1_01');
    const until = new Until();
    let received = 0;
    to.listen('data.member.1_01', () => {
      received++;
      until.changed();
    });
    await flushed(to);
    const states: string[] = [];
    from.onBus((state) => states.push(state));
    let drained = 0;
    const lane = from.lane('data.member.1_01', { maxInFlightBytes: 1_000, onDrained: () => drained++ });
    expect(lane.send(new Uint8Array(4))).toBe(true);
    await until.that(() => received === 1);
    for (let round = 0; round < 3; round++) {
      const down = [busState(from, 'down'), busState(to, 'down')];
      await bus.server.kill();
      await Promise.all(down);
      expect(lane.send(new Uint8Array(4))).toBe(false);
      expect(from.health.bus).toBe('down');
      const up = [busState(from, 'up'), busState(to, 'up')];
      await bus.server.startAgain();
      await Promise.all(up);
      await Promise.all([flushed(from), flushed(to)]);
      expect(drained).toBe(round + 1);
      expect(lane.send(new Uint8Array(4))).toBe(true);
      await until.that(() => received === 2 + round);
    }
    expect(states).toEqual(['down', 'up', 'down', 'up', 'down', 'up']);
    expect(bus.fatals).toEqual([]);
  });

  it('loses the answer that is given while it is down, carries a later one, and whoever gave them goes on', async () => {
    const from = await bus.runtime('lab', 'lab');
    let died: (code: string) => void = () => undefined;
    const fatal = new Promise<string>((resolve) => (died = resolve));
    const to = await bus.runtime('member', '1_01', { fatal: died });
    const until = new Until();
    const late = new Map<string, () => void>();
    to.answer('ctl.member.1_01', undefined, (body, reply) => {
      if (text(body) === 'after') reply(body);
      else late.set(text(body), () => reply(body));
      until.changed();
    });
    await flushed(to);
    const lost = ask(from, 'ctl.member.1_01', 'lost');
    const before = ask(from, 'ctl.member.1_01', 'before', 20_000);
    await until.that(() => late.size === 2);
    const down = [busState(from, 'down'), busState(to, 'down')];
    await bus.server.kill();
    await Promise.all(down);
    late.get('lost')!();
    const up = [busState(from, 'up'), busState(to, 'up')];
    await bus.server.startAgain();
    await Promise.all(up);
    late.get('before')!();
    expect(await Promise.race([fatal, flushed(to)])).toBe(undefined);
    expect(show(await ask(from, 'ctl.member.1_01', 'after'))).toBe('answer after');
    expect(bus.notes.filter((note) => note.code === 'answer_lost')).toEqual([
      { user: 'member 1_01', code: 'answer_lost' },
    ]);
    expect(show(await before)).toBe('answer before');
    expect(show(await lost)).toBe('timeout');
  });

  it.each([
    ['has no time for who dials it', "-ERR 'Authentication Timeout'\r\n"],
    ['closes without a word', ''],
  ])('is dialled on, and at once, when it %s', async (_how, words) => {
    const { hostname, port } = new URL(bus.server.url);
    let refusals = 0;
    const sockets = new Set<Socket>();
    const front = createServer((client) => {
      client.on('error', () => undefined);
      if (refusals > 0) {
        refusals--;
        client.end(words);
        return;
      }
      const behind = createConnection(Number(port), hostname).on('error', () => undefined);
      sockets.add(client);
      client.pipe(behind).pipe(client);
    });
    front.unref();
    await once(front.listen(0, '127.0.0.1'), 'listening');
    const natsUrl = `nats://127.0.0.1:${(front.address() as AddressInfo).port}`;
    const runtime = await bus.runtime('member', '1_01', { natsUrl });
    const [down, up] = [busState(runtime, 'down'), busState(runtime, 'up')];
    refusals = 3;
    for (const socket of sockets) socket.destroy();
    await down;
    const downAtMs = performance.now();
    await up;
    expect([refusals, bus.fatals]).toEqual([0, []]);
    // Three dials that each wait out their time would take nine seconds.
    expect(performance.now() - downAtMs).toBeLessThan(6_000);
    front.close();
  });
});

describe('what must not go on', () => {
  it('a message to a subject that was not granted is fatal, although the server drops it silently', async () => {
    const member = await bus.runtime('member', '1_01');
    const until = new Until();
    const fatal = member.lane('data.outside', { maxInFlightBytes: 1_000 });
    expect(fatal.send(new Uint8Array(4))).toBe(true);
    const looking = setInterval(until.changed, 5);
    await until.that(() => bus.fatals.length > 0);
    clearInterval(looking);
    expect(bus.fatals).toEqual([
      {
        user: 'member 1_01',
        code: 'bus_permission',
        fields: { operation: 'publish', subject: `${FABRIC}.data.outside` },
      },
    ]);
  });

  it('a handler that throws is fatal, and no handler runs after it', async () => {
    const from = await bus.runtime('orchestrator', '1_1');
    const to = await bus.runtime('member', '1_01');
    let calls = 0;
    to.listen('data.member.1_01', () => {
      calls++;
      throw new Error('half done');
    });
    await flushed(to);
    const lane = from.lane('data.member.1_01', { maxInFlightBytes: 1_000 });
    lane.send(new Uint8Array(4));
    lane.send(new Uint8Array(4));
    const until = new Until();
    const looking = setInterval(until.changed, 5);
    await until.that(() => bus.fatals.length > 0);
    clearInterval(looking);
    await flushed(from);
    expect(calls).toBe(1);
    expect(bus.fatals).toEqual([
      { user: 'member 1_01', code: 'handler_threw', fields: expect.objectContaining({ message: 'half done' }) },
    ]);
  });
});

describe('the server launcher', () => {
  it('says what to install when there is no server', async () => {
    const started = NatsServer.start({
      dir: join(import.meta.dirname, 'nowhere'),
      fabric: FABRIC,
      site: SITE,
      users: [],
      logMaxBytes: 1 << 20,
      binary: 'no-such-nats-server',
    });
    await expect(started).rejects.toThrow(/no-such-nats-server cannot be run: install nats-server 2\.9\.10 or newer/);
  });

  it('gives a key file that says so when it is none', async () => {
    const file = bus.server.seedFile('lab', 'lab');
    writeFileSync(file, createUserKey().publicKey);
    expect(() => readSeed(file)).toThrow(/lab-lab\.nk: expected the seed of a user nkey/);
  });
});

/** All that this connection published was handled, and all that was sent to it before has arrived. */
async function flushed(runtime: LiveRuntime): Promise<void> {
  await new Promise<void>((resolve) => runtime.log.usage(() => resolve()));
}

function show(reply: Reply): string {
  return reply.kind === 'answer' ? `answer ${text(reply.body)}` : reply.kind;
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** A program that listens as member 1_01, says so, and stays. */
const RECEIVER = `
  const { connect, nkeyAuthenticator } = require('@nats-io/transport-node');
  const seed = new TextEncoder().encode(require('node:fs').readFileSync(process.env.KEY, 'utf8').trim());
  connect({ servers: process.env.BUS, authenticator: nkeyAuthenticator(seed) }).then(async (connection) => {
    connection.subscribe('${FABRIC}.data.member.1_01', { callback() {} });
    await connection.flush();
    console.log('listening');
  });
`;
