import { describe, expect, it } from '@jest/globals';
import { Layout } from '../layout.js';
import { Ledger } from '../ledger/ledger.js';
import { TrafficSource } from '../traffic-source.js';
import { stepSide } from '../endpoints/steps.js';
import { areOver, flowOutcomeOf, outcomesOf } from './probe-outcomes.js';
import type { ProbeEnd } from './probe-order.js';
import { planOfFlow, planOfProbes, PROBE_SERVICES, probedService } from './probe-plan.js';
import { probeSums } from './probe-sums.js';
import type { ResolvedPlan } from '../workload/plan.js';

const POLICY_DROP = 1;
const end = (service: string, n: number, at = '1_01'): ProbeEnd => {
  return { service, client: 0x0a010000 + n, clientPort: 30_000, server: 0xc6120000 + n, at };
};
const PROBES = ['http', 'dns', 'ssh'].flatMap((service, i) => [end(service, i, '1_03'), end(service, i + 10, '1_04')]);

/** A fabric that answers at once what `passes`, and drops the rest by its policy. */
function carriedOut(plan: ResolvedPlan, passes: (connection: number, nowMs: number) => boolean, forMs: number) {
  const layout = new Layout(plan, []);
  const ledger = new Ledger({
    connections: layout.connections,
    capacity: 2 ** 12,
    startMs: 0,
    builtRight: layout.workload.size,
    reasonName: (code) => (code === POLICY_DROP ? 'policy_drop' : 'lost'),
    isLoss: (code) => code >= 64,
  });
  const [words, tuples] = [new Int32Array(512), new Set<string>()];
  const bytes = new Uint8Array(words.buffer);
  let nowMs = 0;
  const source: TrafficSource = new TrafficSource(layout, ledger, (connection, step) => {
    tuples.add(layout.tuple(connection));
    const lenBytes = source.build(connection, step, words, bytes);
    const tag = ledger.send(connection, stepSide(step), step, 0, words, 0, lenBytes, nowMs);
    if (!passes(connection, nowMs)) return void ledger.judge(tag, POLICY_DROP, nowMs);
    ledger.deliver(tag, words, 0, lenBytes, nowMs);
    source.arrived(connection, step, nowMs);
  });
  const until = (ms: number): void => {
    while (nowMs < ms) source.advance(1, ++nowMs);
  };
  until(forMs);
  return { ledger, source, layout, until, tuples };
}

describe('a round of probes', () => {
  it('connects, asks once, is answered and closes, between the hosts that were named', () => {
    const { ledger, tuples } = carriedOut(planOfProbes(1, PROBES), () => true, 2_000);
    expect(areOver(ledger)).toBe(true);
    expect(outcomesOf(ledger, PROBES)).toEqual(
      ['http', 'dns', 'ssh'].map((service) => {
        return { service, asked: 2, answered: 2, slowestMs: expect.any(Number), unansweredAt: [], reason: '' };
      }),
    );
    expect([...tuples].sort()).toEqual([
      '10.1.0.0:30000>198.18.0.0:80/tcp',
      '10.1.0.10:30000>198.18.0.10:80/tcp',
      '10.1.0.11:30000>198.18.0.11:53/udp',
      '10.1.0.12:30000>198.18.0.12:22/tcp',
      '10.1.0.1:30000>198.18.0.1:53/udp',
      '10.1.0.2:30000>198.18.0.2:22/tcp',
    ]);
    // Handshake, question, answer and close; of dns the question and the answer.
    expect(probeSums([ledger])).toMatchObject({ sent: 2 * (9 + 2 + 9), delivered: 40, dropped: {}, lost: {} });
  });

  it('gives up within six seconds what is not answered, and says at whom and why', () => {
    const isNoSsh = (c: number): boolean => PROBES[c]?.service !== 'ssh';
    const { ledger } = carriedOut(planOfProbes(1, PROBES), isNoSsh, 6_000);
    expect(areOver(ledger)).toBe(true);
    const [http, dns, ssh] = outcomesOf(ledger, PROBES);
    expect([http?.answered, dns?.answered]).toEqual([2, 2]);
    expect(ssh).toEqual({
      service: 'ssh',
      asked: 2,
      answered: 0,
      slowestMs: 0,
      unansweredAt: ['1_03', '1_04'],
      reason: 'policy_drop',
    });
  });

  it('is not over while one of them waits', () => {
    const { ledger, until } = carriedOut(planOfProbes(1, PROBES), (c) => c !== 5, 3_000);
    expect(areOver(ledger)).toBe(false);
    until(6_000);
    expect(areOver(ledger)).toBe(true);
    expect(outcomesOf(ledger, PROBES)[2]).toMatchObject({ answered: 1, unansweredAt: ['1_04'] });
  });

  it('can be of every service that asks and is answered over one connection, and of no other', () => {
    expect(PROBE_SERVICES).toEqual(['https', 'http', 'ssh', 'smtp', 'sql', 'rdp', 'dns', 'ntp', 'quic']);
    expect(['http', 'dns', 'ssh'].map(probedService)).toEqual([
      { port: 80, transport: 'tcp' },
      { port: 53, transport: 'udp' },
      { port: 22, transport: 'tcp' },
    ]);
  });
});

describe('a connection that is kept open', () => {
  const FLOW = end('ssh', 1, '1_03');

  it('asks once a second, and closes when it is told to', () => {
    const { ledger, source, until } = carriedOut(planOfFlow(1, FLOW), () => true, 60_000);
    expect(flowOutcomeOf(ledger, FLOW, 60_000)).toEqual({
      service: 'ssh',
      at: '1_03',
      openMs: expect.any(Number),
      silentMs: 0,
      reason: '',
    });
    const exchanges = (ledger.sent - 3) / 3;
    expect(Math.abs(exchanges - 60)).toBeLessThan(2);
    source.drain(60_000);
    until(60_100);
    expect([source.finished, areOver(ledger)]).toEqual([true, true]);
  });

  it('is silent from when it has waited for an answer, for what its packets met since, and outlives an outage', () => {
    const isOut = (nowMs: number): boolean => nowMs > 10_500 && nowMs < 70_000;
    const { ledger, until } = carriedOut(planOfFlow(1, FLOW), (_, nowMs) => !isOut(nowMs), 20_000);
    const { silentMs, reason } = flowOutcomeOf(ledger, FLOW, 20_000);
    expect([silentMs > 8_000, silentMs < 10_000, reason]).toEqual([true, true, 'policy_drop']);
    until(80_000);
    expect(flowOutcomeOf(ledger, FLOW, 80_000)).toMatchObject({ silentMs: 0, reason: '' });
  });
});

describe('tags of several ledgers', () => {
  it('wrap each within its own', () => {
    const ledger = (firstTag: number): Ledger =>
      new Ledger({
        connections: 1,
        capacity: 2,
        startMs: 0,
        firstTag,
        tagBits: 2,
        reasonName: String,
        isLoss: () => false,
      });
    const packet = new Int32Array([0x45, 0, 0, 0, 0]);
    const taken = (of: Ledger): number[] => Array.from({ length: 6 }, () => of.send(0, 0, 0, 0, packet, 0, 20, 0));
    expect(taken(ledger(1))).toEqual([1, 2, 3, 0, 1, 2]);
    expect(taken(ledger(0x8000_0006))).toEqual([6, 7, 4, 5, 6, 7].map((tag) => 0x8000_0000 + tag));
  });

  it('tell an older packet from a newer one over a wrap, too', () => {
    const ledger = new Ledger({
      connections: 1,
      capacity: 4,
      startMs: 0,
      firstTag: 0x8000_0007,
      tagBits: 3,
      reasonName: String,
      isLoss: () => false,
    });
    const packet = new Int32Array([0x45, 0, 0, 0, 0]);
    const [first, second] = [0, 0].map(() => ledger.send(0, 0, 0, 0, packet, 0, 20, 0)) as [number, number];
    expect([first, second]).toEqual([0x8000_0007, 0x8000_0000]);
    ledger.deliver(second, packet, 0, 20, 1);
    expect(ledger.reordered).toBe(0);
    ledger.deliver(first, packet, 0, 20, 1);
    expect(ledger.reordered).toBe(1);
  });
});
