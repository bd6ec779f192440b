import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LiveRuntime } from '@rehearsal/bus';
import type { Role } from '@rehearsal/kernel';
import { EXPOSITION_TYPE } from '@rehearsal/protocol';
import type { Metrics } from './metrics.js';

/** GET /health, /metrics and /counts on loopback. */
export class HttpEndpoint {
  readonly #runtime: LiveRuntime;
  readonly #role: Role;
  readonly #metrics: Metrics;
  readonly #server: Server;
  #stopping = false;

  constructor(runtime: LiveRuntime, role: Role, metrics: Metrics) {
    this.#runtime = runtime;
    this.#role = role;
    this.#metrics = metrics;
    this.#server = createServer((request, response) => {
      try {
        this.#answer(request, response);
      } catch (error) {
        // Whoever looks at a process must not end it.
        response.writeHead(500, { 'content-type': 'text/plain' }).end(`${String(error)}\n`);
      }
    });
  }

  /** Returns the port; 0 asks for any free one. */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
    return (this.#server.address() as AddressInfo).port;
  }

  /** From now on /health says that this process is going. */
  stopping(): void {
    this.#stopping = true;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url?.split('?')[0];
    if (path === '/health') this.#health(response);
    else if (path === '/metrics') {
      const text = this.#metrics.page();
      response.writeHead(200, { 'content-type': EXPOSITION_TYPE }).end(text);
    } else if (path === '/counts') {
      const text = JSON.stringify(this.#metrics.counts());
      response.writeHead(200, { 'content-type': 'application/json' }).end(text);
    } else {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('expected /health, /metrics or /counts\n');
    }
  }

  /** 200 while the bus is there, the log is heard and the role does its work; 503 else. */
  #health(response: ServerResponse): void {
    const { bus, consumers } = this.#runtime.health;
    const { ready, detail } = this.#role.health();
    const ok = bus === 'up' && consumers === 'live' && ready && !this.#stopping;
    const state = this.#stopping ? 'stopping' : ok ? 'ok' : 'not ready';
    const body = { state, bus, consumers, role: { ready, detail }, self: this.#runtime.self };
    response.writeHead(ok ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }
}
