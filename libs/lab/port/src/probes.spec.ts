import { describe, expect, it } from '@jest/globals';
import type { ProbeReading } from './lab.js';
import { PROBES, pollUntil, readingFits, readProbe } from './probes.js';
import type { LabStatus, LedgerSummary, ProcessStatus } from './status.js';
import { processStatus } from './status-of.js';

function row(
  role: string,
  id: string,
  detail: Record<string, unknown> = {},
  over: Partial<ProcessStatus> = {},
): ProcessStatus {
  return {
    role,
    id,
    process: 'running',
    pid: 1,
    incarnation: 1,
    state: 'ACTIVE',
    ready: true,
    connections: 0,
    detail,
    ...over,
  };
}

const status: LabStatus = {
  fabric: 'f',
  profile: 'vendor',
  atMs: 5,
  bus: 'up',
  orchestrators: [
    row('orchestrator', '1_1', {
      activeMembers: ['1_01', '1_02'],
      exposedSlots: 0,
      balanced: true,
      tableVersion: 9,
      tableHash: 'a',
      distribution: 'auto-topology',
      deferral: { isOn: false, rules: ['mail'] },
    }),
    row('orchestrator', '1_2', {
      activeMembers: ['1_01'],
      exposedSlots: 7,
      balanced: false,
      tableVersion: 8,
      tableHash: 'b',
      distribution: 'changing',
      deferral: { isOn: true, rules: ['mail'] },
      underLoad: true,
    }),
  ],
  members: [row('member', '1_01'), row('member', '1_02', {}, { process: 'hung', state: 'hung', ready: false })],
  sync: row('sync', '1'),
  traffic: row('outside-world', 'outside', {}, { connections: 1234 }),
  conductor: row('upgrade-conductor', '1', {
    upgrade: { status: 'running', step: 4 },
    appliances: [
      { role: 'member', runs: { release: 'R81.20', take: 118 } },
      { role: 'member', runs: { release: 'R81.20', take: 99 } },
      { role: 'orchestrator', runs: { release: 'R81.20', take: 118 } },
    ],
  }),
};
const ledger: LedgerSummary = {
  packets: { sent: 10, delivered: 6, dropped: 1, lost: 2, unexplained: 1 },
  connections: { total: 4, lost: 3 },
};
const lab = {
  status: async () => status,
  ledger: async () => ledger,
  logUsage: async () => ({ usedBytes: 819, maxBytes: 1000 }),
  nowMs: () => 5,
};
const read = async (name: string, args = {}): Promise<unknown> => (await readProbe(lab, name, args)).value;

describe('the probes of a lab', () => {
  it('believe the worst view of any orchestrator that runs', async () => {
    expect([await read('members-active'), await read('exposed-slots'), await read('balanced')]).toEqual([1, 7, false]);
    const dead = status.orchestrators.map((o) => ({ ...o, process: 'dead' as const }));
    const none = { ...lab, status: async () => ({ ...status, orchestrators: dead }) };
    expect((await readProbe(none, 'members-active')).value).toBe(0);
    expect((await readProbe(none, 'exposed-slots')).value).toBe(Number.MAX_SAFE_INTEGER);
    expect((await readProbe(none, 'balanced')).value).toBe(false);
  });

  it('count processes, connections and packets', async () => {
    const values: Record<string, unknown> = {};
    for (const name of Object.keys(PROBES)) values[name] = await read(name, { member: '1_02', software: 'R81.20:118' });
    expect(values).toEqual({
      ready: false,
      deferring: true,
      'under-load': true,
      'processes-running': 5,
      'members-active': 1,
      'exposed-slots': 7,
      balanced: false,
      'orchestrators-active': 2,
      'versions-agree': false,
      distribution: 'changing',
      'member-state': 'hung',
      settled: false,
      'upgrade-status': 'running',
      'upgrade-rule': 'none',
      'upgrade-step': 5,
      'members-running': 1,
      'log-used-percent': 81,
      'connections-open': 1234,
      'packets-unexplained': 1,
      'packets-lost': 2,
      'packets-delivered': 6,
      'connections-lost': 3,
    });
    expect(await read('member-state', { member: '1_01' })).toBe('ACTIVE');
  });

  it('refuse what they do not know', async () => {
    await expect(read('toString')).rejects.toThrow(/There is no probe 'toString'\. Name one of: ready, /);
    await expect(read('member-state')).rejects.toThrow(/lacks member/);
    await expect(read('member-state', { member: '1_09' })).rejects.toThrow(/no member '1_09'.*1_01, 1_02/);
  });

  it('compare as JSON, or by number', () => {
    const cases: [unknown, Parameters<typeof readingFits>[1], boolean][] = [
      [4, { equals: 4 }, true],
      [4, { equals: '4' }, false],
      [[1], { equals: [1] }, true],
      [4, { atLeast: 4 }, true],
      [3, { atLeast: 4 }, false],
      [4, { atMost: 4 }, true],
      [5, { atMost: 4 }, false],
      ['5', { atLeast: 4 }, false],
    ];
    expect(cases.map(([value, until]) => readingFits(value, until))).toEqual(cases.map(([, , fits]) => fits));
  });
});

describe('waiting for a probe', () => {
  function clock(answers: number[]): { looks: number[]; lab: Parameters<typeof pollUntil>[0] } {
    let nowMs = 0;
    const looks: number[] = [];
    return {
      looks,
      lab: {
        nowMs: () => nowMs,
        waitMs: async (ms) => {
          nowMs += ms;
        },
        probe: async (name): Promise<ProbeReading> => {
          looks.push(nowMs);
          return { name, value: answers.shift() ?? 0, atMs: nowMs };
        },
      },
    };
  }

  it('looks now, then again and again, and gives the first reading that fits', async () => {
    const { lab, looks } = clock([1, 2, 3]);
    const reading = await pollUntil(lab, { name: 'x', until: { atLeast: 3 } }, 100, 40);
    expect([reading.value, looks]).toEqual([3, [0, 40, 80]]);
  });

  it('looks once more at the deadline, then says what it saw last', async () => {
    const { lab, looks } = clock([1, 2, 1]);
    await expect(pollUntil(lab, { name: 'x', until: { equals: 9 } }, 50, 40)).rejects.toThrow(
      /Waited 50 ms for x to be \{"equals":9\}, and it is 1/,
    );
    expect(looks).toEqual([0, 40, 50]);
  });
});

describe('a row of the status', () => {
  const facts = { role: 'member', id: '1_01', process: 'running', pid: 7, incarnation: 2, ready: true } as const;

  it("is the role's own word, completed by what the lab knows", () => {
    const said = processStatus(facts, {
      ok: true,
      body: { state: 'READY', ready: false, connections: 3, smo: '1_01' },
    });
    expect([said.state, said.ready, said.connections, said.detail]).toEqual(['READY', false, 3, { smo: '1_01' }]);
    const terse = processStatus(facts, { ok: true, body: { slots: 1 } });
    expect([terse.state, terse.ready]).toEqual(['UP', true]);
  });

  it('says so when the role does not answer', () => {
    expect(processStatus(facts, undefined).state).toBe('unreachable');
    expect(processStatus({ ...facts, process: 'hung' }, undefined).state).toBe('hung');
    expect(processStatus(facts, { ok: false, reason: 'no' }).state).toBe('unreachable');
  });
});
