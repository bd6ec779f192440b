import { describe, expect, it } from '@jest/globals';
import { PROBE_SUBJECT } from '@rehearsal/protocol';
import type { Applications } from '@rehearsal/traffic';
import { EchoFabric } from './testing/echo-fabric.js';

const PLAN = { connections: 10, packetsPerSec: 500, durationMs: 10_000, mix: { https: 80, dns: 20 } };

function faring(fabric: EchoFabric, forMs: number): Applications {
  return fabric.question(PROBE_SUBJECT, { forMs }) as Applications;
}

describe('how applications fare through the fabric', () => {
  it('is nothing to speak of before there are any', () => {
    expect(faring(new EchoFabric(), 1000)).toEqual({ forMs: 1000, services: [], longest: null });
  });

  it('is told by service, and of the longest connection over TCP', () => {
    const fabric = new EchoFabric();
    fabric.run(500);
    fabric.ask('start', { plan: PLAN });
    fabric.run(3000);
    const { services, longest } = faring(fabric, 2000);
    expect(services).toEqual([
      { service: 'dns', open: 2, answered: 2, stuck: 0 },
      { service: 'https', open: 8, answered: 8, stuck: 0 },
    ]);
    expect(longest).toMatchObject({ service: 'https', answered: true });
    expect(longest?.openMs).toBeGreaterThan(2000);
  });

  it('shows who waits in vain, once nothing comes through any more', () => {
    const fabric = new EchoFabric();
    fabric.run(500);
    fabric.ask('start', { plan: PLAN });
    fabric.run(3000);
    fabric.kill('1_1');
    fabric.kill('1_2');
    fabric.run(5000);
    const { services } = faring(fabric, 1000);
    expect(services.map((s) => s.answered)).toEqual([0, 0]);
    expect(services.reduce((sum, s) => sum + s.stuck, 0)).toBeGreaterThan(0);
  });
});
