import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sha256Hex } from '@rehearsal/kernel';
import type { FabricPlan, Lab } from '@rehearsal/lab-port';
import type { ConnectionRow, TrafficPlan } from '@rehearsal/traffic';
import { awaitTrafficEnd, bringUp } from './phases.js';
import { Traffic } from './traffic.js';

/** What a control run is a run of. Equal requests have equal answers. */
export interface ControlRequest {
  readonly plan: FabricPlan;
  readonly traffic: TrafficPlan;
  /** SHA-256 (hex) of each capture. */
  readonly captures: readonly string[];
  /** Changes with the code, so that an answer of other code is not used. */
  readonly code: string;
  readonly finishMs: number;
}

/**
 * Runs the same traffic through the same fabric without faults, in the simulator, and gives the
 * account of every connection. What a run with faults counts differently, the faults have to explain.
 */
export async function controlRun(request: ControlRequest, makeLab: () => Promise<Lab>): Promise<ConnectionRow[]> {
  const lab = await makeLab();
  try {
    await bringUp(lab, () => {});
    const traffic = new Traffic(lab);
    await traffic.start(request.traffic);
    await awaitTrafficEnd(lab, traffic, request.finishMs, () => {});
    return await traffic.connections();
  } finally {
    await lab.down();
  }
}

/** Keeps what control runs found, in a folder, since every run of one experiment asks for the same. */
export class ControlCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async rows(request: ControlRequest, run: () => Promise<ConnectionRow[]>): Promise<ConnectionRow[]> {
    const key = sha256Hex(new TextEncoder().encode(JSON.stringify(request))).slice(0, 32);
    const path = join(this.#folder, `${key}.json`);
    if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as ConnectionRow[];
    const rows = await run();
    mkdirSync(dirname(path), { recursive: true });
    // Another process may look for it meanwhile: it is there whole or not at all.
    writeFileSync(`${path}.${process.pid}`, JSON.stringify(rows));
    renameSync(`${path}.${process.pid}`, path);
    return rows;
  }
}
