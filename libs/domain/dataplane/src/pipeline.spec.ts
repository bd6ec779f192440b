import { describe, expect, it } from '@jest/globals';
import { DELTA_ENTRY_WORDS, DELTA_HEAD_WORDS, DeltaReader, writeDeltaHead, writeEntry } from './deltas.js';
import { ConnectionTable, NONE } from './connection-table.js';
import { SYNC } from './connection-entry.js';
import { Expectations } from './expectations.js';
import { Expiry } from './expiry.js';
import { NOT_HERE, Pipeline } from './pipeline.js';
import type { PipelineSettings, PolicyMatcher } from './pipeline.js';
import { NatRules } from '@rehearsal/policy';
import { Steering } from './steering.js';
import { sent, takeToSend } from './sync-decision.js';
import { STATE } from './tcp.js';
import { echo, fragment, raw, tcp, udp } from './testing/packets.js';
import type { Packet } from './testing/packets.js';
import { VERDICT, verdictName } from './verdict.js';

const [SYN, SYNACK, ACK, FIN, RST] = [2, 18, 16, 17, 4];
const client = { address: 0x0a000001, port: 40000 };
const server = { address: 0x0a000002, port: 80 };
const dns = { address: 0x0a000003, port: 53 };
const SETTINGS: PipelineSettings = {
  slots: 512,
  sync: 'strict',
  syncNever: [{ proto: 17, port: 53 }],
  syncDelayMs: 3000,
  asymmetricAtOnce: true,
  tcpOutOfState: 'drop',
  other: 'pass',
  natPorts: [10_000, 60_000],
};
const STEERING = { slots: 512, l4: true, modes: ['general', 'general'], gtp: 'outer' } as const;
const noNat = new NatRules([], []);
/** Rule 0 drops port 23, rule 1 accepts the rest; port 9999 matches no rule. */
const policy: PolicyMatcher = {
  match: (_src, _dst, _proto, dstPort) => (dstPort === 9999 ? -1 : dstPort === 23 ? 0 : 1),
  accepts: (rule) => rule === 1,
  syncOf: () => undefined,
  defers: () => false,
  nat: noNat,
};

class Member {
  readonly table: ConnectionTable;
  readonly expiry: Expiry;
  readonly pipeline: Pipeline;
  readonly serves = new Uint8Array(512).fill(1);
  readonly expectations = new Expectations();
  number = 0;

  constructor(settings: Partial<PipelineSettings> = {}, capacity = 16, nat = noNat) {
    this.table = new ConnectionTable({ capacity, slots: 512, baseMs: 0 });
    this.table.marks.setIncarnation(0, 1);
    this.table.marks.setIncarnation(1, 1);
    this.expiry = new Expiry(this.table, { tcpStartSec: 25, tcpSessionSec: 3600, tcpEndSec: 20, udpSec: 40 });
    const steering = new Steering(STEERING);
    this.pipeline = new Pipeline(
      this.table,
      this.expiry,
      { ...policy, nat },
      steering,
      this.serves,
      this.expectations,
      {
        ...SETTINGS,
        ...settings,
      },
    );
  }

  take(packet: Packet, now = 0, number = ++this.number, orchestrator = 0, fragmentPorts = 0, side = 0): string {
    const slot = this.pipeline.read(packet.words, 0, packet.lenBytes, side, fragmentPorts);
    if (slot < 0) return verdictName(-slot);
    return verdictName(this.pipeline.judge(slot, side, orchestrator, number, now));
  }

  state(): number {
    return this.table.stateOf(this.pipeline.index);
  }

  /** Sends all that is due to `backup`. */
  sync(backup: Member, now = 0): void {
    const words = new Int32Array(DELTA_HEAD_WORDS + DELTA_ENTRY_WORDS);
    const reader = new DeltaReader(backup.table);
    for (let i = takeToSend(this.table, now, 3000); i !== NONE; i = takeToSend(this.table, now, 3000)) {
      writeDeltaHead(this.table, words, 0);
      writeEntry(this.table, i, words, DELTA_HEAD_WORDS);
      sent(this.table, i, true);
      expect(reader.open(words, 0, words.length)).toBe(1);
      expect(reader.apply(words, DELTA_HEAD_WORDS)).toBeGreaterThanOrEqual(0);
    }
  }
}

describe('the pipeline of a member', () => {
  it.each([
    ['smaller', { address: 0x0a000001, port: 40000 }, server],
    ['larger', { address: 0x0a000003, port: 40000 }, server],
    ['same', { address: 0x0a000002, port: 40000 }, server],
  ])(
    'lets an accepted TCP connection through and follows it, the client having the %s address',
    (_name, client, server) => {
      const m = new Member();
      expect(m.take(tcp(client, server, SYN))).toBe('accept');
      expect([m.take(tcp(server, client, SYNACK)), m.take(tcp(client, server, ACK)), m.state()]).toEqual([
        'accept',
        'accept',
        STATE.established,
      ]);
      expect([
        m.take(tcp(server, client, FIN)),
        m.take(tcp(client, server, FIN)),
        m.take(tcp(server, client, ACK)),
        m.state(),
      ]).toEqual(['accept', 'accept', 'accept', STATE.closed]);
      const at = m.pipeline.index * 16;
      expect([...m.table.words.subarray(at + 10, at + 12)]).toEqual([3, 3]);
      expect([m.table.size, m.table.ruleOf(m.pipeline.index)]).toEqual([1, 1]);
    },
  );

  it('gives every refusal its name', () => {
    const m = new Member();
    expect([
      m.take(tcp(client, { ...server, port: 23 }, SYN)),
      m.take(udp(client, { ...server, port: 9999 })),
      m.take(tcp(client, server, ACK)),
      m.take(tcp(client, server, SYN | 1)),
      m.take(raw([0x60, 0, 0, 0])),
      m.take(raw([0x20, 0, 0, 0])),
      m.take(raw([0x45, 0, 0, 0])),
    ]).toEqual([
      'policy_drop',
      'policy_drop',
      'out_of_state',
      'malformed',
      'unsupported_ipv6',
      'unsupported_non_ip',
      'malformed',
    ]);
    expect(m.table.size).toBe(0);
  });

  it('says when the table is full, and serves who is in it', () => {
    const m = new Member({}, 1);
    expect([m.take(udp(client, server)), m.take(udp(client, dns)), m.take(udp(server, client))]).toEqual([
      'accept',
      'table_full',
      'accept',
    ]);
  });

  it('lets later fragments do as the connection of their first one does', () => {
    const m = new Member();
    const [first, later] = [fragment(udp(client, server), 0x2000), fragment(udp(client, server), 1)];
    const ports = first.words[5] as number;
    expect(m.take(later, 0, 1, 0, ports)).toBe('out_of_state');
    expect([m.take(first), m.take(later, 0, 3, 0, ports), m.table.size]).toEqual(['accept', 'accept', 1]);
  });

  it('follows what has no ports by its addresses', () => {
    const m = new Member();
    expect([m.take(echo(client, server)), m.take(echo(server, client)), m.table.size]).toEqual(['accept', 'accept', 1]);
  });

  it('follows UDP in both directions, and forgets it when idle', () => {
    const m = new Member();
    expect([m.take(udp(client, server), 0), m.state()]).toEqual(['accept', STATE.udpSent]);
    expect([m.take(udp(server, client), 30_000), m.state()]).toEqual(['accept', STATE.udpReplied]);
    const first = m.pipeline.index;
    expect([m.take(udp(server, client), 70_000), m.state()]).toEqual(['accept', STATE.udpReplied]);
    // 40 001 ms later it is a new one, asked by the other side.
    expect([m.take(udp(server, client), 110_001), m.state(), m.table.size]).toEqual(['accept', STATE.udpSent, 1]);
    expect(first).toBeGreaterThanOrEqual(0);
  });

  it('drops packets of a TCP connection that idled out before the sweep came by', () => {
    const m = new Member();
    m.take(tcp(client, server, SYN), 0);
    expect([m.take(tcp(server, client, SYNACK), 25_001), m.table.size]).toEqual(['out_of_state', 0]);
  });

  it('lets mid-stream packets in where the setting says so, but no RST', () => {
    const m = new Member({ tcpOutOfState: 'accept' });
    expect([m.take(tcp(client, server, RST)), m.take(tcp(client, server, ACK)), m.state()]).toEqual([
      'out_of_state',
      'accept',
      STATE.established,
    ]);
    expect(m.take(tcp(client, { ...server, port: 23 }, ACK))).toBe('policy_drop');
  });

  it('starts a new connection in a closed one, from either side, as the policy of now allows', () => {
    const m = new Member();
    m.take(tcp(client, server, SYN));
    m.take(tcp(server, client, RST));
    expect([m.take(tcp(client, server, SYN)), m.state(), m.table.size]).toEqual(['accept', STATE.synSent, 1]);
    m.take(tcp(server, client, RST));
    m.pipeline.install({ ...policy, match: () => 0, accepts: () => false });
    expect([m.take(tcp(client, server, SYN)), m.take(tcp(client, server, ACK))]).toEqual(['policy_drop', 'accept']);
  });

  it.each([
    ['where its packets come in', 0],
    ['elsewhere', 1],
  ])('lets an announced connection, at home %s, begin again for as long as it is expected', (_where, away) => {
    const m = new Member();
    const data = { ...server, port: 23 };
    const syn = tcp(client, data, SYN);
    const home = (m.pipeline.read(syn.words, 0, syn.lenBytes, 0, 0) + away) % 512;
    m.expectations.add(data.address, data.port, 6, { home, rule: 1, sync: SYNC.immediate, until: 1_000 });
    const begun = () => [m.state(), m.table.slotOf(m.pipeline.index), m.table.syncOf(m.pipeline.index)];
    const began = [STATE.synSent, home, SYNC.immediate];
    expect([m.take(syn), begun()]).toEqual(['accept', began]);
    expect(m.take(tcp(data, client, RST))).toBe('accept');
    expect([m.take(syn, 900), begun()]).toEqual(['accept', began]);
    expect(m.take(tcp(data, client, RST), 900)).toBe('accept');
    expect(m.take(syn, 1_001)).toBe('policy_drop');
  });

  it('lets nothing begin by a rule that may wait while the group is short, and what has begun go on', () => {
    const m = new Member();
    m.pipeline.install({ ...policy, defers: (rule) => rule === 1 });
    const syn = (port: number) => tcp({ ...client, port }, server, SYN);
    expect([m.take(syn(1)), m.take(udp(client, dns))]).toEqual(['accept', 'accept']);
    m.pipeline.isDeferring = true;
    expect([m.take(syn(2)), m.take(udp({ ...client, port: 2 }, dns))]).toEqual(['deferred', 'deferred']);
    expect([m.take(syn(1)), m.take(tcp(server, { ...client, port: 1 }, SYNACK))]).toEqual(['accept', 'accept']);
    expect([m.take(udp(dns, client)), m.take(udp(client, dns))]).toEqual(['accept', 'accept']);
    expect([m.take(tcp(client, { ...server, port: 23 }, SYN)), m.table.size]).toEqual(['policy_drop', 2]);
    m.take(tcp(server, { ...client, port: 1 }, RST));
    expect(m.take(syn(1))).toBe('deferred');
    m.pipeline.isDeferring = false;
    expect([m.take(syn(1)), m.take(syn(2))]).toEqual(['accept', 'accept']);
  });

  it('lets what another connection announced begin all the same', () => {
    const m = new Member();
    m.pipeline.install({ ...policy, defers: () => true });
    m.pipeline.isDeferring = true;
    const syn = tcp(client, server, SYN);
    const home = m.pipeline.read(syn.words, 0, syn.lenBytes, 0, 0);
    m.expectations.add(server.address, server.port, 6, { home, rule: 1, sync: SYNC.strict, until: 1_000 });
    expect([m.take(syn), m.take(syn, 1_001)]).toEqual(['accept', 'accept']);
    expect(m.take(tcp({ ...client, port: 7 }, server, SYN), 1_001)).toBe('deferred');
  });

  it('says of an announced connection that was handed on and is over that it begins again, at home alone', () => {
    const m = new Member();
    const data = { ...server, port: 23 };
    const syn = tcp(client, data, SYN);
    const home = (m.pipeline.read(syn.words, 0, syn.lenBytes, 0, 0) + 1) % 512;
    const { a, b, ports } = m.pipeline.steering.key;
    const handed = (now: number) => {
      m.pipeline.read(syn.words, 0, syn.lenBytes, 0, 0);
      // It may have been handed on by this very member, and is the first of those that wait for its home.
      m.pipeline.isQueued = (slot) => slot === home;
      const verdict = m.pipeline.judgeCorrected(a, b, ports, 0, 0, ++m.number, now);
      m.pipeline.isQueued = () => false;
      return verdict;
    };
    m.expectations.add(data.address, data.port, 6, { home, rule: 1, sync: SYNC.strict, until: 1_000 });
    expect(handed(0)).toBe(VERDICT.accept);
    m.take(tcp(data, client, RST));
    expect(handed(900)).toBe(VERDICT.accept);
    m.take(tcp(data, client, RST), 900);
    expect(handed(1_001)).toBe(NOT_HERE);
  });

  it('marks connections by service and setting', () => {
    const m = new Member({ sync: 'delayed' });
    m.take(udp(client, dns));
    expect([m.table.syncOf(m.pipeline.index), m.pipeline.waitsForBackup()]).toEqual([SYNC.never, false]);
    m.take(tcp(client, { ...server, port: 53 }, SYN));
    expect([m.table.syncOf(m.pipeline.index), m.pipeline.waitsForBackup()]).toEqual([SYNC.delayed, false]);
    const strict = new Member();
    strict.take(udp(client, server));
    expect(strict.pipeline.waitsForBackup()).toBe(true);
  });
});

describe('a replay', () => {
  /** A connection's packets, each with its number. */
  const story = [
    tcp(client, server, SYN),
    tcp(client, server, ACK),
    tcp(server, client, SYNACK),
    tcp(client, server, ACK),
    tcp(server, client, ACK),
    tcp(client, server, FIN),
    tcp(server, client, FIN),
    tcp(client, server, ACK),
  ];

  it('is emitted again, changes no state, and makes the entry go to the backup again', () => {
    const m = new Member();
    for (const p of story) m.take(p);
    const backup = new Member();
    m.sync(backup);
    const before = backup.table.words.slice();
    const verdicts = story.map((p, i) => backup.take(p, 0, i + 1));
    // The ACK before the answer to the SYN was dropped; the connection it belongs to would accept it now.
    expect(verdicts).toEqual(Array(8).fill('accept'));
    expect(backup.pipeline.replayed).toBe(true);
    const bookkeeping = (words: Int32Array) => words.map((w, i) => (i % 16 === 3 ? w & 0xffff : i % 16 === 15 ? 0 : w));
    expect(bookkeeping(backup.table.words)).toEqual(bookkeeping(before));
    expect(backup.table.toSend.added).toBe(1);
  });

  it('keeps the verdict of every accepted packet, wherever the copy of the backup ends', () => {
    for (let copied = 1; copied <= story.length; copied++) {
      const m = new Member();
      const backup = new Member();
      const first = story.map((p, i) => {
        const verdict = m.take(p);
        if (i + 1 === copied) m.sync(backup);
        return verdict;
      });
      const again = story.map((p, i) => backup.take(p, 0, i + 1));
      expect(again.filter((_, i) => first[i] === 'accept')).toEqual(Array(7).fill('accept'));
      expect(backup.state()).toBe(m.state());
      const counters = (x: Member) => [
        ...x.table.words.subarray(x.pipeline.index * 16 + 10, x.pipeline.index * 16 + 12),
      ];
      expect(counters(backup)).toEqual(counters(m));
    }
  });

  it('of a reopened connection passes what the one before was allowed', () => {
    const m = new Member();
    const packets = [
      tcp(client, server, SYN),
      tcp(server, client, SYNACK),
      tcp(client, server, ACK),
      tcp(client, server, RST),
      tcp(client, server, SYN),
    ];
    for (const p of packets) expect(m.take(p)).toBe('accept');
    const backup = new Member();
    m.sync(backup);
    expect(packets.map((p, i) => backup.take(p, 0, i + 1))).toEqual(Array(5).fill('accept'));
    expect([backup.state(), backup.take(tcp(client, server, ACK), 0, 6)]).toEqual([STATE.synSent, 'out_of_state']);
  });

  it('never passes what the connection could not accept', () => {
    const m = new Member();
    m.take(tcp(client, server, SYN));
    expect(m.take(tcp(client, server, ACK), 0, 1)).toBe('out_of_state');
    expect(m.pipeline.replayed).toBe(true);
  });

  it('is told by numbers that wrap, one order an orchestrator and incarnation', () => {
    const m = new Member();
    expect(m.take(udp(client, server), 0, 0xfffffffe | 0)).toBe('accept');
    const replayed = (number: number, orchestrator = 0) => {
      m.take(udp(client, server), 0, number, orchestrator);
      return m.pipeline.replayed;
    };
    expect([
      replayed(0xfffffffe | 0),
      replayed(0xfffffffd | 0),
      replayed(0xffffffff | 0),
      replayed(1),
      replayed(-1),
    ]).toEqual([true, true, false, false, true]);
    expect([replayed(1, 1), replayed(1, 1), replayed(1, 0)]).toEqual([false, true, true]);
    m.table.marks.setIncarnation(0, 2);
    expect([replayed(1, 0), replayed(1, 0), replayed(1, 1)]).toEqual([false, true, true]);
    expect([m.table.marks.setIncarnation(0, 1), replayed(1, 0)]).toEqual([false, true]);
  });

  it('is not seen in a mark so old that numbers may have gone half round', () => {
    const m = new Member();
    m.take(tcp(client, server, SYN), 0, 10);
    m.take(tcp(server, client, SYNACK), 0, 11);
    m.take(tcp(client, server, ACK), 0, 12);
    m.take(tcp(client, server, FIN), 300_001, 5);
    expect([m.pipeline.replayed, m.state()]).toEqual([false, STATE.finByInitiator]);
  });

  it('names the verdict by its word', () => {
    expect(verdictName(VERDICT.table_full)).toBe('table_full');
    expect(() => verdictName(99)).toThrow('expected a verdict of the pipeline, saw 99');
  });
});
