import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '@rehearsal/lab-port/lab-error';
import type { UpReport, UpRequest } from '@rehearsal/verbs';
import { root } from './services.js';
import type { SupervisorRequest, SupervisorWord } from './supervisor-messages.js';

const SUPERVISOR = fileURLToPath(new URL('./supervise.js', import.meta.url));

/** What Node made of the code of a fabric's processes once, for all their starts. */
const COMPILED = join(root, 'node_modules', '.cache', 'node-compile');

/**
 * Starts a lab's supervisor as a session of its own, with files for a terminal, and waits until its fabric is
 * up. When this process is told to end before, so is the supervisor: what was begun is taken back.
 */
export async function bringUpSupervised(request: UpRequest, say: (line: string) => void): Promise<UpReport> {
  const startMs = performance.now();
  const runId = `${timeWord(new Date())}-${request.name ?? nameOf(request.fabric)}-${process.pid}`;
  const live = join(request.runsFolder, runId, 'live');
  mkdirSync(live, { recursive: true });
  const log = openSync(join(live, 'supervisor.log'), 'a');
  const whole: SupervisorRequest = { ...request, runId };
  const child = spawn(process.execPath, [SUPERVISOR, JSON.stringify(whole)], {
    detached: true,
    env: { ...process.env, NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? COMPILED },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const stop = (): void => void child.kill('SIGTERM');
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    const up = await new Promise<Omit<UpReport, 'pid' | 'tookMs'>>((done, failed) => {
      child.on('message', (word: SupervisorWord) => {
        if ('say' in word) say(word.say);
        else if ('up' in word) done(word.up);
        else failed(new LabError(word.failed.kind, word.failed.message, word.failed.remedy));
      });
      child.once('error', (error) => failed(new LabError('environment', error.message, 'Try again.')));
      child.once('exit', (code, signal) => {
        const what = `The fabric's process ended before the fabric was up (${signal ?? code}).`;
        failed(new LabError('environment', what, `See ${join(live, 'supervisor.log')}.`));
      });
    });
    return { ...up, pid: child.pid!, tookMs: Math.round(performance.now() - startMs) };
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
    child.removeAllListeners();
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/** `branch` of `examples/branch.fabric.yaml` */
function nameOf(path: string): string {
  return basename(path)
    .replace(/(\.fabric)?\.ya?ml$/, '')
    .replaceAll(/[^A-Za-z0-9-]+/g, '-');
}

function timeWord(now: Date): string {
  return now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
}
