import { describe, expect, it } from '@jest/globals';
import { AT_MS, fabricView, member } from '../testing/view.js';
import { textOf, type Line } from '../text/line.js';
import { asgConns } from './asg-conns.js';
import { diagPrint, diagVerify } from './asg-diag.js';
import { asgPerf } from './asg-perf.js';
import { asgSearch, type FoundRow } from './asg-search.js';
import { asgStatIds, asgStatTasks } from './asg-stat-info.js';
import { asgStat } from './asg-stat.js';
import { bladeStats } from './blade-stats.js';
import { cphaprobIf } from './cphaprob-if.js';
import { cphaprobList } from './cphaprob-list.js';
import { cphaprobStat, cphaprobState, showFailover } from './cphaprob-state.js';
import { framed } from './g-all.js';
import { pstat, syncstat } from './syncstat.js';
import { cpinfoY } from './versions.js';

const shown = (page: readonly Line[]): string[] => textOf(page, false).trimEnd().split('\n');
const text = (golden: string): string[] => golden.replace(/^\n/, '').trimEnd().split('\n');

const failover = {
  atMs: AT_MS - 60_000,
  from: '1_03',
  to: ['1_01', '1_04'],
  slots: 128,
  reason: 'No heartbeat for 312 ms',
};

describe('asg stat', () => {
  it('is 80 wide, with member rows and parameters under -v', () => {
    expect(shown(asgStat(fabricView(), '1_01', true))).toEqual(
      text(`
--------------------------------------------------------------------------------
| System Status - Maestro                                                      |
--------------------------------------------------------------------------------
| Up time                       | 12 days, 04:11:09 hours                      |
| SGMs                          | 3 / 4                                        |
| Version                       | R81.20 (Build Number N/A)                    |
| FW Policy Date                | 02Mar26 09:15                                |
--------------------------------------------------------------------------------
| SGM ID                        Chassis 1                                      |
|                               ACTIVE                                         |
--------------------------------------------------------------------------------
| 1 (local)                     ACTIVE                                         |
| 2                             ACTIVE                                         |
| 3                             LOST                                           |
| 4                             ACTIVE                                         |
--------------------------------------------------------------------------------
| Chassis Parameters                                                           |
--------------------------------------------------------------------------------
| Unit                          Chassis 1                          Unit Weight |
| SGMs                          3 / 4                              6           |
| Ports                                                                        |
|   Standard                    4 / 4                              11          |
|   Bond                        2 / 2                              11          |
|   Mgmt                        0 / 0                              11          |
|   Other                       0 / 0                              6           |
| Chassis Grade                 84 / 90                            -           |
--------------------------------------------------------------------------------
| Minimum grade gap for chassis failover:                  11                  |
| Synchronization                                                              |
|   Sync to Active chassis:     Enabled                                        |
|   Sync to all chassis:        Disabled                                       |
--------------------------------------------------------------------------------
`),
    );
    expect(shown(asgStat(fabricView(), '1_01', false))).toHaveLength(8);
  });

  it('counts the ports of an orchestrator that does not run as down', () => {
    const view = fabricView();
    const orchestrators = view.orchestrators.map((o) =>
      o.id === '1_2' ? { ...o, process: 'dead' as const, state: 'dead' } : o,
    );
    const page = shown(asgStat({ ...view, orchestrators }, '1_01', true));
    expect(page.filter((l) => /Standard|Bond|Grade  /.test(l))).toEqual([
      '|   Standard                    2 / 4                              11          |',
      '|   Bond                        2 / 2                              11          |',
      '| Chassis Grade                 62 / 90                            -           |',
    ]);
  });

  it('has the layout of R76SP where that is the release', () => {
    const view = fabricView();
    const old = { ...view, group: { ...view.group, release: 'R76' } };
    expect(shown(asgStat(old, '1_01', true))).toEqual(
      text(`
-----------------------------------------------------------------------------
| VSX System Status                                                         |
-----------------------------------------------------------------------------
| VS ID:  0                     VS Name:  SG1                               |
-----------------------------------------------------------------------------
| Chassis 1                     ACTIVE                                      |
-----------------------------------------------------------------------------
| SGM ID         State          Process                   Policy Date       |
| 1  (local)     UP             Enforcing Security        02Mar26 09:15     |
| 2              UP             Enforcing Security        02Mar26 09:15     |
| 3              DOWN           Inactive                  NA                |
| 4              UP             Enforcing Security        02Mar26 09:15     |
-----------------------------------------------------------------------------
`),
    );
  });

  it('says Site from R82 on', () => {
    const view = fabricView();
    const page = shown(asgStat({ ...view, group: { ...view.group, release: 'R82' } }, '1_01', true));
    expect(page.some((l) => l.includes('Chassis'))).toBe(false);
    expect(page).toContain('| Site Parameters                                                              |');
  });

  it('-i tasks gives all tasks to the SMO, and ids are in one line', () => {
    expect(shown(asgStatTasks(fabricView(), '1_01')).slice(0, 5)).toEqual(
      text(`
--------------------------------------------------------------------------------
| Task (Task ID)    |                       Chassis 1                          |
--------------------------------------------------------------------------------
| SMO (0)           |                          1(local)                        |
| General (1)       |                          1(local)                        |
`),
    );
    expect(shown(asgStatIds(fabricView(), 'active_ids'))).toEqual(['1_01 1_02 1_04']);
    expect(shown(asgStatIds(fabricView(), 'all_ids'))).toEqual(['1_01 1_02 1_03 1_04']);
  });
});

describe('cphaprob', () => {
  const changed = member(2, {
    lastChange: {
      atMs: AT_MS - 1000,
      from: 'ACTIVE(!)',
      to: 'ACTIVE',
      reason: 'Reason for ACTIVE! alert has been resolved',
    },
  });
  const view = fabricView({ members: [member(1), changed], failovers: [failover] });

  it('state has its columns, moved on by the width of the longest id', () => {
    expect(shown(cphaprobState(view, '1_02'))).toEqual(
      text(`

Cluster Mode:   HA Over LS

ID           Unique Address  Assigned Load   State          Name

1_01         192.0.2.1       25%             ACTIVE         SG1-ch01-01
1_02 (local) 192.0.2.2       25%             ACTIVE         SG1-ch01-02


Active PNOTEs: None

Last member state change event:
   Event Code:                 CLUS-114904
   State change:               ACTIVE(!) -> ACTIVE
   Reason for state change:    Reason for ACTIVE! alert has been resolved
   Event time:                 Mon Mar  2 10:48:17 2026

Last cluster failover event:
   Transition to new ACTIVE:   Member 1_03 -> Member 1_01, 1_04
   Reason:                     No heartbeat for 312 ms
   Event time:                 Mon Mar  2 10:47:18 2026

Cluster failover count:
   Failover counter:           1
   Time of counter reset:      Wed Feb 18 06:37:09 2026 (reboot)
`),
    );
  });

  it('says of a stopped member only that the module is not started', () => {
    const stopped = fabricView({ members: [member(1, { state: 'HA module not started.' })] });
    for (const page of [cphaprobState, cphaprobStat, cphaprobIf, syncstat]) {
      expect(shown(page(stopped, '1_01'))).toEqual(['HA module not started.']);
    }
  });

  it('stat has states in title case', () => {
    expect(shown(cphaprobStat(view, '1_01'))[5]).toBe('1_01 (local) 192.0.2.1       25%             Active');
  });

  it('list shows what is in trouble, -l all, and a clean member says so', () => {
    expect(shown(cphaprobList(view, '1_01', 'problems'))).toEqual(['', 'There are no pnotes in problem state']);
    const bad = member(1, {
      pnotes: [{ name: 'fwd', state: 'problem', timeoutSec: 30, reportedAtMs: AT_MS - 4000 }],
      admin: 'down',
    });
    const page = shown(cphaprobList(fabricView({ members: [bad] }), '1_01', 'default'));
    expect(page).toEqual(
      text(`

Built-in Devices:

Registered Devices:

Device Name: fwd
Registration number: 0
Timeout: 30 sec
Current state: problem
Time since last report: 4 sec

Device Name: admin_down
Registration number: 1
Timeout: none
Current state: problem
Time since last report: N/A
`),
    );
    expect(shown(cphaprobList(view, '1_01', 'all'))).toContain('Device Name: Interface Active Check');
    expect(shown(cphaprobState(fabricView({ members: [bad] }), '1_01'))).toContain('Active PNOTEs: fwd, admin_down');
  });

  it('show_failover ends in a table, latest first', () => {
    const two = fabricView({ failovers: [failover, { ...failover, from: '1_02', to: [], reason: 'cpstop' }] });
    expect(shown(showFailover(two, 1)).slice(-1)).toEqual([
      '1    Mon Mar  2 10:47:18 2026  Member 1_02 -> Member N/A     N/A   cpstop',
    ]);
  });

  it('syncstat fills labels with dots up to column 45', () => {
    const page = shown(syncstat(fabricView(), '1_01'));
    expect(page).toContain('Total generated sync messages................ 4021');
    expect(page).toContain('Delta Sync interval (ms)..................... 100');
    expect(page).toContain('Lost updates................................. N/A');
    expect(page[page.length - 1]).toBe('Reset on Mon Mar  2 09:24:58 2026 (triggered by fullsync).');
  });
});

describe('other layouts', () => {
  it('fw ctl pstat has the Sync part', () => {
    expect(shown(pstat(fabricView(), '1_01')).slice(0, 5)).toEqual([
      'Sync:',
      '        Version: new',
      '        Status: Able to Send/Receive sync packets',
      '        Sync packets sent:',
      '         total : 4021,  retransmitted : 7, retrans reqs : N/A,  acks : N/A',
    ]);
  });

  it('asg_conns adds up members that answer', () => {
    expect(shown(asgConns(fabricView(), ['1_01', '1_03', '1_04']))).toEqual(
      text(`
1_01:
#VALS     #PEAK     #SLINKS
    70        90        72
1_04:
#VALS     #PEAK     #SLINKS
    70        90        72
Total (fw1 connections table): 140 connections

1_01:
Number of connections: N/A
1_04:
Number of connections: N/A
Total (SecureXL connections table): N/A connections
`),
    );
  });

  it('asg perf has three titled tables, with K and M', () => {
    const page = shown(asgPerf(fabricView(), true, true));
    expect(page.filter((l) => l.includes('Summary')).map((l) => l.replaceAll(/[| ]{2,}/g, ' ').trim())).toEqual([
      'Performance Summary',
      'Per SGM Distribution Summary',
      'Per Path Distribution Summary',
    ]);
    expect(page).toContain('| Throughput                      | 12 M     |');
    expect(page).toContain('| Packet rate                     | 3.6 K    |');
    expect(page).toContain('| Instances load (avg/min/max)    | 3%/3%/3% |');
  });

  it('asg search puts the active member first, and knows who only corrects', () => {
    const row: FoundRow = {
      src: 0x0a010105,
      dst: -976_894_519,
      srcPort: 40_001,
      dstPort: 443,
      proto: 6,
      slot: 1,
      isForward: false,
      serves: true,
    };
    const found = [
      { member: '1_01', total: 1, rows: [{ ...row, isForward: true, serves: false }] },
      { member: '1_02', total: 1, rows: [{ ...row, serves: false }] },
      { member: '1_04', total: 1, rows: [row] },
    ];
    expect(shown(asgSearch(fabricView(), found))[0]).toBe(
      '<10.1.1.5, 40001, 197.197.197.201, 443, tcp> -> [1_04 AF] [1_01 C] [1_02 BF]',
    );
    expect(shown(asgSearch(fabricView(), null))).toHaveLength(1);
  });

  it('asg diag counts what passed and names what to print', () => {
    const page = shown(diagVerify(fabricView(), 'asg diag'));
    expect(page[6]).toBe('| 1  | System Health          | Failed (!)  | (1)SGMs are down                 |');
    expect(page).toContain('| Run: "asg diag print 1,6,10" to view a complete list of failed tests         |');
    expect(page).toContain('| Passed: 7/10 tests                                                           |');
    expect(shown(diagPrint(fabricView(), [1]))[3]).toBe(`| ${'SGMs are down: 1_03 is LOST'.padEnd(76)} |`);
  });

  it('asg_blade_stats has its values at column 33', () => {
    const iterator = {
      status: 'finished',
      startedAtMs: AT_MS,
      runningMs: 400,
      reason: 'Member 1_03 was lost',
      iterated: 38,
      copied: 0,
    };
    expect(shown(bladeStats(fabricView({ iterator })))).toEqual(
      text(`
Last Iterator Statistics:
---------------------------------------------
Start time:                      Mon Mar  2 10:48:18 2026
Running time:                    0 Seconds
Status:                          Finished
Reason:                          Member 1_03 was lost
Total connections iterated       38
Connections w/ sync action       0
`),
    );
  });

  it('cpinfo -y all names the jumbo by release and take', () => {
    expect(shown(cpinfoY(fabricView(), '1_01'))).toEqual([
      'This is Check Point CPinfo Build N/A for GAIA',
      '[IDA]',
      '        No hotfixes..',
      '[FW1]',
      '        HOTFIX_R81_20_JUMBO_HF_MAIN     Take:  99',
      '[CPUpdates]',
      '        BUNDLE_R81_20_JUMBO_HF_MAIN     Take:  99',
    ]);
  });

  it('g_all shows once what several members say, and under its id what one says', () => {
    const say = (member: string, word: string) => ({ member, page: [{ text: word, basis: 'field' as const }] });
    expect(shown(framed([say('1_01', 'a'), say('1_02', 'b'), say('1_04', 'a')]))).toEqual([
      '-*- 2 blades: 1_01 1_04 -*-',
      'a',
      '',
      '1_02:',
      'b',
    ]);
  });

  it('says of each line how sure it is', () => {
    const marked = textOf(asgStat(fabricView(), '1_01', true), true).split('\n');
    expect(marked[3]).toMatch(/^documented {2}\| Up time/);
    expect(marked[6]).toMatch(/^recalled {4}\| FW Policy Date/);
  });
});
