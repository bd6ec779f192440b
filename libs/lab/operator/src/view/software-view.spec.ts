import { describe, expect, it } from '@jest/globals';
import type { FabricPlan } from '@rehearsal/lab-port';
import { nodeOfHost } from './node-of-host.js';
import { recordedView } from './recorded-view.js';

const PLAN = {
  fabric: 'branch',
  profile: 'vendor',
  settings: {},
  orchestrators: [],
  packages: [{ file: 'a.tgz', kind: 'jumbo', release: 'R81.20', take: 118 }],
  securityGroup: {
    name: 'SG1',
    release: 'R81.20',
    take: 99,
    address: '',
    interfaces: [],
    members: [{ id: '1_01' }, { id: '1_02', group: 'B' }],
  },
} as unknown as FabricPlan;

const software = { release: 'R81.20', take: 99 };
const to = { release: 'R81.20', take: 118 };
const APPLIANCES = ['1_01', '1_02'].map((id) => ({ id, role: 'member', software }));
const COMMITS = [
  [{ type: 'Configured', config: { appliances: APPLIANCES, cloneNeedsMb: 0, cloneRoomMb: 0, holdsUpgraded: false } }],
  [{ type: 'WorkBegun', appliance: '1_02', kind: 'install', package: 1, to, smo: '' }],
  [{ type: 'WorkFinished', appliance: '1_02', kind: 'install', to }],
  [{ type: 'ApplianceBooted', appliance: '1_02', incarnation: 2, software: to }],
].map((events, i) =>
  JSON.stringify({
    id: `c.${i}`,
    stream: 'software.SG1',
    version: i + 1,
    prev: i === 0 ? '' : 'a'.repeat(64),
    principal: { name: 'Ann Lee', known: 'asserted' },
    input: { type: 'x', id: `i.${i}`, at: i, from: 'command', why: 'change 7' },
    events: events.map((event) => ({ ...event, version: i + 1 })),
    build: 'b',
    time: { ms: i + 1, count: 0 },
  }),
);

const viewAt = (atMs: number, log = COMMITS) =>
  recordedView({ plan: PLAN, run: 'r', startedAtMs: 0, atMs, log, notes: [], metrics: null, sampled: null });

describe('the software of a fabric at a moment', () => {
  it('is what the log says each member runs', () => {
    expect(viewAt(3).members.map((m) => m.take)).toEqual([99, 99]);
    expect(viewAt(4).members.map((m) => m.take)).toEqual([99, 118]);
    expect(viewAt(2).software?.appliances[1]?.work?.to).toEqual(to);
    expect(viewAt(4).software?.available).toEqual(PLAN.packages);
    expect(viewAt(4).audits).toEqual([
      { atMs: 2, what: 'installer install 1 on blades: 1_02', by: 'Ann Lee', why: 'change 7' },
    ]);
  });

  it('is what the fabric file says where nobody keeps the record', () => {
    const { software: none, members } = viewAt(4, []);
    expect(none).toBeUndefined();
    expect(members.map(({ release, take, upgradeGroup }) => [release, take, upgradeGroup])).toEqual([
      ['R81.20', 99, ''],
      ['R81.20', 99, 'B'],
    ]);
  });
});

describe('who answers to the name of a host', () => {
  it.each([
    ['SG1-ch01-03', { role: 'member', id: '1_03' }],
    ['SG1-s01-03', { role: 'member', id: '1_03' }],
    ['1_03', { role: 'member', id: '1_03' }],
    ['192.0.2.3', { role: 'member', id: '1_03' }],
    ['MHO-1_1', { role: 'orchestrator', id: '1_1' }],
    ['1_1', { role: 'orchestrator', id: '1_1' }],
    ['management', undefined],
  ])('%s', (host, node) => {
    expect(nodeOfHost(host)).toEqual(node);
  });
});
