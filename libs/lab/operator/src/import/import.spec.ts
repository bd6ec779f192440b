import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { asgStat } from '../layouts/asg-stat.js';
import { cpinfoY } from '../layouts/versions.js';
import { fabricView, member } from '../testing/view.js';
import { textOf } from '../text/line.js';
import type { FabricView } from '../view/fabric-view.js';
import { ImportError, type Imported } from './findings.js';
import { readPaste } from './read-paste.js';
import { draftFabric } from './to-fabric.js';

const MODELS = { '16200': 48, '6200': 4 };
const stat = (view: FabricView): string => textOf(asgStat(view, '1_01', true), false);
const draft = (...pastes: readonly Imported[]) => draftFabric(pastes, MODELS);

const GAIA = JSON.stringify(
  {
    id: 1,
    interfaces: [
      { name: 'eth1-05' },
      { name: 'eth2-05' },
      { name: 'eth1-06' },
      { name: 'eth2-06' },
      { name: 'eth1-Mgmt1' },
    ],
    gateways: [
      { id: 'AB12345678', model: 'Check Point 6200' },
      { id: 'AB12345679', model: 'Check Point 16200' },
    ],
    sites: [{ id: 1 }],
    ftw_configuration: { hostname: 'Edge.Lab', is_vsx: false },
    mgmt_connectivity: { ipv4_address: '192.0.2.77', ipv4_mask_length: 26, default_gateway: '192.0.2.65' },
  },
  null,
  2,
);

describe('import', () => {
  it.each(['R81.20', 'R82', 'R76'])('reads back what asg stat -v shows of %s', (release) => {
    const view = fabricView();
    const read = readPaste(stat({ ...view, group: { ...view.group, release } }), 'stat.txt');
    expect(read.members?.map((m) => [m.value.number, m.value.site, m.value.state])).toEqual(
      view.members.map((m) => [m.number, 1, release === 'R76' ? m.site.state : m.state]),
    );
    if (release === 'R76') expect(read.name?.value).toBe('SG1');
    else expect(read.release).toEqual({ value: release, file: 'stat.txt', line: 6 });
  });

  it('reads back any number of members in any state', () => {
    const states = fc.constantFrom('ACTIVE', 'ACTIVE(!)', 'ACTIVE(!F)', 'DOWN', 'LOST', 'READY', 'INIT');
    fc.assert(
      fc.property(fc.array(states, { minLength: 1, maxLength: 14 }), (list) => {
        const members = list.map((state, i) => member(i + 1, { state }));
        const read = readPaste(stat(fabricView({ members })), 'x');
        expect(read.members?.map((m) => m.value.state)).toEqual(list);
      }),
      { numRuns: 100 },
    );
  });

  it('makes a fabric file of asg stat and cpinfo, and accounts for it', () => {
    const made = draft(
      readPaste(stat(fabricView()), 'stat.txt'),
      readPaste(textOf(cpinfoY(fabricView(), '1_01'), false), 'cpinfo.txt'),
    );
    expect(made.yaml).toBe(`fabric: sg1
profile: vendor
orchestrators: 2
securityGroups:
  SG1:
    release: R81.20
    take: 99
    address: 198.51.100.10/24
    members:
      - {count: 4, model: "16200"}
    interfaces:
      inside:  {ports: [eth1-05, eth2-05], address: 10.1.0.1/16}
      outside: {ports: [eth1-06, eth2-06], address: 203.0.113.1/24}
traffic:
  connections: 2000
  packetsPerSec: 5000
`);
    expect(made.took).toEqual([
      '4 members (stat.txt:12)',
      'release R81.20 (stat.txt:6)',
      'jumbo take 99 (cpinfo.txt:5)',
    ]);
    expect(made.assumed).toContain('2 orchestrators');
    expect(made.left).toContain('member 3 is LOST (stat.txt:14): a fabric starts with all up');
  });

  it('takes names, address, models and ports from the Gaia API', () => {
    const made = draft(readPaste(GAIA, 'sg.json'));
    expect(made.yaml).toContain('fabric: edge-lab\n');
    expect(made.yaml).toContain('  Edge-Lab:\n');
    expect(made.yaml).toContain('    address: 192.0.2.77/26\n');
    expect(made.yaml).toContain('      - {count: 1, model: "6200"}\n      - {count: 1, model: "16200"}\n');
    expect(made.yaml).toContain('inside:  {ports: [eth1-05, eth2-05]');
    expect(made.yaml).toContain('outside: {ports: [eth1-06, eth2-06]');
    expect(made.left).toEqual(['management port eth1-Mgmt1 (sg.json:17)']);
  });

  it('takes from the text of show maestro security-group what cannot be mistaken', () => {
    const made = draft(
      readPaste(
        `Security Group 1
  Name: Edge
  Management IP: 192.0.2.9  Mask: 255.255.255.0
  Gateway 1_01  serial AB12345678  model: 6200
  Gateway 1_02  serial AB12345679  model: 6200
  Ports: eth1-05 eth1-06
`,
        'sg.txt',
      ),
    );
    expect(made.yaml).toContain('      - {count: 2, model: "6200"}\n');
    expect(made.yaml).toContain('orchestrators: 1\n');
    expect(made.took).toEqual(
      expect.arrayContaining([
        '2 members (sg.txt:4)',
        'model 6200 (sg.txt:4)',
        '1 orchestrator, by its ports (sg.txt:6)',
      ]),
    );
    expect(made.yaml).toContain('    address: 192.0.2.9/24\n');
  });

  it.each<[string, string, number, string]>([
    ['', 'empty', 1, 'Paste'],
    ['hello there', 'none of the outputs', 1, 'asg stat -v'],
    ['{"gateways": [}', 'not JSON', 1, 'gateways'],
    ['{"a": 1}', 'no Security Group', 1, 'interfaces'],
    ['| System Status - Maestro |', 'no member', 1, 'whole output'],
    ['x CPinfo Build 1', 'no release', 1, 'Take'],
    ['| SGMs | 5 / 5 |\n| SGM ID   Chassis 1 |\n| 1   ACTIVE |', '5 SGMs, and shows 1', 1, 'whole output'],
    ['| SGM ID   Chassis 1 |\n| 1   ACTIVE |\n| 1   DOWN |', 'in line 2 already', 3, 'whole output'],
  ])('says of %j what is wrong, where, and what to do', (paste, message, line, remedy) => {
    let seen: unknown;
    try {
      readPaste(paste, 'p.txt');
    } catch (error) {
      seen = error;
    }
    expect(seen).toBeInstanceOf(ImportError);
    expect((seen as ImportError).message).toContain(message);
    expect((seen as ImportError).line).toBe(line);
    expect((seen as ImportError).remedy).toContain(remedy);
  });

  it('takes nothing that contradicts something else', () => {
    const one = readPaste(stat(fabricView()), 'a.txt');
    const other = readPaste(
      textOf(cpinfoY(fabricView({ members: [member(1, { release: 'R82' })] }), '1_01'), false),
      'b.txt',
    );
    expect(() => draft(one, other)).toThrow('The release is R82 here, and R81.20 in a.txt:6.');
    expect(() => draft(one, readPaste(GAIA, 'sg.json'))).toThrow('The number of members is 2 here, and 4 in a.txt:12.');
    expect(() => draft(other)).toThrow('Nothing here says how many members there are');
  });

  it('never breaks on what is no output of anything', () => {
    const piece = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom(
        '| SGM ID',
        'Chassis 1 |',
        '| 1 (local)  ACTIVE |',
        '| SGMs | 4 / 4 |',
        '\n',
        '|',
        'Version',
        '{',
        '}',
        '[',
        '"gateways"',
        ':',
        ',',
        'eth1-05',
        'security group',
        'serial AB12345678',
        'HOTFIX_R81_20_JUMBO_HF_MAIN',
        'Take: 1',
        '\0',
        '192.0.2.1/99',
        '255.0.0.999',
        '9999999999',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), (pieces) => {
        try {
          draft(readPaste(pieces.join(' '), 'p'), readPaste(pieces.join('\n'), 'q'));
        } catch (error) {
          if (!(error instanceof ImportError)) throw error;
          expect(error.line).toBeGreaterThan(0);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
