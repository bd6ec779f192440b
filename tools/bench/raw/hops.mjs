import { measureCores } from '../live/usage.mjs';
import { withRawNet } from './net.mjs';

const RELAYS = 2;
const WORKERS = 4;
/** Enough to keep every process busy, few enough that no queue grows. */
const UNDER_WAY = 128;

/**
 * Frames a second through the hops of the fabric without the fabric: source, relay, worker, relay, sink, and one delta
 * from worker to worker for each frame. As many processes as the fabric has on the way of a packet. Without `everyMs` as
 * many as go, with it two in that time.
 * @param {{frameBytes: number, deltaBytes: number, everyMs?: number, warmMs: number, measureMs: number}} load
 */
export function rawHops({ frameBytes, deltaBytes, everyMs, warmMs, measureMs }) {
  return withRawNet(async (net) => {
    const relays = [];
    for (let id = 0; id < RELAYS; id++) relays.push(await net.ready('relay', { id, workers: WORKERS }));
    const workers = [];
    for (let id = 0; id < WORKERS; id++) workers.push(await net.ready('worker', { id, partner: id ^ 1, deltaBytes }));
    const pace = everyMs === undefined ? { underWay: UNDER_WAY } : { everyMs };
    const source = net.run('source', { relays: RELAYS, frameBytes, ...pace, warmMs, measureMs });
    await source.next();
    const pids = {
      outside: [source.pid],
      orchestrators: relays.map((r) => r.pid),
      members: workers.map((w) => w.pid),
      bus: [net.busPid],
    };
    const used = measureCores(pids);
    const { frames, ms } = await source.next();
    return { framesPerSec: (frames * 1000) / ms, ...used() };
  });
}
