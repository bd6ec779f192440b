import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', '..');
const main = join(root, 'apps', 'cli', 'dist', 'main.js');
const example = (name: string): string => join(root, 'examples', name);

interface Out {
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly steps: readonly { readonly command: string; readonly status: string }[];
  readonly assessment: {
    readonly rules: readonly { readonly rule: string; readonly held: boolean }[];
    readonly undone: readonly { readonly rule: string; readonly remedy: string }[];
    readonly notExecuted: readonly { readonly line: number; readonly safety: boolean }[];
  };
  readonly connections: {
    readonly opened: number;
    readonly lost: number;
    readonly lostWhen: readonly { readonly line: number }[];
  };
  readonly capacity: readonly { readonly share: number }[];
  readonly basis: { readonly world: string };
  readonly corrected: string;
  readonly asRun: { readonly markdown: string; readonly html: string };
}

const RELEASE = `# R81.10 to R81.20

\`\`\`
[Expert@SG1-ch01-01:0]# asg stat -v | tee /var/log/before.txt
[Expert@SG1-ch01-01:0]# md5sum /var/log/Check_Point_R81.20_T631_Fresh_Install_and_Upgrade.tgz
[Global] SG1-ch01-01 > add snapshot before
[Global] SG1-ch01-01 > installer import local /var/log/Check_Point_R81.20_T631_Fresh_Install_and_Upgrade.tgz
[Global] SG1-ch01-01 > set smo image auto-clone state off
[Global] SG1-ch01-01 > g_clusterXL_admin -b 1_03,1_04 down
[Global] SG1-ch01-01 > installer upgrade 1 member_ids 1_03,1_04
\`\`\`

\`\`\`
ssh 1_03
sp_upgrade
installer upgrade 1 member_ids 1_01,1_02
sp_upgrade --continue
exit
\`\`\`
`;

const BACK = `# Rollback while releases are mixed

\`\`\`
add backup local
set smo image auto-clone state off
installer import local /var/log/Check_Point_R81.20_T631_Fresh_Install_and_Upgrade.tgz
g_clusterXL_admin -b 1_03,1_04 down
installer upgrade 1 member_ids 1_03,1_04
ssh 1_03
sp_upgrade
sp_upgrade --revert
exit
g_all fw ver
\`\`\`
`;

const CLONING = `# With cloning on

\`\`\`
set smo image auto-clone state on
asg_config_backup -n before.snap
installer import local Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T113_FULL.tgz
g_cpconfig set standby -target_group B
installer install 1 member_ids 1_03-1_04
g_cpconfig set active -target_group B
\`\`\`
`;

const ALL_AT_ONCE = `# All at once

\`\`\`
add backup local
installer import local Check_Point_R81_20_JUMBO_HF_MAIN_Bundle_T118_FULL.tgz
installer install 1 member_ids all
\`\`\`
`;

describe('runbooks, simulated', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'runbooks-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const rehearse = (...words: readonly string[]): { readonly exit: number | null; readonly json: unknown } => {
    const env = { ...process.env, XDG_STATE_HOME: join(folder, '.state') };
    const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words, '--json'], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
    expect([stdout === '', stderr]).toEqual([false, expect.any(String)]);
    return { exit: status, json: JSON.parse(stdout) };
  };
  const gone = (
    file: string,
    fabric = 'upgrades',
    ...words: readonly string[]
  ): Out & { readonly exit: number | null } => {
    const { exit, json } = rehearse('runbook', file, '--fabric', example(`fabrics/${fabric}.fabric.yaml`), ...words);
    return { ...(json as Out), exit };
  };
  const written = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return name;
  };
  const broken = ({ assessment }: Out): readonly string[] => assessment.rules.filter((r) => !r.held).map((r) => r.rule);

  it('the example by the book passes, and leaves its record', () => {
    const out = gone(example('runbooks/jumbo-by-groups.md'));
    expect([out.exit, out.verdict, out.reasons]).toEqual([0, 'pass', []]);
    expect([broken(out), out.assessment.undone, out.corrected]).toEqual([[], [], '']);
    expect(new Set(out.steps.map((s) => s.status))).toEqual(new Set(['done']));
    expect(out.connections).toMatchObject({ opened: 200, lost: 0, lostWhen: [] });
    expect(Math.min(...out.capacity.map((c) => c.share))).toBe(50);
    expect(readFileSync(join(folder, out.asRun.markdown), 'utf8')).toContain('| 43 |');
    expect(existsSync(join(folder, out.asRun.html))).toBe(true);
  });

  it('the one from the field leaves two things undone and one unsaid, and says so in its own words', () => {
    const out = gone(example('runbooks/jumbo-in-the-field.md'));
    expect([out.exit, out.verdict]).toEqual([1, 'fail']);
    expect(broken(out)).toEqual([]);
    expect(out.assessment.undone.map((u) => [u.rule, u.remedy])).toEqual([
      ['group-standby', 'g_cpconfig set active -target_group A'],
      ['no-backup', 'asg_config_backup -n before.snap'],
    ]);
    expect(out.assessment.notExecuted.map((o) => [o.line, o.safety])).toEqual([[18, true]]);
    for (const line of ['g_cpconfig set active -target_group A', 'set smo image auto-clone state off']) {
      expect(out.corrected).toContain(`+   ${line}\n`);
    }
  });

  it('installed with image cloning on, members go back, and cloning-on is broken', () => {
    const out = gone(written('cloning.md', CLONING));
    expect([out.exit, out.verdict, broken(out)]).toEqual([1, 'fail', ['cloning-on']]);
    expect(out.assessment.undone.map((u) => u.rule)).toEqual(['install-undone']);
  });

  it('installed all at once, connections are lost, and the diff installs group by group', () => {
    const out = gone(written('all.md', ALL_AT_ONCE));
    expect([out.exit, broken(out)]).toEqual([1, ['capacity', 'redundancy', 'drained']]);
    expect(out.connections.lost).toBeGreaterThan(0);
    expect(out.connections.lostWhen.map((l) => l.line)).toEqual([6]);
    expect(out.corrected).toContain('-installer install 1 member_ids all\n');
    expect(out.corrected).toContain('+installer install 1 member_ids 1_03,1_04\n');
  });

  it('another release, group by group with sp_upgrade, loses nothing', () => {
    const out = gone(written('release.md', RELEASE), 'release-upgrade');
    expect([out.exit, out.verdict, out.reasons]).toEqual([0, 'pass', []]);
    expect(out.connections.lost).toBe(0);
  });

  it('goes back from another release while releases are mixed, and loses nothing', () => {
    const out = gone(written('back.md', BACK), 'release-upgrade');
    expect([out.exit, out.verdict, out.reasons]).toEqual([0, 'pass', []]);
    expect([out.connections.opened, out.connections.lost]).toEqual([200, 0]);
  });

  it('has other traffic where that is said', () => {
    const look = written('look.md', '```\nasg stat\n```\n');
    const traffic = written('traffic.yaml', 'traffic: {connections: 7, packetsPerSec: 50, mix: {ssh: 100}}\n');
    expect(gone(look, 'upgrades', '--traffic', traffic).connections.opened).toBe(7);
    const capture = gone(look, 'upgrades', '--traffic', example('captures/http.pcapng'));
    expect([capture.verdict, capture.connections.opened > 0]).toEqual(['pass', true]);
  });

  it('are assessed with a fault', () => {
    const short = ['--set', 'upgrade.installSec=5', '--set', 'upgrade.rebootSec=5'];
    const fault = ['--repeat', 'panic orchestrator 1_2@30000', '--set', 'profile=lossless'];
    const fabric = ['--fabric', example('fabrics/upgrades.fabric.yaml')];
    const { exit, json } = rehearse('assess', example('runbooks/jumbo-by-groups.md'), ...fabric, ...short, ...fault);
    expect([exit, json]).toMatchObject([0, { verdict: 'pass', broken: 0, ways: [{ outcome: 'done', broken: [] }] }]);
  });
});
