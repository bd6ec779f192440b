import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresServer } from '@rehearsal/archive/testing';

/* Where benchmarks of the archive have it: on a server of their own, or in a folder. */

/** @template T @param {(server: PostgresServer) => Promise<T>} work */
export async function onServer(work) {
  const server = await PostgresServer.start();
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

/** @template T @param {(dir: string) => Promise<T>} work */
export async function inFolder(work) {
  const dir = mkdtempSync(join(tmpdir(), 'rehearsal-bench-'));
  try {
    return await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
