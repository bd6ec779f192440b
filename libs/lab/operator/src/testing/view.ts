import { resolveSettings } from '@rehearsal/kernel';
import type { Appliance } from '@rehearsal/software';
import type { FabricView, MemberView, SoftwareView } from '../view/fabric-view.js';

/** Mon Mar  2 10:48:18 2026 UTC */
export const AT_MS = 1_772_448_498_000;

export function member(number: number, rest: Partial<MemberView> = {}): MemberView {
  return {
    id: `1_${String(number).padStart(2, '0')}`,
    number,
    model: '16200',
    cores: 48,
    weight: 48,
    release: 'R81.20',
    take: 99,
    upgradeGroup: number <= 2 ? 'A' : 'B',
    process: 'running',
    state: 'ACTIVE',
    site: { state: 'UP', process: 'Enforcing Security' },
    admin: 'up',
    problems: [],
    pnotes: [],
    incarnation: 100,
    joinedAtMs: AT_MS - 5_000_000,
    lastChange: null,
    slots: { active: 128, backup: 128 },
    connections: { own: 40, copies: 30, peak: 90, forwarding: 2 },
    packets: { passed: 1000, bytes: 500_000, refused: 5, handedOn: 0, corrected: 0 },
    rates: { packetsPerSec: 1200, bitsPerSec: 4_000_000, connectionsPerSec: 10 },
    memory: null,
    cpuPercent: 3,
    policy: { hash: 'aa', stage: 'Enforcing Security' },
    configurationDiffers: [],
    copying: { sent: 4021, refused: 0, retransmitted: 7, answersHeld: 0 },
    ...rest,
  };
}

/** Four members of which 1_03 is lost. */
export function fabricView(rest: Partial<FabricView> = {}): FabricView {
  const lost = member(3, {
    state: 'LOST',
    process: 'rebooting',
    site: { state: 'DOWN', process: 'Inactive' },
    pnotes: null,
    slots: { active: 0, backup: 0 },
    connections: null,
    packets: null,
    rates: null,
    cpuPercent: null,
    policy: null,
    configurationDiffers: null,
    copying: null,
  });
  return {
    fabric: 'branch',
    profile: 'vendor',
    run: 'run-1',
    moment: 'live',
    detached: [],
    atMs: AT_MS,
    sinceMs: AT_MS - 1_051_869_000,
    groupUpMs: AT_MS - 1_051_869_000,
    group: {
      name: 'SG1',
      release: 'R81.20',
      take: 99,
      address: '198.51.100.10/24',
      interfaces: [
        { name: 'inside', ports: ['eth1-05', 'eth2-05'], address: '10.1.0.1/16', distribution: 'user', nat: 'none' },
        {
          name: 'outside',
          ports: ['eth1-06', 'eth2-06'],
          address: '203.0.113.1/24',
          distribution: 'network',
          nat: 'none',
        },
      ],
      smo: '1_01',
      policyAtMs: AT_MS - 5_580_000,
      policiesAtMs: [],
      policyHash: '',
      autoClone: 'off',
      changingTo: '',
    },
    settings: resolveSettings('vendor', {}),
    members: [member(1), member(2), lost, member(4)],
    orchestrators: [
      { id: '1_1', process: 'running', state: 'ACTIVE', tableVersion: 7, tableHash: 'aa', pendingPackets: 0 },
      { id: '1_2', process: 'running', state: 'ACTIVE', tableVersion: 7, tableHash: 'aa', pendingPackets: 0 },
    ],
    bus: 'up',
    slots: { total: 512, exposed: 0, balanced: true },
    frozen: false,
    underLoad: false,
    iterator: null,
    failovers: [],
    audits: [],
    commits: [],
    notes: [],
    ...rest,
  };
}

const JUMBO = {
  file: 'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz',
  kind: 'jumbo',
  release: 'R81.20',
  take: 118,
} as const;
const RELEASE = {
  file: 'Check_Point_R82_T777_Fresh_Install_and_Upgrade.tgz',
  kind: 'upgrade',
  release: 'R82',
  take: 777,
} as const;

export function appliance(id: string, rest: Partial<Appliance> = {}): Appliance {
  const software = { release: 'R81.20', take: 99 };
  return {
    id,
    role: 'member',
    runs: software,
    boots: software,
    incarnation: 100,
    work: null,
    failedAt: 0,
    failure: '',
    mvc: false,
    held: false,
    verified: [],
    before: [],
    snapshots: [],
    broken: '',
    ...rest,
  };
}

/** A jumbo that is imported, and a release that is not. */
export function softwareView(rest: Partial<SoftwareView> = {}): SoftwareView {
  return {
    appliances: ['1_01', '1_02', '1_03', '1_04'].map((id) => appliance(id)),
    packages: [JUMBO],
    available: [JUMBO, RELEASE],
    ...rest,
  };
}
