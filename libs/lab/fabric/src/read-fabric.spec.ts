import { describe, expect, it } from '@jest/globals';
import { serialNumber } from '@rehearsal/kernel';
import { appliancesOf } from '@rehearsal/lab-port';
import { planOf } from './plan-of.js';
import { FileError, problemText } from './problems.js';
import { readFabric } from './read-fabric.js';

const plan = (text: string, overrides = {}) =>
  planOf(readFabric(text, 'lab.fabric.yaml'), { policy: null, locate: (p) => `/lab/${p}`, overrides });

function problemsOf(text: string): string[] {
  try {
    plan(text);
  } catch (error) {
    if (error instanceof FileError) return error.problems.map(problemText);
    throw error;
  }
  return [];
}

describe('a fabric file', () => {
  it('needs a name only: all else has a default', () => {
    const p = plan('fabric: branch\n');
    expect([p.profile, p.site, p.orchestrators]).toEqual(['vendor', 1, ['1_1', '1_2']]);
    expect(p.securityGroup.members).toEqual(
      ['1_01', '1_02', '1_03', '1_04'].map((id) => {
        return { id, serial: serialNumber('branch', id, 0), model: '16200', cores: 48, weight: 48 };
      }),
    );
    expect('spares' in p.securityGroup).toBe(false);
    expect(p.traffic).toEqual({
      connections: 2000,
      packetsPerSec: 5000,
      mix: { https: 80, ssh: 5, dns: 15 },
      captures: [],
    });
    expect(p.settings['ccp.heartbeatMs']).toBe(100);
    expect(p.roles.map((r) => r.subject)).toEqual([
      'data.sync.1',
      'data.orchestrator.1_1',
      'data.orchestrator.1_2',
      'data.member.1_01',
      'data.member.1_02',
      'data.member.1_03',
      'data.member.1_04',
      'data.outside',
    ]);
  });

  it('weighs members by cores unless it names a weight, and numbers them row by row', () => {
    const p = plan(
      'fabric: mixed\nsecurityGroups:\n  SG1:\n    members:\n      - {count: 2, model: 16200}\n      - {model: 7000, weight: 100}\n    groups: {A: "1_01,1_03", B: [1_02]}\n',
    );
    expect(p.securityGroup.members.map((m) => [m.id, m.model, m.cores, m.weight, m.group])).toEqual([
      ['1_01', '16200', 48, 48, 'A'],
      ['1_02', '16200', 48, 48, 'B'],
      ['1_03', '7000', 16, 100, 'A'],
    ]);
  });

  it('gives appliances the serial numbers it names, and others some of the lab, all of them different', () => {
    const p = plan(
      'fabric: mixed\nsecurityGroups: {SG1: {members: [{count: 3, serials: [LR1, LR2]}]}}\nspares: [{count: 1}]\n',
    );
    const serials = appliancesOf(p.securityGroup).map((m) => m.serial);
    expect(serials.slice(0, 2)).toEqual(['LR1', 'LR2']);
    expect(serials.slice(2)).toEqual(['1_03', '1_04'].map((id) => serialNumber('mixed', id, 0)));
    expect(new Set(serials).size).toBe(4);
  });

  it('numbers spares after the members, with what they were delivered with, and starts who keeps that record', () => {
    const p = plan(
      'fabric: mixed\nsecurityGroups: {SG1: {members: 2, release: R81.10, groups: {A: "1_01,1_04", B: 1_02}}}\n' +
        'spares:\n  - {count: 1}\n  - {model: 7000, weight: 8, release: R81, take: 12}\n',
      { 'factory.take': 7 },
    );
    const { members, spares = [] } = p.securityGroup;
    expect(members.map((m) => m.id)).toEqual(['1_01', '1_02']);
    expect(spares.map((s) => [s.id, s.model, s.cores, s.weight, s.release, s.take, s.group])).toEqual([
      ['1_03', '16200', 48, 48, 'R81.10', 7, undefined],
      ['1_04', '7000', 16, 8, 'R81', 12, 'A'],
    ]);
    expect(p.roles.map(({ role, id }) => `${role} ${id}`)).toEqual([
      'sync 1',
      'upgrade-conductor 1',
      'orchestrator 1_1',
      'orchestrator 1_2',
      'member 1_01',
      'member 1_02',
      'member 1_03',
      'member 1_04',
      'outside-world outside',
    ]);
  });

  it('lets a member weigh nothing, as long as another weighs something', () => {
    const p = plan('fabric: mixed\nsecurityGroups: {SG1: {members: [{weight: 0}, {weight: 512}]}}\n');
    expect(p.securityGroup.members.map((m) => m.weight)).toEqual([0, 512]);
  });

  it.each([
    ['', 'vendor', {}, ['user', 'network']],
    ['', 'lossless', {}, ['general', 'general']],
    ['', 'vendor', { 'dist.mode': 'network' }, ['network', 'network']],
    ['inside: {distribution: network}, outside: {}', 'vendor', {}, ['network', 'network']],
    ['inside: {distribution: user}, outside: {distribution: auto-topology}', 'lossless', {}, ['user', 'network']],
    ['inside: {distribution: general}, outside: {distribution: general}', 'vendor', {}, ['general', 'general']],
  ] as const)('spreads by %s with %s and %j', (interfaces, profile, overrides, expected) => {
    const said = interfaces.replaceAll('{', '{address: 10.1.0.1/16, ').replace(', }', '}');
    const group = said === '' ? '' : `securityGroups: {SG1: {interfaces: {${said}}}}\n`;
    const p = plan(`fabric: branch\nprofile: ${profile}\n${group}`, overrides);
    expect(p.securityGroup.interfaces.map((i) => i.distribution)).toEqual(expected);
  });

  it('resolves settings: the profile, then the sync block, then settings, then the command line', () => {
    const text =
      'fabric: branch\nprofile: lossless\nsecurityGroups: {SG1: {sync: {policy: delayed, delaySec: 1.5, never: [dns]}}}\nsettings: {sync.delayMs: 700, ccp.deadMultiplier: 4}\n';
    const s = plan(text, { 'ccp.deadMultiplier': 5 }).settings;
    expect([
      s['sync.policy'],
      s['sync.delayMs'],
      s['sync.never'],
      s['ccp.deadMultiplier'],
      s['resend.batches'],
    ]).toEqual(['delayed', 700, ['dns'], 5, true]);
  });

  it('finds captures beside itself', () => {
    expect(plan('fabric: branch\ntraffic: {captures: [a.pcap]}\n').traffic.captures).toEqual(['/lab/a.pcap']);
  });

  it.each([
    [
      'fabric: branch\norchestrator: 2\n',
      "lab.fabric.yaml:2:1: Unknown key 'orchestrator'. Did you mean 'orchestrators'?",
    ],
    [
      'fabric: branch\nsecurityGroups:\n  SG1:\n    members:\n      - {count: 2, modle: 7000}\n',
      "lab.fabric.yaml:5:20: Unknown key 'modle' in securityGroups.SG1.members.0. Did you mean 'model'?",
    ],
    [
      'fabric: branch\nsettings: {ccp.deadMultiplyer: 3}\n',
      'lab.fabric.yaml:2:12: setting "ccp.deadMultiplyer": there is no such setting. The nearest is "ccp.deadMultiplier".',
    ],
    [
      'fabric: branch\nsettings:\n  ccp.heartbeatMs: 1\n',
      'lab.fabric.yaml:3:3: setting "ccp.heartbeatMs": expected an integer from 10 to 60000 (ms), saw 1. Leave it out for the default.',
    ],
    [
      'fabric: branch\nsecurityGroups: {SG1: {groups: {A: 101}}}\n',
      'lab.fabric.yaml:2:33: A member id is text, and 101 is a number. Write it as the vendor does and in quotes: "1_01".',
    ],
    [
      'fabric: branch\nsecurityGroups: {SG1: {members: 2, groups: {A: 1_01-1_03}}}\n',
      "lab.fabric.yaml:2:45: There is no member '1_03'. Members are 1_01 to 1_02.",
    ],
    [
      'fabric: branch\nsecurityGroups: {SG1: {groups: {A: 1_01-1_02, B: 1_02}}}\n',
      'lab.fabric.yaml:2:47: Member 1_02 is in group A already. Name it once.',
    ],
    [
      'fabric: twin\nsites: {1: {}, 2: {}}\nsecurityGroups: {SG1: {mode: active-active}}\n',
      "lab.fabric.yaml:2:1: Several sites are not in this version. Remove 'sites'; see docs for the single-site shape.",
    ],
    [
      'fabric: global\nmanagement: {servers: {}}\n',
      "lab.fabric.yaml:2:1: Management servers are not in this version. Remove 'management'; see docs for the single-site shape.",
    ],
    [
      'fabric: branch\nsecurityGroups: {SG1: {}, SG2: {}}\n',
      'lab.fabric.yaml:2:27: A fabric has exactly one Security Group in this version, saw 2. Keep one, and give the others files of their own.',
    ],
    [
      'fabric: branch\nsecurityGroups: {SG1: {members: [{weight: 0}, {count: 2, weight: 0}]}}\n',
      'lab.fabric.yaml:2:24: No member has a weight above 0, so none would be given a slot. Give one member a weight of 1 to 512, or leave all weights out: the cores count then.',
    ],
    [
      'fabric: branch\nsecurityGroups: {SG1: {interfaces: {inside: {address: 10.1.0.1/16, distribution: general}, outside: {address: 1.1.1.1/24}}}}\n',
      'lab.fabric.yaml:2:68: General distribution holds for the whole Security Group; here inside is general and outside is network. Say general at both, or user, network or auto-topology at both.',
    ],
    [
      'fabric: branch\nsecurityGroups: {SG1: {members: 15}}\n',
      'lab.fabric.yaml:2:24: A site has at most 14 members, saw 15. Take some away, or raise the setting limit.membersPerSite.',
    ],
    [
      'fabric: branch\ntraffic: {mix: {https: 80}}\n',
      'lab.fabric.yaml:2:11: The shares of a traffic mix make 100 percent, saw 80. Change a share.',
    ],
    [
      'fabric: branch\nsecurityGroups: {SG1: {members: [{model: 9999}]}}\n',
      `lab.fabric.yaml:2:35: The cores of model 9999 are not known here. Add 'cores', or use one of: 6200, 6600, 7000, 16200, 16600, 26000, 28000.`,
    ],
    [
      'fabric: branch\nsecurityGroups: {SG1: {members: [{count: 1, serials: [LR1, LR2]}]}}\n',
      "lab.fabric.yaml:2:45: There are 2 serial numbers for 1 appliances. Take some away, or raise 'count'.",
    ],
    [
      'fabric: branch\nsecurityGroups: {SG1: {members: [{count: 2, serials: [LR1]}]}}\nspares: [{serials: [LR1]}]\n',
      'lab.fabric.yaml:3:21: Serial number LR1 is there twice. Give each appliance its own.',
    ],
    [
      'fabric: branch\nspares: [{serials: [lr 1]}]\n',
      'lab.fabric.yaml:2:21: spares.0.serials.0: expected a serial number of capital letters, digits and "-", saw "lr 1". Change the value.',
    ],
    [
      'fabric: branch\nsecurityGroups: {SG1: {members: 13}}\nspares: [{count: 2}]\n',
      'lab.fabric.yaml:2:24: A site has at most 14 members, saw 15. Take some away, or raise the setting limit.membersPerSite.',
    ],
    ['profile: vendor\n', "lab.fabric.yaml:1:1: fabric: expected text (nothing is there). Add 'fabric'."],
    [
      'fabric: Branch\n',
      'lab.fabric.yaml:1:1: fabric: expected a short name of small letters, digits and "-", as in branch, saw "Branch". Change the value.',
    ],
    [
      'fabric: a\nfabric: b\n',
      'lab.fabric.yaml:2:1: This is not YAML: Map keys must be unique. Mend the line, then try again.',
    ],
    ['', 'lab.fabric.yaml:1:1: The file: expected a map of keys, saw null. Change the value.'],
  ])('says what is wrong, where, and what to do: %j', (text, said) => {
    expect(problemsOf(text)).toEqual([said]);
  });

  it('names everything that is wrong at once, in the order of the file', () => {
    const found = problemsOf('fabric: branch\nprofil: vendor\norchestrators: 3\nsecurityGroups: {SG1: {tak: 1}}\n');
    expect(found.map((p) => p.split(': ')[0])).toEqual([
      'lab.fabric.yaml:2:1',
      'lab.fabric.yaml:3:1',
      'lab.fabric.yaml:4:24',
    ]);
  });
});
