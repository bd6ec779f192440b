import { describe, expect, it } from '@jest/globals';
import type { CommandReply } from '@rehearsal/kernel';
import type { Lab } from '@rehearsal/lab-port';
import { joinStretches, standingPlan, StandingTraffic, type Stretch } from './standing-traffic.js';

/** An outside world that answers as it was told to, and remembers what it was asked. */
function outsideWorld(sent: () => number): { lab: Lab; asked: string[]; state: { now: string } } {
  const asked: string[] = [];
  const state = { now: 'IDLE' };
  const bodies: Readonly<Record<string, () => unknown>> = {
    start: () => (state.now = 'RUNNING'),
    drain: () => (state.now = 'FINISHED'),
    pace: () => ({}),
    mark: () => ({}),
    status: () => ({ state: state.now, connections: state.now === 'RUNNING' ? 20 : 0 }),
    ledger: () => ({
      atMs: 5,
      sent: sent(),
      delivered: sent(),
      marks: [{ name: 'fault-1', atMs: 3 }],
      connections: { total: 480, unstarted: 478, done: 2 },
    }),
    connections: () => ({
      rows: [
        { id: 0, openedMs: 1, sent: 4, follows: null },
        { id: 1, openedMs: 2, sent: 3, follows: 0 },
        { id: 2, openedMs: null, sent: 0, follows: null },
      ],
    }),
    losses: () => ({ totals: [], rows: [], next: null }),
  };
  const command = async (_target: unknown, { name, args }: { name: string; args?: unknown }): Promise<CommandReply> => {
    asked.push(name === 'pace' || name === 'mark' ? `${name} ${JSON.stringify(args)}` : name);
    return { ok: true, body: bodies[name]!() } as CommandReply;
  };
  return { lab: { command } as unknown as Lab, asked, state };
}

const PLAN = { connections: 20, packetsPerSec: 200, seed: 7 };

describe('the plan of a lab that stays up', () => {
  it('has as many connections at a time as were asked for, which come and go for hours', () => {
    expect(standingPlan(PLAN)).toEqual({
      seed: 7,
      packetsPerSec: 200,
      connections: { concurrent: 20, total: 480 },
      durationMs: 21_600_000,
    });
    expect(standingPlan({ connections: { concurrent: 100_000, total: 100_000 } })).toMatchObject({
      connections: { concurrent: 100_000, total: 1_000_000 },
    });
    expect(standingPlan({ captures: [{ name: 'a' }] })).toEqual({ captures: [{ name: 'a' }] });
  });
});

describe('the traffic of a lab that stays up', () => {
  it('is started, paced by thousandths of its own rate, and stopped with its account', async () => {
    const { lab, asked } = outsideWorld(() => 70);
    const traffic = new StandingTraffic(lab, PLAN, () => {});
    await expect(traffic.stop()).rejects.toMatchObject({ kind: 'bad-input' });
    await traffic.start();
    await expect(traffic.start()).rejects.toMatchObject({ kind: 'bad-input' });
    expect(await traffic.rate(300)).toEqual({
      state: 'running',
      packetsPerSec: 300,
      connections: 20,
      sent: 70,
      delivered: 70,
    });
    await traffic.mark();
    expect(await traffic.stop()).toMatchObject({ state: 'stopped', connections: 0, sent: 70, delivered: 70 });
    expect(asked.filter((a) => /pace|mark/.test(a))).toEqual(['pace {"perMille":1500}', 'mark {"name":"fault-1"}']);
    const [stretch] = traffic.stretches;
    // What was never to be is no connection.
    expect(stretch!.rows.map((r) => r.id)).toEqual([0, 1]);
    expect(stretch!.ledger.connections).toEqual({ total: 2, unstarted: 0, done: 2 });
    expect(stretch!.byMark.map((m) => m.atMs)).toEqual([3]);
  });

  it('begins anew at the same pace when its plan has come to its end', async () => {
    const { lab, asked, state } = outsideWorld(() => 70);
    const said: string[] = [];
    const traffic = new StandingTraffic(lab, PLAN, (line) => said.push(line));
    await traffic.start(100);
    await traffic.goOn();
    expect(traffic.stretches).toEqual([]);
    state.now = 'FINISHED';
    await traffic.goOn();
    expect(traffic.stretches.length).toBe(1);
    expect(asked.filter((a) => /start|pace/.test(a))).toEqual([
      'start',
      'pace {"perMille":500}',
      'start',
      'pace {"perMille":500}',
    ]);
    expect(await traffic.now()).toMatchObject({ state: 'running', packetsPerSec: 100, sent: 140 });
    expect(said).toEqual(['traffic had come to its end and began anew']);
  });
});

describe('an account that takes a while', () => {
  it('is made once, whoever looks after the traffic meanwhile', async () => {
    const { lab, asked } = outsideWorld(() => 70);
    const traffic = new StandingTraffic(lab, PLAN, () => {});
    await traffic.start();
    const stopping = traffic.stop();
    await Promise.all([stopping, traffic.goOn(), traffic.goOn()]);
    expect(await stopping).toEqual({ state: 'stopped', packetsPerSec: 0, connections: 0, sent: 70, delivered: 70 });
    expect(traffic.stretches.length).toBe(1);
    expect(asked.filter((a) => a === 'start')).toEqual(['start']);
  });

  it('is not disturbed by a start or a fault that comes before it is made', async () => {
    const { lab, asked } = outsideWorld(() => 70);
    const traffic = new StandingTraffic(lab, PLAN, () => {});
    await traffic.start();
    await Promise.all([traffic.stop(), traffic.mark(), traffic.start()]);
    expect(asked.slice(0, 6)).toEqual(['start', 'ledger', 'status', 'drain', 'ledger', 'connections']);
    expect(asked.filter((a) => /start|drain|losses|mark/.test(a))).toEqual(['start', 'drain', 'losses', 'start']);
    expect(traffic.stretches.length).toBe(1);
    expect(traffic.isOn).toBe(true);
    await expect(Promise.all([traffic.stop(), traffic.stop()])).rejects.toMatchObject({ kind: 'bad-input' });
    expect(traffic.stretches.length).toBe(2);
  });
});

describe('stretches of traffic', () => {
  const stretch = (sent: number, atMs: number): Stretch =>
    ({
      ledger: {
        atMs,
        sent,
        balanced: true,
        lost: { dead_window: sent },
        marks: [{ name: 'm', atMs }],
        latency: { p50Us: sent },
        correction: { packets: 1, extraP50Us: sent },
        connections: { total: 2, lost: 1 },
      },
      rows: [
        { id: 0, follows: null },
        { id: 3, follows: 0 },
      ],
      lost: {
        totals: [{ kind: 'lost', reason: 'dead_window', packets: sent, listed: 1 }],
        rows: [{ connection: 3 }],
      },
      byMark: [{ atMs, rows: [{ id: 3, follows: 0 }] }],
    }) as unknown as Stretch;

  it('add up to one account, with numbers of connections that do not meet', () => {
    expect(joinStretches([stretch(10, 100), stretch(5, 200)])).toEqual({
      ledger: {
        atMs: 200,
        sent: 15,
        balanced: true,
        lost: { dead_window: 15 },
        marks: [
          { name: 'm', atMs: 100 },
          { name: 'm', atMs: 200 },
        ],
        latency: { p50Us: 5 },
        correction: { packets: 2, extraP50Us: 5 },
        connections: { total: 4, lost: 2 },
      },
      rows: [
        { id: 0, follows: null },
        { id: 3, follows: 0 },
        { id: 4, follows: null },
        { id: 7, follows: 4 },
      ],
      lost: {
        totals: [{ kind: 'lost', reason: 'dead_window', packets: 15, listed: 2 }],
        rows: [{ connection: 3 }, { connection: 7 }],
      },
      byMark: [
        { atMs: 100, rows: [{ id: 3, follows: 0 }] },
        { atMs: 200, rows: [{ id: 7, follows: 4 }] },
      ],
    });
  });

  it('are none where none was', () => {
    expect(joinStretches([])).toBeUndefined();
  });
});
