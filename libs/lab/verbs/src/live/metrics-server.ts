import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves GET /metrics on a free port of the loopback interface. What `page` throws is told with status 500. */
export async function serveMetrics(
  page: () => { readonly type: string; readonly text: string },
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    if (request.url?.split('?')[0] !== '/metrics') {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('expected /metrics\n');
      return;
    }
    try {
      const { type, text } = page();
      response.writeHead(200, { 'content-type': type }).end(text);
    } catch (error) {
      response.writeHead(500, { 'content-type': 'text/plain' }).end(`${String(error)}\n`);
    }
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', done);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
