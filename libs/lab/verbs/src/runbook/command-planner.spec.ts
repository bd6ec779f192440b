import { describe, expect, it } from '@jest/globals';
import { block, plannedOf } from './testing.js';

const HOST = "a command of the operator's own shell: it is not carried out here";
const MANAGEMENT = 'a command of the management server, which is no part of this fabric: it is not carried out here';
const INSTALLER =
  'it is about files or the installer itself, which this fabric has none of: it is not carried out here';
const LOOKS = 'it only looks and waits: it is not carried out, since the fabric settles after each command anyway';

const said = (...lines: readonly string[]): readonly (readonly string[])[] =>
  plannedOf(block(...lines)).map(({ command, passedOver, notes }) => [
    `${passedOver ? '- ' : ''}${command.text}`,
    ...notes,
  ]);

describe('what is typed of a runbook', () => {
  it.each([
    [['ls -la; date'], [['- ls -la; date', HOST]]],
    [['ls && asg stat'], [['- ls', HOST], ['asg stat']]],
    [['watch -n1 asg stat -v'], [['asg stat -v', 'watch: it is shown once']]],
    [["watch 'asg stat | grep UP'"], [['asg stat', 'watch: it is shown once']]],
    [
      ['TAKE=118', 'echo $TAKE'],
      [['- TAKE=118', 'the name is put in where it is used'], ['echo 118']],
    ],
    [
      ['for i in 1_03 1_04', 'do g_cp_disable_member $i', 'done'],
      [['g_cp_disable_member 1_03'], ['g_cp_disable_member 1_04']],
    ],
    [
      ['M="1_04 1_03"', 'for m in $M; do fw ver; m $m fw ver; done'],
      [
        ['- M="1_04 1_03"', 'the name is put in where it is used'],
        ['fw ver'],
        ['m 1_04 fw ver'],
        ['fw ver'],
        ['m 1_03 fw ver'],
      ],
    ],
    [
      ['while asg stat | grep -q DOWN; do sleep 5; done'],
      [['- while asg stat | grep -q DOWN; do sleep 5; done', LOOKS]],
    ],
    [
      ['test $(asg stat -i sgm_info | grep -c Inactive) -eq 0 || exit 1'],
      [['- test $(asg stat -i sgm_info | grep -c Inactive) -eq 0 || exit 1', LOOKS]],
    ],
    [['asg stat &'], [['asg stat', 'in the background: the next command is typed once it has ended']]],
    [['asg_config_backup -n b-$(date +%F)'], [['asg_config_backup -n b-today']]],
    [
      ['asg stat | awk x'],
      [['asg stat | awk x', '| awk x: there is no awk to pipe to. What is shown goes on as it is']],
    ],
    [
      ['cat <<EOF > list', '1_03', 'EOF', 'asg stat'],
      [['- cat <<EOF > list', HOST], ['asg stat']],
    ],
    [
      ['ssh sgm3 <<EOF', 'cpstop', 'EOF', 'asg stat'],
      [['ssh sgm3'], ['cpstop'], ['exit'], ['asg stat']],
    ],
    [["ssh sgm3 'cpstop; cpstart'"], [['ssh sgm3 cpstop'], ['ssh sgm3 cpstart']]],
    [['ssh sgm3 -- cpstop && m 1_02 fw ver'], [['ssh sgm3 -- cpstop'], ['m 1_02 fw ver']]],
    [["ssh 1_03 'cphaprob state | grep ACTIVE'"], [["ssh 1_03 'cphaprob state'"]]],
    [
      ["ssh 1_03 'uptime; sleep 5; fw ver'"],
      [["- ssh 1_03 'uptime; sleep 5; fw ver'", HOST], ['sleep 5'], ["ssh 1_03 'fw ver'"]],
    ],
    [
      ['mgmt_cli -r true install-policy targets.1 SG1'],
      [['- mgmt_cli -r true install-policy targets.1 SG1', MANAGEMENT]],
    ],
    [
      ['update_sp_da DA.tgz', 'clish -c "asg stat"'],
      [['- update_sp_da DA.tgz', INSTALLER], ['clish -c "asg stat"']],
    ],
    [
      ['ids=$(asg stat -i all_ids | head -1)', 'asg stat'],
      [
        [
          '- ids=$(asg stat -i all_ids | head -1)',
          'what it shows is not known before: where the name is used, its value is asked for as --var',
        ],
        ['asg stat'],
      ],
    ],
    [['g_all df -h'], [['- g_all df -h', HOST]]],
    [["g_all_sgms 'fw ver; installed_jumbo_take'"], [["g_all_sgms 'fw ver'"], ['g_all_sgms installed_jumbo_take']]],
    [
      ["g_all -a 'cpinfo -y all | grep Take'"],
      [["g_all -a 'cpinfo -y all'", '| grep Take: on what each member shows']],
    ],
    [
      ['ID=1_03', 'ssh $ID "cpstop; cpstart"'],
      [['- ID=1_03', 'the name is put in where it is used'], ['ssh 1_03 cpstop'], ['ssh 1_03 cpstart']],
    ],
    [
      ['tar cf x $FWDIR/conf', 'scp x admin@<server>:/tmp', 'asg stat'],
      [['- tar cf x $FWDIR/conf', HOST], ['- scp x admin@<server>:/tmp', HOST], ['asg stat']],
    ],
  ])('%j', (lines, expected) => {
    expect(said(...lines)).toEqual(expected);
  });

  it('has values for its placeholders; those that were given win over those of the runbook', () => {
    const text = block('id=2', 'g_cp_disable_member <ID>', 'ssh sgm$id');
    expect(plannedOf(text).map((p) => p.command.text)).toEqual(['id=2', 'g_cp_disable_member 2', 'ssh sgm2']);
    expect(plannedOf(text, { id: '3' }).at(-1)?.command.text).toBe('ssh sgm3');
    expect(() => plannedOf(block('for m in $M; do ssh $m fw ver; done'))).toThrow(
      'r.md:2: nothing is said for <m>. Add --var m=VALUE.',
    );
    const asked = block('ids=`asg stat -i all_ids`', 'g_clusterXL_admin -b $ids down');
    expect(() => plannedOf(asked)).toThrow('r.md:3: nothing is said for <ids>. Add --var ids=VALUE.');
    expect(() => plannedOf(block('asg stat', 'g_cp_disable_member <a b> $C'))).toThrow(
      'r.md:3: nothing is said for <a_b>, <c>. Add --var a_b=VALUE --var c=VALUE.',
    );
  });

  it.each([
    [block('while true; do cpstop; done'), 'r.md:2: a loop (while) is not carried out here.'],
    [block('asg stat', 'if asg stat; then g_cp_disable_member 1_03; fi'), 'r.md:3: a condition (if)'],
    [block('[ $(asg stat | wc -l) -gt 0 ] && cpstop'), 'r.md:2: a command within a command'],
    [block('sleep soon'), "r.md:2: sleep 'soon' is no time."],
    [block('g_cp_disable_member $(cat ids)'), 'r.md:2: a command within a command'],
  ])('is refused: %j', (text, message) => {
    expect(() => plannedOf(text)).toThrow(message);
  });
});
