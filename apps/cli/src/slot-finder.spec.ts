import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Steering } from '@rehearsal/dataplane';
import { loadFabric } from '@rehearsal/fabric';
import { SlotFinder } from './history.js';

const FABRIC = fileURLToPath(new URL('../../../examples/fabrics/single-site.fabric.yaml', import.meta.url));
const [CLIENT, SERVER] = [0x0a010005, 0xcb007107 | 0];

describe('the slot of a tuple', () => {
  it.each(['vendor', 'lossless'] as const)('is where its first packet is steered, in the %s profile', (profile) => {
    const plan = loadFabric(FABRIC, { profile, overrides: { 'dist.l4': true } });
    const finder = new SlotFinder(plan, plan.settings);
    const modes = profile === 'vendor' ? (['user', 'network'] as const) : (['general', 'general'] as const);
    const steering = new Steering({ slots: 512, l4: true, modes, gtp: 'outer' });
    const found = [
      '10.1.0.5:4000>203.0.113.7:443/tcp',
      '10.1.0.5:4000>203.0.113.7:53/udp',
      '10.1.0.5:77>203.0.113.7:0/icmp',
      '10.1.0.5:4000>203.0.113.7:9/ip-50',
      '10.1.0.5>203.0.113.7/ip-47',
      '203.0.113.7:4000>10.1.0.5:25/tcp',
    ].map((tuple) => finder.slotOf(tuple));
    expect(found).toEqual([
      steering.slotOf(0, CLIENT, SERVER, 4000, 443, 6),
      steering.slotOf(0, CLIENT, SERVER, 4000, 53, 17),
      steering.slotOf(0, CLIENT, SERVER, 77, 77, 1),
      steering.slotOf(0, CLIENT, SERVER, 0, 0, 50),
      steering.slotOf(0, CLIENT, SERVER, 0, 0, 47),
      steering.slotOf(1, SERVER, CLIENT, 4000, 25, 6),
    ]);
  });

  it('is -1 for text that names none', () => {
    const plan = loadFabric(FABRIC, {});
    const finder = new SlotFinder(plan, plan.settings);
    expect(['a.pcap#0 odd packets', '10.1.0.5:1>10.1.0.6:2/quic', ''].map((t) => finder.slotOf(t))).toEqual([
      -1, -1, -1,
    ]);
  });
});
