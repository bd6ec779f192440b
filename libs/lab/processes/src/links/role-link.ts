import { connect, createServer, type Server, type Socket } from 'node:net';
import { Pipe, type WayFault } from './pipe.js';

/** `up`: from the role to the bus. */
export type Way = 'up' | 'down';

interface Connection {
  readonly role: Socket;
  readonly bus: Socket;
  readonly up: Pipe;
  readonly down: Pipe;
}

const nowMs = (): number => performance.now();

/**
 * The link of one role to the bus: a port of its own on loopback, and two pipes for each connection made to
 * it. Nothing is lost on it while a connection lasts: a cut holds bytes back, as a network does that TCP
 * goes on trying, and a new connection is not made until it is over.
 */
export class RoleLink {
  readonly #server: Server;
  readonly #busPort: number;
  readonly #connections = new Set<Connection>();
  /** Roles that have dialled while the link was cut. */
  readonly #waiting = new Set<Socket>();
  #faults: Record<Way, WayFault> = { up: {}, down: {} };

  constructor(busPort: number) {
    this.#busPort = busPort;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => this.#accept(socket));
  }

  /** Resolves with the port where the role reaches the bus: `port`, or any that is free. */
  listen(port = 0): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        const at = this.#server.address();
        if (at === null || typeof at === 'string') reject(new Error('no port'));
        else resolve(at.port);
      });
    });
  }

  set(way: Way, fault: WayFault): void {
    this.#faults = { ...this.#faults, [way]: fault };
    for (const connection of this.#connections) connection[way].set(fault);
    if (this.#cut) return;
    for (const socket of this.#waiting) this.#dial(socket);
    this.#waiting.clear();
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#waiting) socket.destroy();
    for (const connection of this.#connections) this.#drop(connection);
  }

  /** A handshake needs both ways. */
  get #cut(): boolean {
    return this.#faults.up.cut === true || this.#faults.down.cut === true;
  }

  #accept(socket: Socket): void {
    socket.pause();
    socket.on('error', () => socket.destroy());
    if (!this.#cut) return this.#dial(socket);
    this.#waiting.add(socket);
    socket.once('close', () => this.#waiting.delete(socket));
  }

  #dial(role: Socket): void {
    if (role.destroyed) return;
    const bus = connect({ port: this.#busPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    const connection: Connection = {
      role,
      bus,
      up: new Pipe(role, bus, this.#faults.up, nowMs),
      down: new Pipe(bus, role, this.#faults.down, nowMs),
    };
    this.#connections.add(connection);
    for (const socket of [role, bus]) {
      socket.on('error', () => this.#drop(connection));
      socket.once('close', () => this.#drop(connection));
    }
  }

  #drop(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    connection.up.close();
    connection.down.close();
    connection.role.destroy();
    connection.bus.destroy();
  }
}
