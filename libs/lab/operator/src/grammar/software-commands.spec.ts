import { describe, expect, it } from '@jest/globals';
import { LabError } from '@rehearsal/lab-port';
import { appliance, fabricView, member, softwareView } from '../testing/view.js';
import { textOf } from '../text/line.js';
import type { FabricView } from '../view/fabric-view.js';
import { carryOutCommand } from './carry-out.js';
import type { Answers, Outcome } from './command.js';
import { readCommand, wordsOf } from './parse-command.js';

const FILE = 'Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz';
const LAB: Answers = { sure: 'y', fullName: 'Ann Lee', why: 'change 7' };
const WITH = fabricView({ software: softwareView() });
const NOT_YET = fabricView({ software: softwareView({ packages: [] }) });

function run(line: string, answers: Answers = {}, view: FabricView = WITH, id = '1_01'): Outcome {
  const role = id.length === 3 ? 'orchestrator' : 'member';
  return carryOutCommand(readCommand(wordsOf(line), role), { view, here: { role, id }, found: null, answers });
}
const inputs = (outcome: Outcome): unknown[] => (outcome.orders ?? []).map((order) => order.input);
const asks = (outcome: Outcome): string[] => (outcome.asks ?? []).map(({ wants }) => wants);

describe('commands that change software', () => {
  it('import what the fabric file names, and name the nearest to what it does not', () => {
    const outcome = run(`installer import local /var/log/${FILE}`, {}, NOT_YET);
    expect(inputs(outcome)).toEqual([
      { type: 'importPackage', file: FILE, kind: 'jumbo', release: 'R81.20', take: 118 },
    ]);
    const imported = { type: 'PackageImported', version: 2, package: 1, file: FILE, kind: 'jumbo' } as const;
    const said = outcome.orders?.[0]?.after([{ ...imported, release: 'R81.20', take: 118 }]) ?? [];
    expect(textOf(said, false)).toContain(`Import of package ${FILE} completed\nInfo: Package number: 1\n`);
    expect(textOf(run(`installer import local ${FILE}`).orders?.[0]?.after([]) ?? [], false)).toContain(
      'imported already',
    );
    expect(() => run(`installer import local ${FILE.replace('118', '188')}`)).toThrow(
      `T188_FULL.tgz. Did you mean '${FILE}'?`,
    );
  });

  it('verify by number or by file, at members or at the orchestrator they are typed at', () => {
    const expected = [{ type: 'verifyPackage', package: 1, appliances: ['1_01', '1_02'] }];
    expect(inputs(run('installer verify 1 member_ids 1_1-1_02'))).toEqual(expected);
    expect(inputs(run(`installer verify ${FILE} member_ids 1,2`))).toEqual(expected);
    expect(inputs(run('installer verify 1', {}, WITH, '1_1'))).toEqual([
      { type: 'verifyPackage', package: 1, appliances: ['1_1'] },
    ]);
    expect(() => run('installer verify 1')).toThrow('needs member_ids');
    expect(() => run('installer verify 1 member_ids all', {}, WITH, '1_1')).toThrow('takes no member_ids');
    expect(() => run('installer verify 2 member_ids all')).toThrow(`There is no package 2: imported are 1 ${FILE}.`);
  });

  it('show what an orchestrator runs, and keep its configuration', () => {
    const mho = appliance('1_1', { role: 'orchestrator', runs: { release: 'R81.20', take: 118 } });
    const view = fabricView({ software: softwareView({ appliances: [...softwareView().appliances, mho] }) });
    const shown = (line: string): string => textOf(run(line, {}, view, '1_1').page, false);
    expect(shown('cpinfo -y all')).toContain('HOTFIX_R81_20_JUMBO_HF_MAIN     Take:  118');
    expect(shown('installed_jumbo_take')).toBe('R81.20 Jumbo Hotfix Accumulator take 118\n');
    expect(shown('show version all')).toContain('Gaia R81.20');
    expect(shown('lldpneighbors')).toBe(shown('lldpctl'));
    expect(inputs(run('add backup local', {}, view, '1_1'))).toEqual([
      {
        type: 'takeSnapshot',
        name: expect.stringMatching(/^backup_MHO-1_1_/),
        of: 'configuration',
        appliances: ['1_1'],
      },
    ]);
  });

  it('ask before members reboot, and do nothing for who is not sure', () => {
    expect(asks(run('installer install 1 member_ids 1_03'))).toEqual(['y', 'y', 'y', 'fullName', 'why']);
    const not = run('installer install 1 member_ids 1_03', { sure: 'n' });
    expect([not.orders, textOf(not.dialogue ?? [], false)]).toEqual([
      undefined,
      'The machines (1_03) will automatically reboot after install.\nDo you want to continue? ([y]es / [n]o) n\n',
    ]);
    const done = run('installer install 1 member_ids 1_03,1_04', LAB);
    expect(inputs(done)).toEqual([
      { type: 'installPackage', package: 1, appliances: ['1_03', '1_04'], as: 'install', why: 'change 7' },
    ]);
    expect(done.orders?.[0]?.principal).toEqual({ name: 'Ann Lee', known: 'asserted' });
    expect(textOf(done.dialogue ?? [], false)).toBe(`The machines (1_03,1_04) will automatically reboot after install.
Do you want to continue? ([y]es / [n]o) y
Image auto-clone is off: members that join later do not take this package from the SMO.
Do you want to continue? ([y]es / [n]o) y
You are about to install ${FILE} on blades: 1_03,1_04
Proceed? ([y]es / [n]o) y
installer install requires auditing
Enter your full name: Ann Lee
Enter reason for installer install [Maintenance]: change 7
`);
    expect(inputs(run('installer upgrade 1 member_ids 1_03', LAB))[0]).toMatchObject({ as: 'upgrade' });
    expect(inputs(run('installer uninstall 1 member_ids 1_03', LAB))).toEqual([
      { type: 'uninstallPackage', package: 1, appliances: ['1_03'], why: 'change 7' },
    ]);
  });

  it('warn of auto-clone where it is on', () => {
    const on = fabricView({ software: softwareView(), group: { ...WITH.group, autoClone: 'on' } });
    expect(run('installer install 1 member_ids 1_03', {}, on).asks?.[1]?.text).toContain(
      'Warning: image auto-clone is on',
    );
  });

  it('say what the fabric file lacks where nothing can be installed', () => {
    const remedy = 'Name what may be installed under packages in the fabric file.';
    const without = fabricView();
    const commands = [
      `installer import local ${FILE}`,
      'installer install 1 member_ids all',
      'cphaconf mvc on',
      'sp_upgrade',
      'add backup local',
      'set snapshot revert a',
      'asg_config_backup -n a',
      `g_install_update -target_group A -package ${FILE}`,
    ];
    for (const line of commands) {
      expect(() => run(line, {}, without)).toThrow(remedy);
      expect(() => run(line, {}, without)).toThrow(LabError);
    }
  });

  it('set multi-version at the member they are typed at', () => {
    for (const line of ['cphaconf mvc on', 'set cluster member mvc on']) {
      expect(inputs(run(line, {}, WITH, '1_02'))).toEqual([{ type: 'setMvc', appliances: ['1_02'], state: 'on' }]);
    }
    const refused = run('cphaconf mvc on').orders?.[0]?.refused('R81 and R82 are not known to meet') ?? [];
    expect(textOf(refused, false)).toBe('cphaconf mvc: R81 and R82 are not known to meet\n');
  });

  it('direct an upgrade from a member that is upgraded, and from no other', () => {
    const software = softwareView({ appliances: [appliance('1_01'), appliance('1_02')] });
    const view = fabricView({ software, members: [member(1), member(2, { release: 'R82', take: 0 })] });
    const old = run('sp_upgrade', {}, view);
    expect([old.failed, textOf(old.page, false)]).toEqual([
      true,
      'sp_upgrade: member 1_01 runs R81.20: type it at one that is upgraded, as 1_02\n',
    ]);
    expect(asks(run('sp_upgrade', {}, view, '1_02'))).toEqual(['y', 'n', 'fullName', 'why']);
    const directions = ['sp_upgrade', 'sp_upgrade --continue', 'sp_upgrade --revert'].map(
      (line) => inputs(run(line, LAB, view, '1_02'))[0],
    );
    expect(directions).toEqual(
      ['switch', 'continue', 'revert'].map((direction) => ({ type: 'directUpgrade', direction, why: 'change 7' })),
    );
    const after = run('sp_upgrade', LAB, view, '1_02').orders?.[0]?.after([
      { type: 'UpgradeDirected', version: 3, direction: 'switch', held: ['1_01'] },
    ]);
    expect(textOf(after ?? [], false)).toContain('Wait for their turn: 1_01');
  });

  it('let those in again whose turn an upgrade has come to', () => {
    const software = softwareView({ appliances: [appliance('1_01'), appliance('1_02')] });
    const turn = (line: string, older: 'up' | 'down', newer: 'up' | 'down'): unknown => {
      const members = [member(1, { admin: older }), member(2, { release: 'R82', take: 0, admin: newer })];
      const { act } = run(line, LAB, fabricView({ software, members }), '1_02');
      return act === undefined ? undefined : [act.fault, act.args['state'], ...act.members];
    };
    expect(turn('sp_upgrade', 'up', 'down')).toEqual(['admin', 'up', '1_02']);
    expect(turn('sp_upgrade', 'down', 'up')).toBeUndefined();
    expect(turn('sp_upgrade --revert', 'down', 'down')).toEqual(['admin', 'up', '1_01']);
    expect(turn('sp_upgrade --continue', 'down', 'down')).toEqual(['admin', 'up', '1_01', '1_02']);
  });

  it('keep and bring back what is on disk', () => {
    expect(inputs(run('add backup local'))).toEqual([
      {
        type: 'takeSnapshot',
        name: 'backup_SG1-ch01-01_02_Mar_2026_10_48_18.tgz',
        of: 'configuration',
        appliances: ['1_01'],
      },
    ]);
    expect(inputs(run("add snapshot s1 desc 'before it'", {}, WITH, '1_02'))).toEqual([
      { type: 'takeSnapshot', name: 's1', of: 'image', appliances: ['1_02'] },
    ]);
    expect(asks(run('set snapshot revert s1'))).toEqual(['y']);
    expect(inputs(run('set snapshot revert s1', LAB))).toEqual([
      { type: 'revertToSnapshot', name: 's1', appliances: ['1_01'], why: 'change 7' },
    ]);
  });

  it('take members down and up, and reboot them', () => {
    expect(run('set cluster members-admin-state ids 1_03,1_04 down', LAB).act).toMatchObject({
      fault: 'admin',
      members: ['1_03', '1_04'],
      args: { state: 'down', why: 'change 7' },
    });
    expect(run('reboot').asks).toHaveLength(1);
    expect(run('reboot', LAB).act).toMatchObject({ fault: 'reboot', members: ['1_01'] });
    expect(run('reboot -b 1_02-1_03', LAB).act?.members).toEqual(['1_02', '1_03']);
  });
});

describe('commands as engineers write them', () => {
  it('install at a group of the fabric file: import where it is needed, verify, or install', () => {
    const line = `g_install_update -target_group A -package ${FILE}`;
    const appliances = ['1_01', '1_02'];
    expect(inputs(run(line, {}, NOT_YET)).map((i) => (i as { type: string }).type)).toEqual([
      'importPackage',
      'verifyPackage',
    ]);
    expect(inputs(run(line))).toEqual([{ type: 'verifyPackage', package: 1, appliances }]);
    expect(inputs(run('g_install_update -target_group A -package 1 -install'))).toEqual([
      { type: 'installPackage', package: 1, appliances, as: 'install', why: 'Maintenance' },
    ]);
    expect(() => run(`g_install_update -target_group C -package ${FILE}`)).toThrow('securityGroups.SG1.groups.C');
    expect(() => run(`g_install_update -package ${FILE}`)).toThrow('needs -target_group');
  });

  it('take groups and members down and up', () => {
    expect(run('g_cpconfig set standby -target_group B').act).toMatchObject({
      fault: 'admin',
      members: ['1_03', '1_04'],
      args: { state: 'down' },
    });
    expect(run('g_cpconfig set active -target_group A').act?.args).toMatchObject({ state: 'up' });
    expect(run('g_cp_disable_member 1_03').act).toMatchObject({ members: ['1_03'], args: { state: 'down' } });
    expect(run('g_cp_enable_member 3', LAB).act?.args).toMatchObject({ state: 'up', why: 'change 7' });
    expect(() => run('g_cpconfig set stanby -target_group B')).toThrow("Did you mean 'standby'?");
  });

  it('keep the configuration of all members, and say of whom it was kept', () => {
    const { orders = [] } = run('asg_config_backup -n x.snap');
    expect(orders[0]?.input).toMatchObject({ of: 'configuration', appliances: ['1_01', '1_02', '1_03', '1_04'] });
    const software = { release: 'R81.20', take: 99 };
    const said = orders[0]?.after([
      { type: 'SnapshotTaken', version: 4, appliance: '1_01', name: 'x.snap', of: 'configuration', software },
      { type: 'SoftwareRefused', version: 4, command: 'snapshot', appliance: '1_03', reason: '1_03 is busy' },
    ]);
    expect(textOf(said ?? [], false)).toBe('Configuration of 1_01 is kept as x.snap\nError: 1_03 is busy\n');
  });

  it('mark each of their lines as what the vendor does not document', () => {
    const page = run('asg diag verify-upgrade R82').page;
    expect([...new Set(page.map(({ basis }) => basis))]).toEqual(['field']);
    const { act } = run('g_cpconfig set active -target_group A');
    expect([...(act?.after ?? []), ...run('installed_jumbo_take -a').page].every((l) => l.basis === 'field')).toBe(
      true,
    );
    const [order] = run('g_install_update -target_group A -package 1 -install').orders ?? [];
    expect([...(order?.after([]) ?? []), ...(order?.refused('no') ?? [])].map((l) => l.basis)).not.toContain(
      'recalled',
    );
    expect(() => run('asg diag verify-upgrade R82.9')).toThrow("Did you mean 'R82'?");
  });
});

describe('commands that take another with them', () => {
  const page = (line: string): string => textOf(run(line).page, false);

  it('carry it out where they say', () => {
    expect(page('g_all -b 1_03 fw ver')).toMatch(/^1_03:\n/);
    expect(page("gexec -b 1_01,1_02 -c 'fw ver'")).toMatch(/^-\*- 2 blades: 1_01 1_02 -\*-\n/);
    expect(page("g_all_sgms 'fw ver'")).toBe(page('g_all fw ver'));
    expect(page("clish -c 'show version all'")).toBe(page('show version all'));
    expect(page('g_fw ver')).toBe(page('g_all fw ver'));
    expect(page("gclish -c 'show version all' -s")).toBe(page('show version all'));
    expect(page("g_all clish -c 'show version all'")).toBe(page('g_all show version all'));
  });

  it('put to each member what each would be told alone', () => {
    const { orders = [] } = run('g_all -b 1_01,1_02 cphaconf mvc on');
    expect(orders.map(({ input }) => input['appliances'])).toEqual([['1_01'], ['1_02']]);
  });

  it.each([
    ['gexec -c', 'gexec: -c needs COMMAND'],
    ['gexec -b 1_03', 'gexec needs a command'],
    ['g_all g_all_sgms cpstop', 'g_all_sgms within g_all'],
    ['g_all -x fw ver', 'Did you mean -a?'],
    ['clish', "For example: clish -c 'fw ver'"],
    ['g_all -b 1_07 fw ver', "There are no members '1_07'"],
    ['installer instal 1 member_ids all', "Did you mean 'installer install'?"],
    ['installer install 1 member_id all', 'one word too many'],
  ])('answer %s with %s', (line, remedy) => {
    expect(() => run(line)).toThrow(remedy);
  });
});
