import { LogWriter } from '@rehearsal/archive/testing';
import { LiveRuntime, readSeed } from '@rehearsal/bus';

/* One writer of a log, in a process of its own as deciders are. Its one argument says what it writes, as JSON. */

const STEP_MS = 5;

/** @type {{natsUrl: string, seedFile: string, id: string, group: string, streams: number, commits: number, perSec: number | null}} `perSec` null: as fast as it goes */
const { natsUrl, seedFile, id, group, streams, commits, perSec } = JSON.parse(process.argv[2] ?? '');
const runtime = await LiveRuntime.connect({
  self: { fabric: 'bench', site: 1, role: 'orchestrator', id, incarnation: 1 },
  natsUrl,
  nkeySeed: readSeed(seedFile),
  fatal: (code, fields) => {
    throw new Error(`${code} ${JSON.stringify(fields)}`);
  },
});
const writer = new LogWriter(runtime, streams, group);
const start = performance.now();
while (writer.written < commits) {
  const due = perSec === null ? commits : Math.min(commits, Math.ceil(((performance.now() - start) / 1_000) * perSec));
  if (due > writer.written) await writer.write(due - writer.written);
  await new Promise((resolve) => setTimeout(resolve, STEP_MS));
}
const tookMs = performance.now() - start;
await runtime.drain();
process.send?.({ written: writer.written, tookMs }, () => process.disconnect());
