import { describe, expect, it } from '@jest/globals';
import { resolvePlan } from './plan.js';
import { SERVICES } from './services.js';
import { Workload } from './workload.js';

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

  it('lays out what follows from a service behind those that connections begin with', () => {
    const reply = resolvePlan({ connections: 3, exchanges: 4, mix: { ftp: 1, ipsec: 1, 'inbound-https': 1 } });
    if (!reply.ok) throw new Error(reply.problems.join());
    expect(reply.plan.services.map((s) => [s.name, s.weight, s.from, s.followers.length])).toEqual([
      ['ftp', 1, 'inside', 4],
      ['ipsec', 1, 'inside', 1],
      ['inbound-https', 1, 'outside', 0],
      ['ftp-data', 0, 'inside', 0],
      ['ftp-data', 0, 'outside', 0],
      ['ftp-data', 0, 'inside', 0],
      ['ftp-data', 0, 'outside', 0],
      ['ipsec-esp', 0, 'inside', 0],
    ]);
    const workload = new Workload(reply.plan);
    expect(Array.from({ length: workload.size }, (_, c) => workload.serviceOf(c).name)).toEqual([
      'ftp',
      'ipsec',
      'inbound-https',
      'ftp-data',
      'ftp-data',
      'ftp-data',
      'ftp-data',
      'ipsec-esp',
    ]);
    expect([...workload.parent]).toEqual([-1, -1, -1, 0, 0, 0, 0, 1]);
    // A server of FTP begins its data connections from port 20, at the address and port its client told it.
    expect(workload.tuple(4)).toMatch(/:20>10\.1\.\d+\.\d+:\d+\/tcp$/);
    expect(workload.tuple(1).replace(/^.*>/, '')).toMatch(/:500\/udp$/);
    expect(workload.tuple(7)).toBe(workload.tuple(1).replaceAll(':500', ':0').replace('udp', 'ip-50'));
  });

  it('has as many different servers as it is told, and one of its own for each connection without ports', () => {
    const servers = (plan: object): number => {
      const reply = resolvePlan({ connections: 2000, exchanges: 1, ...plan });
      if (!reply.ok) throw new Error(reply.problems.join());
      return new Set(new Workload(reply.plan).serverAddress).size;
    };
    expect(servers({})).toBe(256);
    expect(servers({ addresses: { serverCount: 3 } })).toBe(3);
    expect(servers({ mix: { gre: 1 }, addresses: { serverCount: 3 } })).toBe(2000);
  });

  it('gives every connection endpoints of its own, whatever the mix', () => {
    const mix = Object.fromEntries(
      Object.keys(SERVICES).flatMap((name) => [
        [name, 1],
        [`inbound-${name}`, 1],
      ]),
    );
    const reply = resolvePlan({ connections: 3000, exchanges: 1, mix, addresses: { clients: '10.1.0.0/24' } });
    if (!reply.ok) throw new Error(reply.problems.join());
    const workload = new Workload(reply.plan);
    const tuples = Array.from({ length: workload.size }, (_, c) => c)
      .filter((c) => workload.serviceOf(c).shape !== 'gtp-u' || workload.parent[c] < 0)
      .map((c) => workload.tuple(c));
    expect(tuples.length - new Set(tuples).size).toBe(0);
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
