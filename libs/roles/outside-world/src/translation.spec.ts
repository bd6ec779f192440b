import { describe, expect, it } from '@jest/globals';
import { REASONS } from '@rehearsal/protocol';
import type { ConnectionRow, LedgerSummary } from '@rehearsal/traffic';
import { EchoFabric } from './testing/echo-fabric.js';
import { EchoNat } from './testing/echo-nat.js';

const HIDE = '203.0.113.1';
const PUBLISHED = '203.0.113.80';
const INSIDE = '10.1.0.80';

const SERVICES = [
  'https',
  'ssh',
  'dns',
  'voip',
  'syslog',
  'refused',
  'ping',
  'icmp-errors',
  'fragments',
  'ipsec',
  'nat-t',
  'gre',
  'gtp-u',
  'ftp',
  'sip',
] as const;

function played(plan: Record<string, unknown>, prepare: (fabric: EchoFabric) => void = () => {}) {
  const fabric = new EchoFabric();
  prepare(fabric);
  fabric.run(20);
  fabric.tell('start', {
    plan: { connections: 12, packetsPerSec: 2000, exchanges: 8, retransmit: { firstMs: 200, maxMs: 400 }, ...plan },
  });
  fabric.tell('finish', { deadlineMs: 60_000 }, 60_000);
  const ledger = fabric.tell('ledger') as unknown as LedgerSummary;
  const { rows } = fabric.tell('connections') as unknown as { rows: ConnectionRow[] };
  return { fabric, ledger, rows };
}

const hide = (fabric: EchoFabric): void => {
  fabric.nat = new EchoNat(HIDE);
};
const fixed = (fabric: EchoFabric): void => {
  fabric.nat = new EchoNat(HIDE, { [INSIDE]: PUBLISHED });
};

describe('a row', () => {
  it('says where its client is, how the server sees it, and which connection it follows from', () => {
    const { rows } = played({ mix: { ftp: 1 }, connections: 1 }, hide);
    expect(rows.map((r) => [r.service, r.from, r.follows])).toEqual([
      ['ftp', 'inside', null],
      ['ftp-data', 'inside', 0],
      ['ftp-data', 'outside', 0],
      ['ftp-data', 'inside', 0],
      ['ftp-data', 'outside', 0],
    ]);
    const [control] = rows;
    const [, server] = /^.*>(.*)\/tcp$/.exec(control?.tuple ?? '') ?? [];
    expect(control?.seenAs).toMatch(/^203\.0\.113\.1:\d+>/);
    expect(control?.seenAs?.endsWith(`>${server}`)).toBe(true);
    expect(played({ mix: { https: 1 }, connections: 1 }).rows.map((r) => r.seenAs)).toEqual([null]);
  });
});

describe.each(SERVICES)('connections of %s', (service) => {
  const outcome = service === 'refused' ? 'reset' : 'done';

  it('come to their end through a fabric that translates nothing', () => {
    const { ledger, rows } = played({ mix: { [service]: 1 } });
    expect(rows.map((r) => r.outcome)).toEqual(rows.map(() => outcome));
    expect(ledger).toMatchObject({
      violations: {},
      corrupted: 0,
      unexplained: 0,
      resent: 0,
      reordered: 0,
      balanced: true,
    });
    expect(ledger.sent).toBe(ledger.delivered);
  });

  it('come to their end behind hide translation', () => {
    const { ledger, rows } = played({ mix: { [service]: 1 } }, hide);
    // Nobody rewrites the address an FTP client announces, so its server finds nobody behind the translation.
    const expected = rows.map((r) => (r.service === 'ftp-data' && r.tuple.includes(':20>') ? 'gave_up' : outcome));
    expect(rows.map((r) => r.outcome)).toEqual(expected);
    expect(ledger).toMatchObject({ violations: {}, corrupted: 0, unexplained: 0, balanced: true });
  });
});

describe('connections that begin outside', () => {
  const plan = { addresses: { published: [PUBLISHED] } };

  it.each(['https', 'dns', 'ping', 'fragments'])('reach a server that is published: %s', (service) => {
    const { ledger, rows } = played({ ...plan, mix: { [`inbound-${service}`]: 1 } }, fixed);
    expect(rows.map((r) => r.outcome)).toEqual(rows.map(() => 'done'));
    expect(ledger).toMatchObject({ violations: {}, dropped: {}, resent: 0 });
    expect(rows[0]?.tuple).toContain(`>${PUBLISHED}:`);
  });

  it('reach nobody at an address that is not', () => {
    const { ledger, rows } = played({ mix: { 'inbound-https': 1 } }, hide);
    expect(rows.every((r) => r.outcome === 'gave_up')).toBe(true);
    expect(Object.keys(ledger.dropped)).toEqual(['out_of_state']);
  });
});

describe('the account of translations', () => {
  const plan = { mix: { https: 1 } };

  it('names two connections that are given the same endpoints', () => {
    const servers = { addresses: { serverCount: 1 }, connections: 2, retransmit: { giveUpAfter: 0 } };
    const { ledger } = played({ ...plan, ...servers }, (fabric) => {
      fabric.nat = new EchoNat(HIDE);
      fabric.nat.portOf = () => 40_000;
    });
    expect(ledger.violations).toMatchObject({ translation_shared: 1 });
  });

  it('names a connection whose translation changes', () => {
    const { ledger } = played(plan, (fabric) => {
      hide(fabric);
      const changeOver = 100;
      fabric.fate = (tag) => {
        if (tag === changeOver) hide(fabric);
        return 0;
      };
    });
    expect(ledger.violations['translation_changed']).toBeGreaterThan(0);
  });

  it('names an answer that comes from elsewhere than where was asked', () => {
    const { ledger } = played(plan, (fabric) => {
      fabric.tamper = (tag, words) => {
        // Another source and one less in another word of the same checksum: only the address is wrong.
        if (tag === 20) [words[3], words[4]] = [words[4] as number, words[3] as number];
      };
    });
    expect(Object.keys(ledger.violations).length).toBe(1);
    expect(ledger).toMatchObject({ corrupted: 0 });
  });

  it.each([
    ['a checksum of the IPv4 header', 2, 1 << 16],
    ['a checksum of TCP', 9, 1],
    ['a port without its checksum', 5, 1],
  ])('names %s that was not brought up to date', (_what, word, bit) => {
    const { ledger, rows } = played(plan, (fabric) => {
      fabric.tamper = (tag, words) => {
        if (tag === 20) words[word] = (words[word] as number) ^ bit;
      };
    });
    expect(ledger).toMatchObject({ violations: { checksum_wrong: 1 }, corrupted: 1 });
    // The host throws the packet away, and hears it again.
    expect(rows.every((r) => r.outcome === 'done')).toBe(true);
  });

  it('does not take a changed payload for a translation', () => {
    const { ledger } = played(plan, (fabric) => {
      fabric.tamper = (_tag, words) => {
        if (words.length > 12) words[11] = (words[11] as number) + 1;
      };
    });
    expect(ledger.corrupted).toBeGreaterThan(0);
    expect(ledger.violations).toEqual({});
  });
});

describe('packets that another member answered', () => {
  it('are counted, with how much longer they took', () => {
    const { ledger } = played({ mix: { dns: 1 } }, (fabric) => {
      fabric.corrects = (tag) => tag % 4 === 0;
    });
    expect(ledger.correction).toMatchObject({ packets: Math.floor(ledger.sent / 4), perMille: 250, extraP50Us: 0 });
    expect(ledger.correction.latency.count + ledger.correction.others.count).toBe(ledger.latency.count);
    expect(ledger.correction.latency.p50Us).toBe(ledger.latency.p50Us);
  });
});

describe('the list of packets that did not come out', () => {
  it('has each of them with its reason and place, and adds up to the account', () => {
    const { fabric, ledger } = played({ mix: { https: 1 } }, (f) => {
      f.fate = (tag) => (tag % 10 === 0 ? REASONS.dead_window : tag % 17 === 0 ? REASONS.policy_drop : 0);
    });
    const rows = [];
    let totals: { kind: string; reason: string; packets: number; listed: number }[] = [];
    for (let from: number | null = 0; from !== null;) {
      const page = fabric.tell('losses', { from, count: 7 }) as unknown as {
        rows: { kind: string; via: string; sentMs: number; judgedMs: number; side: string }[];
        totals: typeof totals;
        next: number | null;
      };
      expect(page.rows.length).toBeLessThanOrEqual(7);
      rows.push(...page.rows);
      totals = page.totals;
      from = page.next;
    }
    const lost = ledger.lost['dead_window'] as number;
    const dropped = ledger.dropped['policy_drop'] as number;
    expect(totals).toEqual([
      { kind: 'dropped', reason: 'policy_drop', packets: dropped, listed: dropped },
      { kind: 'lost', reason: 'dead_window', packets: lost, listed: lost },
    ]);
    expect(rows.filter((r) => r.kind === 'lost').length).toBe(lost);
    expect(rows.length).toBe(lost + dropped);
    expect(new Set(rows.map((r) => r.via))).toEqual(new Set(['1_1', '1_2']));
    expect(new Set(rows.map((r) => r.side))).toEqual(new Set(['inside', 'outside']));
    expect(rows.every((r) => r.judgedMs >= r.sentMs)).toBe(true);
  });
});
