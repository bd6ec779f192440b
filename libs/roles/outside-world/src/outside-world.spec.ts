import { describe, expect, it } from '@jest/globals';
import { LINK, UDP_PAYLOAD_AT, writePcap, writeUdp } from '@rehearsal/packets';
import { REASONS } from '@rehearsal/protocol';
import type { ConnectionRow, LedgerSummary } from '@rehearsal/traffic';
import { compareWithControl } from '@rehearsal/traffic';
import { EchoFabric } from './testing/echo-fabric.js';

const PLAN = { connections: 40, packetsPerSec: 2000, durationMs: 2000, mix: { https: 3, dns: 1 } };
const NOTHING = -1;

function begun(options: ConstructorParameters<typeof EchoFabric>[0] = {}, plan: object = PLAN): EchoFabric {
  const fabric = new EchoFabric(options);
  fabric.run(20);
  fabric.tell('start', { plan });
  return fabric;
}

const ledgerOf = (fabric: EchoFabric) => fabric.tell('ledger') as unknown as LedgerSummary;
const rowsOf = (fabric: EchoFabric, mark?: string) =>
  (fabric.tell('connections', mark === undefined ? {} : { mark }) as unknown as { rows: ConnectionRow[] }).rows;
const stateOf = (fabric: EchoFabric) => fabric.tell('status')['state'];

describe('the outside world', () => {
  it('carries a plan out, and accounts for every packet', () => {
    const fabric = begun();
    expect(fabric.tell('status')).toMatchObject({ state: 'RUNNING', ready: true });
    const body = fabric.tell('finish', { deadlineMs: 10_000 }, 10_000);
    expect(body).toMatchObject({ settled: true, outstanding: 0, connections: 0 });
    const planned = fabric.tell('status')['packetsPlanned'];
    expect(ledgerOf(fabric)).toMatchObject({
      sent: planned,
      delivered: planned,
      unexplained: 0,
      resent: 0,
      reordered: 0,
      balanced: true,
      connections: { total: 40, done: 40, lost: 0 },
    });
    expect(stateOf(fabric)).toBe('FINISHED');
  });

  it('spreads connections over the orchestrators that are ready, both directions of each on one', () => {
    const fabric = begun();
    fabric.run(3000);
    const via = rowsOf(fabric).map((r) => r.via);
    expect(via.filter((id) => id === '1_1').length).toBeGreaterThan(10);
    expect(via.filter((id) => id === '1_2').length).toBeGreaterThan(10);
    const both = [...fabric.orchestrators.values()].reduce((n, o) => n + o.taken.length, 0);
    expect(both).toBe(ledgerOf(fabric).sent);
  });

  it('waits with its plan until an orchestrator is ready', () => {
    const fabric = new EchoFabric();
    for (const o of fabric.orchestrators.values()) o.ready = false;
    fabric.run(20);
    fabric.tell('start', { plan: PLAN });
    fabric.run(500);
    expect(fabric.tell('status')).toMatchObject({ state: 'RUNNING', ready: false, packets: { sent: 0 } });
    fabric.orchestrator('1_2').ready = true;
    fabric.run(200);
    // At the plan's rate from now on: what was not sent is not made up for.
    expect(ledgerOf(fabric).sent).toBeGreaterThan(100);
    expect(ledgerOf(fabric).sent).toBeLessThan(500);
    fabric.tell('finish', { deadlineMs: 5000 }, 5000);
    expect(new Set(rowsOf(fabric).map((r) => r.via))).toEqual(new Set(['1_2']));
    expect(ledgerOf(fabric)).toMatchObject({ connections: { done: 40 }, lost: {} });
  });

  it('carries its plan out faster or slower when told to, with the same connections and timeouts', () => {
    const fabric = begun({}, { ...PLAN, connections: 100, packetsPerSec: 1000, durationMs: 60_000 });
    const sentIn = (ms: number): number => {
      const before = ledgerOf(fabric).sent;
      fabric.run(ms);
      return ledgerOf(fabric).sent - before;
    };
    fabric.run(8000);
    const own = sentIn(4000);
    expect(fabric.tell('pace', { perMille: 3000 })).toMatchObject({ state: 'RUNNING', pacePerMille: 3000 });
    const fast = sentIn(4000);
    fabric.tell('pace', { perMille: 500 });
    const slow = sentIn(4000);
    expect(own).toBeGreaterThan(3000);
    expect(fast / own).toBeCloseTo(3, 0);
    expect(slow / own).toBeCloseTo(0.5, 0);
    expect(ledgerOf(fabric)).toMatchObject({ resent: 0, lost: {}, dropped: {} });
  });

  it('gathers packets into frames', () => {
    const fabric = begun({}, { ...PLAN, connections: 400, packetsPerSec: 20_000, durationMs: 500 });
    fabric.run(1000);
    const sent = ledgerOf(fabric).sent;
    expect(sent).toBeGreaterThan(9000);
    const frames = [...fabric.orchestrators.values()].reduce((n, o) => n + o.frames, 0);
    expect(frames).toBeLessThan(sent / 12);
  });

  it('names drops and losses as the fabric names them', () => {
    const fabric = new EchoFabric();
    fabric.fate = (tag) => (tag % 50 === 0 ? REASONS.policy_drop : tag % 50 === 1 ? REASONS.dead_window : 0);
    fabric.run(20);
    fabric.tell('start', { plan: PLAN });
    fabric.tell('finish', { deadlineMs: 200_000 }, 200_000);
    const { dropped, lost, sent, delivered, unexplained } = ledgerOf(fabric);
    expect(Object.keys(dropped)).toEqual(['policy_drop']);
    expect(Object.keys(lost)).toEqual(['dead_window']);
    expect(delivered + (dropped['policy_drop'] as number) + (lost['dead_window'] as number)).toBe(sent);
    expect(unexplained).toBe(0);
  });

  it('counts connections as a control run does, when nothing goes wrong', () => {
    const [run, control] = [begun({ profile: 'vendor' }), begun({ profile: 'lossless' })];
    for (const fabric of [run, control]) fabric.tell('finish', { deadlineMs: 10_000 }, 10_000);
    expect(compareWithControl(rowsOf(run), rowsOf(control))).toEqual([]);
  });
});

describe('when an orchestrator dies', () => {
  it.each([
    ['lossless', 10],
    ['vendor', 410],
  ] as const)(
    'with the %s profile, the other takes its connections within %i ms, and what it held is named',
    (profile, withinMs) => {
      const fabric = begun({ profile });
      fabric.run(800);
      fabric.tell('mark', { name: 'kill' });
      fabric.kill('1_1');
      fabric.run(withinMs);
      expect(fabric.tell('status')['orchestrators']).toMatchObject([
        { id: '1_1', state: 'dead' },
        { id: '1_2', state: 'alive' },
      ]);
      fabric.tell('finish', { deadlineMs: 100_000 }, 100_000);
      const ledger = ledgerOf(fabric);
      expect(ledger.lost['orchestrator_lost']).toBeGreaterThan(0);
      expect(ledger).toMatchObject({ unexplained: 0, revised: 0, connections: { done: 40 } });
      expect(new Set(rowsOf(fabric).map((r) => r.via))).toEqual(new Set(['1_2']));
      const touched = rowsOf(fabric, 'kill').filter((r) => r.lost['orchestrator_lost'] !== undefined);
      for (const row of touched) expect(row.silenceMs).toBeGreaterThanOrEqual(1000);
    },
  );

  it('hears of nobody listening in the vendor profile and does not take it for proof', () => {
    const fabric = begun({ profile: 'vendor' });
    fabric.run(800);
    fabric.kill('1_1');
    fabric.run(150);
    expect(fabric.tell('status')['orchestrators']).toMatchObject([{ state: 'alive' }, { state: 'alive' }]);
  });

  it('goes back to it after its restart, connection by connection, without reordering', () => {
    const fabric = begun({}, { ...PLAN, durationMs: 6000 });
    fabric.run(500);
    fabric.kill('1_1');
    fabric.run(500);
    fabric.restart('1_1');
    fabric.tell('finish', { deadlineMs: 100_000 }, 100_000);
    const via = rowsOf(fabric).map((r) => r.via);
    expect(via.filter((id) => id === '1_1').length).toBeGreaterThan(10);
    expect(ledgerOf(fabric)).toMatchObject({ reordered: 0, unexplained: 0, connections: { done: 40 } });
  });

  it('loses what is sent while no orchestrator is left, and goes on when one is back', () => {
    const fabric = begun({ orchestrators: ['1_1'] }, { ...PLAN, durationMs: 4000 });
    fabric.run(500);
    fabric.kill('1_1');
    fabric.run(600);
    const lost = ledgerOf(fabric).lost['orchestrator_lost'] as number;
    expect(lost).toBeGreaterThan(30);
    expect(ledgerOf(fabric).outstanding).toBe(0);
    fabric.restart('1_1');
    fabric.tell('finish', { deadlineMs: 100_000 }, 100_000);
    expect(ledgerOf(fabric)).toMatchObject({ unexplained: 0, connections: { done: 40 } });
  });

  it('takes back what it presumed of one that was only cut off', () => {
    const fabric = begun({ profile: 'vendor' });
    fabric.run(500);
    fabric.orchestrator('1_1').process.hang();
    fabric.run(600);
    const presumed = ledgerOf(fabric).lost['orchestrator_lost'] as number;
    expect(presumed).toBeGreaterThan(0);
    fabric.orchestrator('1_1').process.resume();
    fabric.tell('finish', { deadlineMs: 100_000 }, 100_000);
    const ledger = ledgerOf(fabric);
    expect(ledger.revised).toBeGreaterThan(0);
    expect((ledger.lost['orchestrator_lost'] ?? 0) + ledger.revised).toBeGreaterThanOrEqual(presumed);
    expect(ledger).toMatchObject({ unexplained: 0, balanced: true, contradicted: 0, connections: { done: 40 } });
  });

  it('presumes nothing of an orchestrator while it hears nobody at all: it may be deaf itself', () => {
    const fabric = begun({ orchestrators: ['1_1'], profile: 'vendor' });
    fabric.run(500);
    fabric.orchestrator('1_1').process.hang();
    fabric.run(600);
    expect(ledgerOf(fabric)).toMatchObject({ lost: {}, contradicted: 0 });
    fabric.orchestrator('1_1').process.resume();
    fabric.tell('finish', { deadlineMs: 100_000 }, 100_000);
    expect(ledgerOf(fabric)).toMatchObject({ lost: {}, unexplained: 0, balanced: true, connections: { done: 40 } });
  });

  it('begins a new life when the only orchestrator comes back after its channel gave up', () => {
    const fabric = begun(
      { orchestrators: ['1_1'], overrides: { 'link.maxRetries': 2 } },
      { ...PLAN, durationMs: 20_000 },
    );
    fabric.run(500);
    fabric.orchestrator('1_1').process.hang();
    fabric.run(3000);
    fabric.orchestrator('1_1').process.resume();
    fabric.tell('finish', { deadlineMs: 200_000 }, 200_000);
    expect(fabric.notes).toContain('began_a_new_life');
    expect(ledgerOf(fabric)).toMatchObject({ unexplained: 0, connections: { done: 40 } });
  });
});

describe('what says nothing about an orchestrator', () => {
  it('a late heartbeat of a life that is over', () => {
    const fabric = begun();
    const old = fabric.orchestrator('1_1');
    fabric.restart('1_1');
    fabric.run(200);
    fabric.kill('1_1');
    fabric.run(20);
    old.beat();
    fabric.run(0.6);
    expect(fabric.tell('status')['orchestrators']).toMatchObject([
      { id: '1_1', state: 'dead' },
      { id: '1_2', state: 'alive' },
    ]);
  });

  it('that this process itself stood still', () => {
    const fabric = begun();
    fabric.run(500);
    fabric.outside.hang();
    fabric.run(1000);
    fabric.outside.resume();
    fabric.tell('finish', { deadlineMs: 10_000 }, 10_000);
    expect(fabric.notes).not.toContain('orchestrator_dead');
    expect(ledgerOf(fabric)).toMatchObject({ lost: {}, resent: 0, connections: { done: 40 } });
  });
});

describe('a fabric that takes no more', () => {
  const slow = { 'link.windowFrames': 4, 'ccp.deadMultiplier': 100, 'detector.socketLoss': false };
  const stream = { connections: 200, packetsPerSec: 20_000, durationMs: 6000, mix: { voip: 1 } };

  it('makes the source stand still once too much is in line', () => {
    const fabric = begun({ overrides: slow }, { ...stream, packetsPerSec: 200_000, durationMs: 1000 });
    for (const o of fabric.orchestrators.values()) o.process.hang();
    fabric.run(1500);
    const status = fabric.tell('status');
    expect(status['queued']).toBeGreaterThan(60_000);
    expect(status['queued']).toBeLessThan(75_000);
    expect(status['pausedMs']).toBeGreaterThan(500);
  });

  it('gives what is in line for a dead orchestrator to the other', () => {
    const fabric = begun({ overrides: { ...slow, 'ccp.deadMultiplier': 3 } }, stream);
    fabric.run(200);
    fabric.orchestrator('1_1').process.hang();
    fabric.run(250);
    expect(fabric.tell('status')['queued']).toBeGreaterThan(1000);
    fabric.run(400);
    expect(fabric.tell('status')['orchestrators']).toMatchObject([{ state: 'dead', queued: 0 }, { state: 'alive' }]);
    const framesInWindow = 4;
    expect(ledgerOf(fabric).lost['orchestrator_lost']).toBeLessThanOrEqual(framesInWindow * 64);
  });

  it('makes the source pause, keeps the order, and loses nothing', () => {
    const fabric = begun({ overrides: slow }, { ...stream, durationMs: 1500 });
    fabric.run(200);
    for (const o of fabric.orchestrators.values()) o.process.hang();
    fabric.run(700);
    expect(fabric.tell('status')['queued']).toBeGreaterThan(1000);
    for (const o of fabric.orchestrators.values()) o.process.resume();
    fabric.tell('finish', { deadlineMs: 20_000 }, 20_000);
    expect(ledgerOf(fabric)).toMatchObject({ lost: {}, reordered: 0, unexplained: 0, connections: { done: 200 } });
    for (const o of fabric.orchestrators.values()) expect(o.taken).toEqual(o.taken.toSorted((a, b) => a - b));
  });
});

describe('commands', () => {
  it('mark what is open, and count silence from there', () => {
    const fabric = begun();
    fabric.run(700);
    expect(fabric.tell('mark', { name: 'hang' })).toMatchObject({ name: 'hang', open: 40 });
    fabric.fate = () => NOTHING;
    fabric.run(300);
    const silent = rowsOf(fabric, 'hang').filter((r) => r.silenceMs > 100);
    expect(silent.length).toBeGreaterThan(20);
    expect(silent.every((r) => r.openAtMark)).toBe(true);
    expect(fabric.ask('connections', { mark: 'kil' })).toEqual({
      ok: false,
      reason: 'connections at mark: there is no mark kil; there are: start, hang',
    });
  });

  it('drain ends early and says what is left at the deadline', () => {
    const fabric = begun();
    fabric.run(500);
    expect(fabric.tell('drain', { deadlineMs: 1500 }, 1500)).toMatchObject({
      settled: true,
      outstanding: 0,
      connections: 0,
    });
    const stuck = begun();
    stuck.run(500);
    stuck.fate = () => NOTHING;
    const body = stuck.tell('drain', { deadlineMs: 1500 }, 1500);
    expect(body).toMatchObject({ settled: false, waitedMs: 1500 });
    expect(body['outstanding']).toBeGreaterThan(0);
    expect(ledgerOf(stuck).unexplained).toBe(body['outstanding']);
  });

  it('page through the connections', () => {
    const fabric = begun();
    expect(fabric.tell('connections', { from: 35, count: 10 })).toMatchObject({ total: 40, from: 35 });
    const ids = (fabric.tell('connections', { from: 35, count: 3 }) as unknown as { rows: ConnectionRow[] }).rows.map(
      (r) => r.id,
    );
    expect(ids).toEqual([35, 36, 37]);
  });

  it('start anew only after the end, and take late words about the old run for strays', () => {
    const fabric = begun();
    fabric.run(500);
    expect(fabric.ask('start', { plan: PLAN })).toEqual({
      ok: false,
      reason: 'traffic is running already; drain or stop it first',
    });
    fabric.fate = () => NOTHING;
    fabric.run(10);
    fabric.run(10);
    fabric.tell('stop');
    fabric.run(10);
    const last = fabric.orchestrator('1_1').taken.at(-1) as number;
    fabric.fate = () => 0;
    fabric.tell('start', { plan: PLAN });
    fabric.tell('finish', { deadlineMs: 3000 }, 3000);
    fabric.orchestrator('1_1').say(last, REASONS.dead_window);
    fabric.run(10);
    expect(ledgerOf(fabric)).toMatchObject({ strays: 1, contradicted: 0, lost: {}, unexplained: 0 });
  });

  it.each([
    [
      'begin',
      {},
      'the outside world knows the commands start, stop, drain, finish, status, ledger, connections, losses, progress, pace, mark, not begin',
    ],
    ['mark', {}, /^mark at name: /],
    ['ledger', {}, 'ledger: no traffic has been started; send start with a plan first'],
    ['start', { plan: { mix: { htps: 1 } } }, /^traffic plan at mix.htps: no such service/],
    [
      'start',
      { plan: { captures: [{ name: 'x' }] } },
      'traffic plan at captures: there is no capture x; given are: lunch, broken',
    ],
    ['start', { plan: { captures: [{ name: 'broken' }] } }, /^at byte 3: expected a capture file/],
  ])('%s %j is refused with a reason', (name, args, reason) => {
    const captures = { lunch: new Uint8Array(0), broken: new Uint8Array(3) };
    const fabric = new EchoFabric({ captures });
    const expected = typeof reason === 'string' ? reason : expect.stringMatching(reason);
    expect(fabric.ask(name, args)).toEqual({ ok: false, reason: expected });
  });

  it('play captures given by name', () => {
    const packet = new Uint8Array(UDP_PAYLOAD_AT + 8);
    writeUdp(packet, 0, { src: 1 << 24, dst: 2 << 24, srcPort: 9, dstPort: 53, ipId: 0, ttl: 9 }, 8);
    const frames = [0, 1, 2].map((i) => ({ seconds: i, nanoseconds: 0, bytes: packet }));
    const fabric = begun(
      { captures: { lunch: writePcap(frames, { linkType: LINK.raw }) } },
      { captures: [{ name: 'lunch', repeats: 4 }] },
    );
    fabric.tell('finish', { deadlineMs: 20_000 }, 20_000);
    expect(rowsOf(fabric).map((r) => [r.service, r.kind, r.sent, r.delivered, r.outcome])).toEqual(
      Array.from({ length: 4 }, () => ['lunch', 'capture', 3, 3, 'done']),
    );
  });
});

describe('being stopped', () => {
  it('refuses those who wait, and goes quiet', () => {
    const fabric = begun();
    const answers: unknown[] = [];
    fabric.role.command({ id: 'f', name: 'finish', args: {} }, (reply) => answers.push(reply));
    fabric.role.stop(1000, () => answers.push('stopped'));
    expect(answers).toEqual([{ ok: false, reason: 'the outside world is being stopped' }, 'stopped']);
    const taken = fabric.orchestrator('1_1').taken.length;
    fabric.run(1000);
    expect(fabric.orchestrator('1_1').taken.length - taken).toBeLessThan(20);
  });
});
