import { describe, expect, it } from '@jest/globals';
import { fileURLToPath } from 'node:url';
import { PROTO_TCP, PROTO_UDP, Steering, type Mode } from '@rehearsal/dataplane';
import { loadFabric } from '@rehearsal/fabric';
import type { FabricPlan } from '@rehearsal/lab-port';
import { Placing } from './placing.js';
import { Spreads, type Spread } from './spreads.js';

const FABRIC = fileURLToPath(new URL('../../../examples/fabrics/single-site.fabric.yaml', import.meta.url));
const [CLIENT, SERVER, HIDE] = [0x0a010005, 0xcb007107 | 0, 0xcb007101 | 0];

const RULES = {
  rules: [
    { name: 'mail', service: 'smtp', action: 'accept', sync: 'strict' },
    { name: 'shell', service: 'ssh', action: 'accept', sync: 'delayed' },
    { name: 'databases', service: 'mssql', action: 'accept', sync: 'never' },
    { name: 'names of one host', source: '10.1.0.6', service: 'dns', action: 'accept', sync: 'strict' },
    { name: 'others', action: 'accept' },
  ],
};

function placingOf(inside: Mode, outside: Mode, overrides: Record<string, unknown> = {}, change?: Spread) {
  const all = { 'dist.l4': true, 'sync.policy': 'delayed', 'sync.never': 'dns', ...overrides };
  const plan = loadFabric(FABRIC, { overrides: all });
  const interfaces = plan.securityGroup.interfaces.map((i) => ({
    ...i,
    distribution: i.name === 'inside' ? inside : outside,
  }));
  const changed: FabricPlan = {
    ...plan,
    policy: RULES,
    securityGroup: { ...plan.securityGroup, interfaces },
  };
  const steering = new Steering({ slots: 512, l4: true, modes: [inside, outside], gtp: 'outer' });
  const spreads = change === undefined ? undefined : [...new Spreads(changed).all, change];
  return { placing: new Placing(changed, changed.settings, spreads), steering };
}

const inside = (tuple: string, seenAs: string | null = null) => ({ tuple, from: 'inside' as const, seenAs });
const outside = (tuple: string) => ({ tuple, from: 'outside' as const, seenAs: null });

describe('how a connection is copied', () => {
  const { placing } = placingOf('general', 'general');
  it.each([
    ['by its rule', '10.1.0.5:4000>203.0.113.7:25/tcp', 'strict'],
    ['by its rule', '10.1.0.5:4000>203.0.113.7:22/tcp', 'delayed'],
    ['by its rule', '10.1.0.5:4000>203.0.113.7:1433/tcp', 'never'],
    ['by its rule, whatever its service', '10.1.0.6:4000>203.0.113.7:53/udp', 'strict'],
    ['by its service, where its rule says nothing', '10.1.0.5:4000>203.0.113.7:53/udp', 'never'],
    ['by the setting, where neither says anything', '10.1.0.5:4000>203.0.113.7:443/tcp', 'delayed'],
    ['by the setting, its port being the client’s', '10.1.0.5:53>203.0.113.7:443/tcp', 'delayed'],
  ])('%s: %s', (_why, tuple, copied) => {
    expect(placing.placeOf(inside(tuple), undefined).copied).toBe(copied);
  });
});

describe('the slot of a connection', () => {
  it.each([
    ['user', 'network'],
    ['general', 'general'],
  ] as const)('is where its first packet is steered, by %s and %s', (ofInside, ofOutside) => {
    const { placing, steering } = placingOf(ofInside, ofOutside);
    const found = [
      inside('10.1.0.5:4000>203.0.113.7:443/tcp'),
      inside('10.1.0.5:4000>203.0.113.7:53/udp'),
      inside('10.1.0.5:77>203.0.113.7:0/icmp'),
      inside('10.1.0.5:4000>203.0.113.7:9/ip-50'),
      inside('10.1.0.5>203.0.113.7/ip-47'),
      outside('203.0.113.7:4000>10.1.0.5:25/tcp'),
    ].map((row) => placing.slotOf(row));
    expect(found).toEqual([
      steering.slotOf(0, CLIENT, SERVER, 4000, 443, PROTO_TCP),
      steering.slotOf(0, CLIENT, SERVER, 4000, 53, PROTO_UDP),
      steering.slotOf(0, CLIENT, SERVER, 77, 77, 1),
      steering.slotOf(0, CLIENT, SERVER, 0, 0, 50),
      steering.slotOf(0, CLIENT, SERVER, 0, 0, 47),
      steering.slotOf(1, SERVER, CLIENT, 4000, 25, PROTO_TCP),
    ]);
  });

  it('is -1 for text that names none', () => {
    const { placing } = placingOf('general', 'general');
    const texts = ['a.pcap#0 odd packets', '10.1.0.5:1>10.1.0.6:2/quic', ''];
    expect(texts.map((text) => placing.slotOf(inside(text)))).toEqual([-1, -1, -1]);
  });
});

describe('where a connection is held', () => {
  const tuple = '10.1.0.5:4000>203.0.113.7:443/tcp';

  it('is one slot where both legs come in by it', () => {
    const { placing, steering } = placingOf('user', 'network');
    const home = steering.slotOf(0, CLIENT, SERVER, 4000, 443, PROTO_TCP);
    expect(placing.placeOf(inside(tuple), undefined)).toEqual({ home, entries: [], copied: 'delayed' });
  });

  it('is the slot of the first packet, with an entry where interfaces steer answers elsewhere', () => {
    const { placing, steering } = placingOf('user', 'user');
    const home = steering.slotOf(0, CLIENT, SERVER, 4000, 443, PROTO_TCP);
    const answers = steering.slotOf(1, SERVER, CLIENT, 443, 4000, PROTO_TCP);
    expect(answers).not.toBe(home);
    expect(placing.placeOf(inside(tuple), undefined)).toEqual({ home, entries: [answers], copied: 'immediate' });
    const strict = placing.placeOf(inside('10.1.0.5:4000>203.0.113.7:25/tcp'), undefined);
    expect([strict.entries.length, strict.copied]).toEqual([1, 'strict']);
  });

  it('has its entry where answers to the ends that the server sees come in', () => {
    const { placing, steering } = placingOf('user', 'network');
    const home = steering.slotOf(0, CLIENT, SERVER, 4000, 443, PROTO_TCP);
    const answers = steering.slotOf(1, SERVER, HIDE, 443, 10_007, PROTO_TCP);
    expect(answers).not.toBe(home);
    const seenAs = '203.0.113.1:10007>203.0.113.7:443';
    const place = placing.placeOf(inside(tuple, seenAs), undefined);
    expect(place).toEqual({ home, entries: [answers], copied: 'immediate' });
  });

  it('begins at the side of its client', () => {
    const { placing, steering } = placingOf('user', 'user');
    const place = placing.placeOf(outside('203.0.113.7:4000>10.1.0.5:443/tcp'), undefined);
    expect(place.home).toBe(steering.slotOf(1, SERVER, CLIENT, 4000, 443, PROTO_TCP));
    expect(place.entries).toEqual([steering.slotOf(0, CLIENT, SERVER, 443, 4000, PROTO_TCP)]);
  });

  it('is with the control connection that announced it, with an entry where it comes in', () => {
    const { placing, steering } = placingOf('general', 'general');
    const control = inside('10.1.0.5:4000>203.0.113.7:21/tcp');
    const active = outside('203.0.113.7:20>10.1.0.5:12000/tcp');
    const home = steering.slotOf(0, CLIENT, SERVER, 4000, 21, PROTO_TCP);
    const cameIn = steering.slotOf(1, SERVER, CLIENT, 20, 12_000, PROTO_TCP);
    expect(cameIn).not.toBe(home);
    expect(placing.placeOf(active, control)).toEqual({ home, entries: [cameIn], copied: 'immediate' });
    const call = inside('10.1.0.5:5060>203.0.113.7:5060/udp');
    const media = inside('10.1.0.5:12000>203.0.113.7:40000/udp');
    expect(placing.placeOf(media, call).home).toBe(steering.slotOf(0, CLIENT, SERVER, 5060, 5060, PROTO_UDP));
  });

  it('is its own where the connection it follows from announces nothing', () => {
    const { placing, steering } = placingOf('general', 'general');
    const ike = inside('10.1.0.5:500>203.0.113.7:500/udp');
    const esp = inside('10.1.0.5:0>203.0.113.7:0/ip-50');
    expect(placing.placeOf(esp, ike).home).toBe(steering.slotOf(0, CLIENT, SERVER, 0, 0, 50));
  });

  it('is nowhere for packets without a connection, and for what runs within a tunnel', () => {
    const { placing } = placingOf('general', 'general', { 'dist.gtp': 'inner' });
    expect(placing.placeOf(inside('a.pcap#0 odd packets'), undefined)).toEqual({ home: -1, entries: [], copied: null });
    const tunnel = placing.placeOf(inside('10.1.0.5:2152>203.0.113.7:2152/udp'), undefined);
    expect([tunnel.home, tunnel.entries]).toEqual([-1, []]);
  });
});

describe('a connection of a run whose distribution changed', () => {
  const CHANGE = { inside: 'user', outside: 'user', closedMs: 10_000, fromMs: 10_100 } as const;
  const { placing, steering } = placingOf('general', 'general', {}, CHANGE);
  const next = new Steering({ slots: 512, l4: true, modes: ['user', 'user'], gtp: 'outer' });
  const at = (openedMs: number, resent = 0) => ({ ...inside('10.1.0.5:4000>203.0.113.7:443/tcp'), openedMs, resent });
  const before = steering.slotOf(0, CLIENT, SERVER, 4000, 443, PROTO_TCP);
  const [asked, answered] = [
    next.slotOf(0, CLIENT, SERVER, 4000, 443, PROTO_TCP),
    next.slotOf(1, SERVER, CLIENT, 443, 4000, PROTO_TCP),
  ];

  it('has its home where it began, and entries by the time that is asked for', () => {
    expect(placing.placeOf(at(5_000), undefined, 6_000)).toEqual({ home: before, entries: [], copied: 'delayed' });
    const later = { home: before, entries: [asked, answered], copied: 'immediate' };
    expect(placing.placeOf(at(5_000), undefined, 20_000)).toEqual(later);
    expect(placing.placeOf(at(5_000), undefined)).toEqual(later);
    expect(placing.placeOf(at(15_000), undefined, 20_000)).toEqual({
      home: asked,
      entries: [answered],
      copied: 'immediate',
    });
  });

  it('has none of what came after it had ended, wherever it had to begin again', () => {
    const ended = { home: before, entries: [], copied: 'delayed' };
    expect(placing.placeOf({ ...at(5_000), closedMs: 6_000 }, undefined)).toEqual(ended);
    expect(placing.placeOf({ ...at(5_000, 1), closedMs: 6_000 }, undefined)).toEqual(ended);
  });

  it('may be copied or not while it changes, and may have two homes where it began then, or had to begin again', () => {
    expect(placing.placeOf(at(5_000), undefined, 10_050)).toEqual({
      home: before,
      entries: [asked, answered],
      copied: null,
    });
    const unsure = { home: before, entries: [asked, answered], mayBeHome: [asked], copied: null };
    expect(placing.placeOf(at(9_950), undefined, 20_000)).toEqual(unsure);
    expect(placing.placeOf(at(5_000, 1), undefined, 20_000)).toEqual(unsure);
  });
});
