import { describe, expect, it } from '@jest/globals';
import { resolvePlan } from './plan.js';

describe('a traffic plan', () => {
  it('has a default for everything', () => {
    expect(resolvePlan({})).toMatchObject({
      ok: true,
      plan: { seed: 1, concurrent: 1000, total: 1000, packetsPerSec: 5000, durationMs: 20_000, exchanges: 0 },
    });
  });

  it('takes the traffic section of a fabric file as it is', () => {
    const reply = resolvePlan({ connections: 2000, packetsPerSec: 20_000, mix: { https: 80, ssh: 5, dns: 15 } });
    expect(reply).toMatchObject({ ok: true, plan: { concurrent: 2000, total: 2000 } });
    if (reply.ok)
      expect(reply.plan.services.map((s) => [s.name, s.weight])).toEqual([
        ['https', 80],
        ['ssh', 5],
        ['dns', 15],
      ]);
  });

  it('takes captures alone, and then generates nothing', () => {
    expect(resolvePlan({ captures: [{ name: 'a', repeats: 3 }] })).toMatchObject({
      ok: true,
      plan: { total: 0, captures: [{ name: 'a', repeats: 3, parallel: 1, speedPercent: 100, packetsPerSec: 0 }] },
    });
  });

  it('takes services of its own', () => {
    const own = { transport: 'tcp', port: 8080, requestBytes: 64, responseBytes: 4000 };
    const reply = resolvePlan({ mix: { shop: 1 }, services: { shop: own } });
    expect(reply).toMatchObject({ ok: true, plan: { services: [{ ...own, name: 'shop', segmentBytes: 1400 }] } });
  });

  it.each([
    [
      { mix: { htps: 1 } },
      /^traffic plan at mix.htps: no such service; describe it under services, or use one of https, /,
    ],
    [{ mix: { https: 0 } }, /every weight is 0/],
    [{ connexions: 3 }, /^traffic plan: Unrecognized key: "connexions"/],
    [{ connections: { concurrent: 5, total: 3 } }, /at connections: 5 at once of 3 in all; raise total/],
    [{ durationMs: 10, exchanges: 3 }, /durationMs and exchanges exclude each other/],
    [{ connections: 0 }, /no connections and no captures/],
    [{ packetsPerSec: 0.5 }, /^traffic plan at packetsPerSec: /],
    [
      { captures: [{ name: 'a', speedPercent: 100, packetsPerSec: 5 }] },
      /at captures.0: speedPercent and packetsPerSec exclude/,
    ],
    [
      { addresses: { clients: '10.1.0.0' } },
      /at addresses.clients: 10.1.0.0 is not a range of addresses; write it as 10.1.0.0\/16/,
    ],
    [{ addresses: { servers: '10.1.0.300/24' } }, /at addresses.servers: /],
  ])('refuses %j and says why', (plan, problem) => {
    const reply = resolvePlan(plan);
    expect(reply.ok ? [] : reply.problems).toEqual([expect.stringMatching(problem)]);
  });
});
