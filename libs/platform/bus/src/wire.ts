import { createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { NatsConnectionImpl, setTransportFactory } from '@nats-io/transport-node';
import type { ConnectionOptions, NatsConnection, Server, Transport } from '@nats-io/transport-node';
import { WireReader } from './wire-reader.js';
import type { Tap } from './wire-reader.js';
import { WireWriter } from './wire-writer.js';

/** One read takes at most this much from the socket. */
const READ_BYTES = 256 * 1024;

const encoder = new TextEncoder();

/**
 * The data path of one connection, past the client library and on the library's own socket: messages to lanes are
 * written, and those of tapped subjects read, without an object or a buffer for each. Everything else, dialling,
 * signing in, subscriptions and the log among it, stays the library's. Lives as long as the connection, over all its
 * sockets.
 */
export class Wire {
  /** @internal Subjects read past the library, for whichever socket is the connection's. */
  readonly taps: Tap[] = [];
  #socket: WireTransport | undefined;

  /** False while there is no socket of ours; the library then carries what is to be sent and heard. */
  get open(): boolean {
    return this.#socket !== undefined && !this.#socket.isClosed;
  }

  /** @internal The connection's socket is this one now. */
  attach(socket: WireTransport): void {
    this.#socket = socket;
  }

  /** What `publish` takes for messages to a subject, with the subject their undeliverable ones are told to. */
  static head(subject: string, reply: string): Uint8Array {
    return encoder.encode(`PUB ${subject} ${reply} `);
  }

  /** Sends a message at the end of this turn; its bytes may be used again at once. */
  publish(head: Uint8Array, body: Uint8Array): void {
    this.#socket?.writer.message(head, body);
  }

  /** Reads what comes for a subscription; what is returned ends that. */
  tap(subject: string, subscriptionId: number, on: (bytes: Uint8Array) => void): () => void {
    const tap: Tap = { head: encoder.encode(`MSG ${subject} ${subscriptionId} `), on };
    this.taps.push(tap);
    return () => {
      const at = this.taps.indexOf(tap);
      if (at >= 0) this.taps.splice(at, 1);
    };
  }
}

interface WireOptions extends ConnectionOptions {
  readonly wire: Wire;
}

/** A connection as the client library makes it, with a data path past it. */
export function connectWire(options: ConnectionOptions, wire: Wire): Promise<NatsConnection> {
  const extended: WireOptions = { ...options, wire };
  // The library has one factory for all connections of a process. Where another connection replaces it, a new
  // socket of this one is the library's, and the wire is not open.
  setTransportFactory({ factory: () => new WireTransport() });
  return NatsConnectionImpl.connect(extended);
}

/**
 * A loopback port that nobody listens at, dialled often enough, is in the end dialled from that very port, and TCP
 * then connects the socket with itself: nobody ever speaks, and the server cannot have its port back.
 */
function isOwnEcho({ localAddress, localPort, remoteAddress, remotePort }: Socket): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}

/** A plain TCP socket to a server on this machine. */
class WireTransport implements Transport {
  readonly lang = 'nats.js';
  readonly version = '3.4.0';
  closeError?: Error;
  readonly writer = new WireWriter((bytes, written) => this.#write(bytes, written));
  #socket: Socket | undefined;
  #connected = false;
  #done = false;
  /** What the library has not taken yet, and its wait for more. */
  #chunks: Uint8Array[] = [];
  #wake: () => void = () => undefined;
  readonly #closed: Promise<void | Error>;
  #resolveClosed: (error?: Error) => void = () => undefined;

  constructor() {
    this.#closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
  }

  get isClosed(): boolean {
    return this.#done;
  }

  connect({ hostname, port }: Server, options: ConnectionOptions): Promise<void> {
    const { wire } = options as Partial<WireOptions>;
    const reader = new WireReader(wire?.taps ?? [], (bytes) => this.#take(bytes));
    const buffer = new Uint8Array(READ_BYTES);
    return new Promise((resolve, reject) => {
      let problem: Error | undefined;
      const socket = createConnection({
        host: hostname,
        port,
        noDelay: true,
        onread: {
          buffer,
          callback: (length) => {
            reader.read(buffer, length);
            // A server speaks first. One that closes before it has is dialled anew at once, not after the library's time.
            if (!this.#connected) takeOver();
            return true;
          },
        },
      });
      this.#socket = socket;
      const takeOver = (): void => {
        this.#connected = true;
        wire?.attach(this);
        resolve();
      };
      socket.once('connect', () => {
        if (isOwnEcho(socket)) socket.destroy();
      });
      socket.on('error', (error: NodeJS.ErrnoException) => {
        problem = error.code === 'ECONNREFUSED' ? new Error('connection refused', { cause: error }) : error;
      });
      socket.once('close', () => {
        reject(problem ?? new Error(`${hostname}:${port} closed the connection`));
        this.#end(problem);
      });
    });
  }

  async *[Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    while (!this.#done) {
      const chunks = this.#chunks;
      this.#chunks = [];
      yield* chunks;
      if (this.#chunks.length > 0) continue;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  isEncrypted(): boolean {
    return false;
  }

  send(frame: Uint8Array): void {
    if (!this.#done) this.writer.add(frame);
  }

  close(error?: Error): Promise<void> {
    if (this.#connected) this.#end(error);
    else this.discard();
    return Promise.resolve();
  }

  disconnect(): void {
    this.#end(undefined);
  }

  closed(): Promise<void | Error> {
    return this.#closed;
  }

  discard(): void {
    this.#done = true;
    this.#socket?.removeAllListeners();
    // A socket without this listener that fails while it is being torn down would take the process with it.
    this.#socket?.on('error', () => undefined);
    this.#socket?.destroy();
  }

  #take(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#wake();
  }

  #write(bytes: Uint8Array, written: () => void): void {
    // What a closed socket does not take is lost, as on any wire.
    if (!this.#done) this.#socket?.write(bytes, written);
  }

  #end(error: Error | undefined): void {
    if (!this.#connected || this.#done) return;
    if (error !== undefined) this.closeError = error;
    this.discard();
    this.#wake();
    this.#resolveClosed(this.closeError);
  }
}
