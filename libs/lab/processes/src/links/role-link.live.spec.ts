import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RoleLink } from './role-link.js';

/** A bus that sends everything back, and counts who is connected. */
interface EchoBus {
  readonly server: Server;
  readonly port: number;
  readonly sockets: Socket[];
}

async function echoBus(): Promise<EchoBus> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
  });
  return { server, port, sockets };
}

/** A role that remembers what came back, and can wait for so much of it. */
class Talker {
  readonly socket: Socket;
  bytes = Buffer.alloc(0);
  closed = false;
  #check: () => void = () => undefined;

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('error', () => undefined);
    this.socket.on('data', (more) => {
      this.bytes = Buffer.concat([this.bytes, more]);
      this.#check();
    });
    this.socket.on('close', () => {
      this.closed = true;
      this.#check();
    });
  }

  until(fits: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.#check = () => {
        if (fits()) resolve();
      };
      this.#check();
    });
  }
}

describe('the link of a role to the bus', () => {
  let bus: EchoBus;
  let link: RoleLink;
  let port: number;
  let role: Talker;

  beforeEach(async () => {
    bus = await echoBus();
    link = new RoleLink(bus.port);
    port = await link.listen();
    role = new Talker(port);
  });

  afterEach(() => {
    role.socket.destroy();
    link.close();
    for (const socket of bus.sockets) socket.destroy();
    bus.server.close();
  });

  const echo = async (text: string): Promise<number> => {
    const startMs = performance.now();
    const wanted = role.bytes.length + text.length;
    role.socket.write(text);
    await role.until(() => role.bytes.length >= wanted);
    expect(role.bytes.subarray(wanted - text.length).toString()).toBe(text);
    return performance.now() - startMs;
  };

  it('lets bytes through as they are, however many', async () => {
    await echo('hello');
    await echo('x'.repeat(5_000_000));
  });

  it('delays each way by what it is told, in order, and not any more once it is mended', async () => {
    await echo('before');
    link.set('up', { delayMs: 60 });
    expect(await echo('one way')).toBeGreaterThanOrEqual(59);
    link.set('down', { delayMs: 60 });
    expect(await echo('both ways')).toBeGreaterThanOrEqual(119);
    role.socket.write('a');
    link.set('up', {});
    link.set('down', {});
    role.socket.write('b');
    await role.until(() => role.bytes.toString().endsWith('ab'));
  });

  it('lets so many kilobits a second through', async () => {
    await echo('before');
    link.set('up', { rateKbps: 800 });
    // 20 000 bytes are 160 kbit.
    const tookMs = await echo('y'.repeat(20_000));
    expect(tookMs).toBeGreaterThanOrEqual(190);
    expect(tookMs).toBeLessThan(2_000);
  });

  it.each(['up', 'down'] as const)('cut %s holds everything back, and loses nothing of it', async (way) => {
    await echo('before');
    link.set(way, { cut: true });
    role.socket.write('held');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(role.bytes.toString()).toBe('before');
    link.set(way, {});
    await role.until(() => role.bytes.toString() === 'beforeheld');
  });

  it('makes a new connection only when it is mended', async () => {
    link.set('down', { cut: true });
    const late = new Talker(port);
    late.socket.write('hi');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(late.bytes.length).toBe(0);
    link.set('down', {});
    await late.until(() => late.bytes.toString() === 'hi');
    late.socket.destroy();
  });

  it('closes both ends when one does', async () => {
    await echo('before');
    bus.sockets[0]!.destroy();
    await role.until(() => role.closed);
    const other = new Talker(port);
    other.socket.write('x');
    await other.until(() => other.bytes.length === 1);
    const gone = new Promise((resolve) => bus.sockets[1]!.once('close', resolve));
    other.socket.destroy();
    await gone;
  });

  it('closes at once when there is no bus', async () => {
    await echo('before');
    bus.server.close();
    bus.sockets[0]!.destroy();
    await role.until(() => role.closed);
    const none = new RoleLink(1);
    const nobody = new Talker(await none.listen());
    await nobody.until(() => nobody.closed);
    none.close();
  });
});
