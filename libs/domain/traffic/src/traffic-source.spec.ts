import { describe, expect, it } from '@jest/globals';
import { checksumOk, PacketView, TCP_FLAG } from '@rehearsal/packets';
import * as fc from 'fast-check';
import type { Recording } from './capture/recording.js';
import { compareWithControl } from './ledger/compare-with-control.js';
import { DELIVERY, Ledger } from './ledger/ledger.js';
import type { ConnectionRow } from './ledger/ledger-report.js';
import { connectionRows, summarize } from './ledger/ledger-report.js';
import { Layout } from './layout.js';
import { TrafficSource } from './traffic-source.js';
import { resolvePlan } from './workload/plan.js';

const POLICY_DROP = 1;
const DEFERRED = 21;
const DEAD_WINDOW = 65;

interface Sent {
  readonly ms: number;
  readonly connection: number;
  readonly bytes: Uint8Array;
  readonly side: number;
}

/** 0: deliver after 1 ms; below 0: so many ms later; above: the reason code. */
type Fate = (sent: Sent, n: number) => number;

/** A fabric that takes 1 ms a packet, run against a plan until its scripts have ended. */
function play(
  planned: unknown,
  fate: Fate = () => 0,
  options: { recordings?: Recording[]; drainAtMs?: number; maxMs?: number } = {},
) {
  const reply = resolvePlan(planned);
  if (!reply.ok) throw new Error(reply.problems.join('; '));
  const layout = new Layout(reply.plan, options.recordings ?? []);
  const ledger = new Ledger({
    connections: layout.connections,
    capacity: 2 ** 14,
    startMs: 0,
    reasonName: (code) => (code === POLICY_DROP ? 'policy_drop' : 'dead_window'),
    isLoss: (code) => code >= 64,
    deferralCode: DEFERRED,
  });
  const line: [number, number][] = [];
  const source = new TrafficSource(layout, ledger, (connection, step) => line.push([connection, step]));
  const words = new Int32Array(20_000);
  const bytes = new Uint8Array(words.buffer);
  const sent: Sent[] = [];
  let underWay: { tag: number; fate: number; packet: Sent }[] = [];
  const maxMs = options.maxMs ?? 400_000;
  let ms = 0;
  for (; ms < maxMs && !(source.finished && underWay.length === 0 && line.length === 0); ms++) {
    if (ms === options.drainAtMs) source.drain(ms);
    const due = underWay.filter((u) => u.packet.ms + 1 - Math.min(u.fate, 0) <= ms);
    underWay = underWay.filter((u) => !due.includes(u));
    for (const { tag, fate, packet } of due) {
      if (fate > 0) {
        ledger.judge(tag, fate, ms);
        continue;
      }
      const copy = new Int32Array((packet.bytes.length + 3) >> 2);
      new Uint8Array(copy.buffer).set(packet.bytes);
      if (ledger.deliver(tag, copy, 0, packet.bytes.length, ms) === DELIVERY.first) {
        source.arrived(ledger.connectionOf(tag), ledger.stepOf(tag), ms);
      }
    }
    source.advance(1, ms);
    for (const [connection, step] of line.splice(0)) {
      const side = source.side(connection, step);
      const len = source.build(connection, step, words, bytes);
      const packet = { ms, connection, bytes: bytes.slice(0, len), side };
      const tag = ledger.send(connection, side, step, 0, words, 0, len, ms);
      underWay.push({ tag, fate: fate(packet, sent.length), packet });
      sent.push(packet);
    }
  }
  const names = {
    tuple: (c: number) => layout.tuple(c),
    follows: (c: number) => layout.follows(c),
    service: (c: number) => layout.service(c),
    via: () => '',
  };
  const rows = connectionRows(ledger, names, ms, { from: 0, count: layout.connections });
  return { layout, ledger, source, sent, rows, ms, summary: summarize(ledger, ms) };
}

function headers(sent: readonly Sent[]) {
  const view = new PacketView();
  return sent.map((s) => {
    view.parse(s.bytes, 0, s.bytes.length);
    const flags = Object.entries(TCP_FLAG).flatMap(([name, bit]) => (view.tcpFlags & bit ? [name] : []));
    return { side: s.side, flags: flags.join(' '), seq: view.seq, ack: view.ack, len: view.payloadLen };
  });
}

describe('one TCP connection in a run without faults', () => {
  const { sent, rows, summary, layout } = play({ connections: 1, exchanges: 2, packetsPerSec: 100, mix: { https: 1 } });

  it('shakes hands, asks and is answered, and closes', () => {
    const seen = headers(sent);
    const client = seen[0]?.seq as number;
    const server = seen[1]?.seq as number;
    const relative = seen.map((p) => {
      const [own, other] = p.side === 0 ? [client, server] : [server, client];
      return `${p.side} ${p.flags} ${(p.seq - own) | 0} ${p.flags === 'syn' ? 0 : (p.ack - other) | 0} ${p.len}`;
    });
    expect(relative).toEqual([
      '0 syn 0 0 0',
      '1 syn ack 0 1 0',
      '0 ack 1 1 0',
      '0 psh ack 1 1 120',
      '1 ack 1 121 320',
      '1 psh ack 321 121 320',
      '0 ack 121 641 0',
      '0 psh ack 121 641 120',
      '1 ack 641 241 320',
      '1 psh ack 961 241 320',
      '0 ack 241 1281 0',
      '0 fin ack 241 1281 0',
      '1 fin ack 1281 242 0',
      '0 ack 242 1282 0',
    ]);
  });

  it('sends valid packets', () => {
    expect(sent.filter((p) => !checksumOk(p.bytes, 0, p.bytes.length))).toEqual([]);
  });

  it('is on the account as done', () => {
    expect(rows).toMatchObject([
      {
        outcome: 'done',
        sent: 14,
        delivered: 14,
        resent: 0,
        openedMs: 0,
        silenceMs: 1,
        service: 'https',
        tuple: layout.tuple(0),
      },
    ]);
    expect(summary).toMatchObject({
      unexplained: 0,
      balanced: true,
      connections: { done: 1 },
      latency: { p50Us: 1000, maxUs: 1000 },
    });
  });
});

describe('a plan', () => {
  const plan = {
    connections: { concurrent: 20, total: 60 },
    packetsPerSec: 2000,
    durationMs: 3000,
    mix: { https: 5, ssh: 2, dns: 2, voip: 1 },
  };

  it('sends the same packets at the same times in every run, and another seed others', () => {
    const [a, b, c] = [play(plan), play(plan), play({ ...plan, seed: 2 })];
    const text = (sent: readonly Sent[]): string => sent.map((p) => `${p.ms} ${p.side} ${p.bytes.join()}`).join('\n');
    expect(text(a.sent) === text(b.sent)).toBe(true);
    expect(text(a.sent) === text(c.sent)).toBe(false);
    expect(a.rows.map((r) => r.sent)).toEqual(c.rows.map((r) => r.sent));
  });

  it('keeps to its rate, its mix and its number of connections', () => {
    const { sent, rows, layout } = play(plan);
    expect(sent.length).toBe(layout.scriptPackets);
    expect(Math.abs(sent.length - 6000)).toBeLessThan(250);
    expect(Math.abs((sent.at(-1) as Sent).ms - 3000)).toBeLessThan(400);
    for (let second = 0; second < 3; second++) {
      const inSecond = sent.filter((p) => Math.floor(p.ms / 1000) === second).length;
      expect(Math.abs(inSecond - 2000)).toBeLessThan(250);
    }
    const services = rows.map((r) => r.service);
    expect(['https', 'ssh', 'dns', 'voip'].map((s) => services.filter((x) => x === s).length)).toEqual([30, 12, 12, 6]);
    for (let ms = 500; ms < 2500; ms += 250) {
      const open = rows.filter((r) => (r.openedMs as number) <= ms && (r.closedMs as number) > ms).length;
      // Connections over UDP open with their first question and end with their last answer.
      expect(open).toBeGreaterThan(14);
      expect(open).toBeLessThanOrEqual(20);
    }
  });

  it('gives every connection a tuple of its own', () => {
    const { rows } = play({ ...plan, connections: 600, addresses: { clients: '10.1.0.0/28' }, mix: { dns: 1 } });
    expect(new Set(rows.map((r) => r.tuple)).size).toBe(600);
  });

  it('ends early and in order when drained', () => {
    const { summary, ms, rows } = play(plan, undefined, { drainAtMs: 800 });
    expect(ms).toBeLessThan(2000);
    expect(summary).toMatchObject({ unexplained: 0, connections: { open: 0, gave_up: 0, reset: 0 } });
    expect(summary.connections.unstarted).toBeGreaterThan(0);
    expect(rows.filter((r) => r.outcome === 'unstarted').every((r) => r.sent === 0)).toBe(true);
  });
});

describe('a closed port', () => {
  it('resets the connection', () => {
    const { rows, sent } = play({ connections: 1, packetsPerSec: 100, exchanges: 1, mix: { refused: 1 } });
    expect(headers(sent).map((p) => p.flags)).toEqual(['syn', 'rst ack']);
    expect(rows).toMatchObject([{ outcome: 'reset', sent: 2, delivered: 2 }]);
  });
});

describe('endpoints in a fabric that loses packets', () => {
  const plan = { connections: 1, exchanges: 2, packetsPerSec: 100, mix: { https: 1 } };

  it.each([
    ['the SYN', 0, 1],
    ['the SYN-ACK', 1, 4],
    ['the acknowledgement of the handshake', 2, 0],
    ['a request', 3, 1],
    ['the first segment of an answer', 4, 3],
    ['the last segment of an answer', 5, 3],
    ['the acknowledgement of an answer', 6, 0],
    ['the FIN', 11, 1],
    ['the answer to the FIN', 12, 4],
    ['the last acknowledgement', 13, 2],
  ])('recover when %s is lost', (_what, lost, resent) => {
    const { rows, summary } = play(plan, (_s, n) => (n === lost ? DEAD_WINDOW : 0));
    expect(rows).toMatchObject([{ outcome: 'done', lost: { dead_window: 1 }, sent: 14 + resent, resent }]);
    expect(summary.unexplained).toBe(0);
  });

  it('send again after 1 s, 2 s, 4 s … and give up', () => {
    const { sent, rows } = play(plan, () => DEAD_WINDOW);
    expect(sent.map((p) => p.ms - (sent[0] as Sent).ms)).toEqual([0, 1000, 3000, 7000, 15_000, 31_000]);
    expect(rows).toMatchObject([{ outcome: 'gave_up', sent: 6, resent: 5, delivered: 0, longestSilenceMs: 63_000 }]);
  });

  it('survive a dead window with a silence that includes the wait before sending again', () => {
    const { rows } = play({ ...plan, exchanges: 50, packetsPerSec: 500 }, (s) =>
      s.ms >= 100 && s.ms < 400 ? DEAD_WINDOW : 0,
    );
    const row = rows[0] as ConnectionRow;
    expect(row.outcome).toBe('done');
    expect(row.silenceMs).toBeGreaterThanOrEqual(1000);
    expect(row.silenceMs).toBeLessThan(1010);
  });

  it('go through their script from when they are let in, and are in no hurry after it', () => {
    const { rows, sent } = play({ ...plan, exchanges: 4 }, (s) => (s.ms < 5000 ? DEFERRED : 0));
    expect(rows).toMatchObject([{ outcome: 'done', resent: 3, deferral: { sinceMs: 0, throughMs: 7001 } }]);
    const lasts = (packets: readonly Sent[]) => packets.at(-1)!.ms - packets[0]!.ms;
    const undisturbed = play({ ...plan, exchanges: 4 }).sent;
    expect(lasts(sent.filter((s) => s.ms > 7000))).toBeGreaterThanOrEqual(lasts(undisturbed) - 1);
  });

  it('answer a repeated question of DNS again', () => {
    const { rows } = play({ ...plan, mix: { dns: 1 } }, (_s, n) => (n === 1 ? DEAD_WINDOW : 0));
    expect(rows).toMatchObject([{ outcome: 'done', sent: 6, resent: 2, delivered: 5 }]);
  });

  it('do not take a late answer for the answer to the next question', () => {
    // The first answer comes 1.5 s late, when its question was long asked again; the second one's is lost.
    const { rows } = play({ ...plan, mix: { dns: 1 } }, (_s, n) => (n === 1 ? -1500 : n === 5 ? DEAD_WINDOW : 0));
    const row = rows[0] as ConnectionRow;
    expect(row).toMatchObject({ outcome: 'done', sent: 8, resent: 4 });
    expect((row.closedMs as number) - (row.openedMs as number)).toBeGreaterThan(2000);
  });

  it('wait for a segment that was overtaken', () => {
    const { sent, rows } = play(plan, (_s, n) => (n === 4 ? -1 : 0));
    expect(rows).toMatchObject([{ outcome: 'done', resent: 4, reordered: 1, sent: 18 }]);
    const again = headers(sent).slice(6, 8);
    expect(again[0]).toMatchObject({ side: 0, flags: 'ack', len: 0 });
    expect(again[0]?.ack).toBe(headers(sent)[2]?.ack);
  });

  it('answer nothing once they have given up', () => {
    const { rows } = play(plan, (_s, n) => (n === 5 ? -100_000 : DEAD_WINDOW));
    expect(rows).toMatchObject([{ outcome: 'gave_up', sent: 6, delivered: 1 }]);
  });

  it('of a stream go on without what was lost', () => {
    const { rows } = play({ ...plan, exchanges: 10, mix: { voip: 1 } }, (_s, n) => (n === 4 ? DEAD_WINDOW : 0));
    expect(rows).toMatchObject([{ outcome: 'done', sent: 19, resent: 0, delivered: 18, lost: { dead_window: 1 } }]);
  });
});

describe('under any loss', () => {
  const plan = {
    connections: { concurrent: 6, total: 9 },
    exchanges: 4,
    packetsPerSec: 400,
    mix: { https: 2, ssh: 1, dns: 1, voip: 1, refused: 1 },
    retransmit: { firstMs: 100, maxMs: 400, giveUpAfter: 3 },
  };
  const control = play(plan).rows;

  it('every connection comes to a named outcome, the account closes, and the difference to the control run is named', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(99), { minLength: 40, maxLength: 40 }),
        fc.constantFrom(0, 5, 20, 50, 90),
        (dice, percent) => {
          const { rows, summary, ms } = play(
            plan,
            (_s, n) => (((dice[n % 40] as number) + n * 7) % 100 < percent ? DEAD_WINDOW : 0),
            { maxMs: 60_000 },
          );
          expect(ms).toBeLessThan(60_000);
          expect(summary).toMatchObject({ outstanding: 0, unexplained: 0, balanced: true, strays: 0, corrupted: 0 });
          expect(summary.connections.open + summary.connections.unstarted).toBe(0);
          const differences = compareWithControl(rows, control);
          expect(differences.filter((d) => !d.explained)).toEqual([]);
          if (percent === 0) expect(differences).toEqual([]);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a comparison with the control run', () => {
  const plan = { connections: 4, exchanges: 3, packetsPerSec: 400, mix: { https: 1 } };
  const control = play(plan).rows;

  it('names what was lost', () => {
    const { rows } = play(plan, (s) => (s.connection === 2 && s.ms > 20 ? DEAD_WINDOW : 0));
    expect(compareWithControl(rows, control)).toMatchObject([
      {
        id: 2,
        explained: true,
        outcome: { run: 'gave_up', control: 'done' },
        cause: expect.stringMatching(/^dead_window \d+, sent again 5$/),
      },
    ]);
  });

  it('does not accept a packet that went missing without a word', () => {
    const changed = control.map((r) => (r.id === 1 ? { ...r, delivered: r.delivered - 1, unexplained: 1 } : r));
    expect(compareWithControl(changed, control)).toMatchObject([
      { id: 1, explained: false, cause: '1 packets without a word of the fabric' },
    ]);
  });

  it('does not accept a connection that sent less than its script and names nothing', () => {
    const changed = control.map((r) => (r.id === 1 ? { ...r, sent: r.sent - 1, delivered: r.delivered - 1 } : r));
    expect(compareWithControl(changed, control)).toMatchObject([{ id: 1, explained: false }]);
  });

  it('does not accept repetition as the cause of packets that were never sent', () => {
    const changed = control.map((r) => (r.id === 1 ? { ...r, resent: 1, delivered: r.delivered - 1 } : r));
    expect(compareWithControl(changed, control)).toMatchObject([
      { id: 1, explained: false, cause: '18 packets sent where the control run asks for 19' },
    ]);
  });

  it('accepts that either run alone met members whose instances do not fit, and says so', () => {
    const met = control.map((r) =>
      r.id === 1 ? { ...r, outcome: 'gave_up' as const, dropped: { corexl_mismatch: 4 } } : r,
    );
    expect(compareWithControl(control, met)).toMatchObject([
      { id: 1, explained: true, cause: 'corexl_mismatch 4 in the control run' },
    ]);
    expect(compareWithControl(met, control)).toMatchObject([{ id: 1, explained: true, cause: 'corexl_mismatch 4' }]);
    const other = control.map((r) =>
      r.id === 1 ? { ...r, outcome: 'gave_up' as const, dropped: { policy_drop: 4 } } : r,
    );
    expect(compareWithControl(control, other)).toMatchObject([{ id: 1, explained: false }]);
  });

  it('does not accept another plan', () => {
    expect(compareWithControl(control, control.slice(1))).toMatchObject([{ id: 0, explained: false }]);
    expect(compareWithControl(control.slice(1), control)).toMatchObject([{ id: 0, explained: false }]);
  });

  it('does not accept drops the control run did not have, unless they are named', () => {
    const { rows } = play(plan, (s, n) => (s.connection === 0 && n % 9 === 8 ? POLICY_DROP : 0));
    const differences = compareWithControl(rows, control);
    expect(differences.map((d) => [d.id, d.explained])).toEqual([[0, true]]);
    expect(differences[0]?.cause).toMatch(/policy_drop/);
  });
});
