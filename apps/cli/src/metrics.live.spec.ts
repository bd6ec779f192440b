import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..', '..');
const main = join(root, 'apps', 'cli', 'dist', 'main.js');
const FABRIC = `fabric: seen
profile: lossless
securityGroups: {SG1: {members: 2}}
traffic: {connections: 60, packetsPerSec: 300}
`;

/** Names that docs/observability.md lists under a heading. */
function documented(heading: string): string[] {
  const page = readFileSync(join(root, 'docs', 'observability.md'), 'utf8').split(`### ${heading}\n`)[1]!;
  return [...page.split(/\n### |\n<!--/)[0]!.matchAll(/^\| `([a-z_]+)` \|/gm)].map((m) => m[1]!);
}

interface Page {
  readonly types: ReadonlyMap<string, string>;
  /** By name and labels without those that all samples have, `x{id="1_01"}`. */
  readonly samples: ReadonlyMap<string, number>;
}

/** Reads a page as strictly as the format is written down: help, type, then the samples of that name. */
function read(text: string, common: string): Page {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  let name = '';
  for (const line of text.trimEnd().split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-z_]+) (.+)$/.exec(line);
    if (comment?.[1] === 'HELP') name = comment[2]!;
    else if (comment?.[1] === 'TYPE') {
      expect(comment[2]).toBe(name);
      types.set(name, comment[3]!);
    } else {
      const sample = /^([a-z_]+)\{(.*)\} (-?[\d.e+-]+|\+Inf)$/.exec(line);
      const [, of, labels, value] = sample ?? [];
      expect([line, of?.replace(/_(bucket|sum|count)$/, ''), labels?.endsWith(common)]).toEqual([
        line,
        types.get(name) === 'histogram' ? name : name.replace(/_(bucket|sum|count)$/, ''),
        true,
      ]);
      const own = labels!.slice(0, -common.length).replace(/,$/, '');
      samples.set(own === '' ? of! : `${of}{${own}}`, Number(value));
    }
  }
  return { types, samples };
}

/** All members serve, every slot has its backup, and all connections are there. */
function isWell({ samples }: Page): boolean {
  const told = ['rehearsal_members_active', 'rehearsal_slots_exposed', 'rehearsal_traffic_connections_open'];
  return told.map((name) => samples.get(name)).join() === '2,0,60';
}

describe('the metrics of a fabric that is up', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let url: string;
  const rehearse = (...words: string[]): string => {
    const said = spawnSync(process.execPath, [main, ...words], {
      cwd: folder,
      env,
      encoding: 'utf8',
      timeout: 120_000,
    });
    if (said.status !== 0) throw new Error(`rehearse ${words.join(' ')}: exit code ${said.status}: ${said.stderr}`);
    return said.stdout;
  };
  const list = (): string => join(folder, 'state', 'rehearsal', 'prometheus', 'seen.json');
  const targets = (): readonly string[] =>
    (JSON.parse(readFileSync(list(), 'utf8')) as { targets: string[]; labels: object }[])[0]!.targets;
  const scrape = async (): Promise<Page> => {
    const response = await fetch(url);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    return read(await response.text(), 'fabric="seen",site="1"');
  };
  /** Pages until one is as it should be: the fabric says something new each second. */
  const until = async (isGood: (page: Page) => boolean): Promise<Page> => {
    const deadline = performance.now() + 60_000;
    for (;;) {
      const page = await scrape();
      if (isGood(page)) return page;
      if (performance.now() > deadline) throw new Error(`not within 60 s: ${[...page.samples].join(' ')}`);
      await new Promise((done) => setImmediate(done));
    }
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'metrics-'));
    env = { ...process.env, XDG_STATE_HOME: join(folder, 'state') };
    delete env['REHEARSE_LAB'];
    writeFileSync(join(folder, 'seen.fabric.yaml'), FABRIC);
    rehearse('up');
    url = (JSON.parse(rehearse('status', '--json')) as { standing: { metrics: string } }).standing.metrics;
  }, 120_000);
  afterAll(() => {
    if (existsSync(list())) rehearse('down', '--force', '--name', 'seen');
    rmSync(folder, { recursive: true, force: true });
  });

  it('are where status and env say, and where Prometheus looks', async () => {
    expect(rehearse('status')).toContain(`\nmetrics: ${url}\n`);
    expect(rehearse('env')).toContain(`export REHEARSE_METRICS_URL='${url}'\n`);
    expect(rehearse('env', '--prometheus')).toBe(
      [
        'scrape_configs:',
        '  - job_name: rehearsal',
        '    scrape_interval: 5s',
        '    scrape_timeout: 4s',
        '    file_sd_configs:',
        `      - files: ["${join(folder, 'state/rehearsal/prometheus/*.json')}"]`,
        '        refresh_interval: 5s\n',
      ].join('\n'),
    );
    expect(JSON.parse(readFileSync(list(), 'utf8'))).toEqual([
      { targets: expect.arrayContaining([new URL(url).host]), labels: { lab: 'seen' } },
    ]);
    expect((await fetch(url.replace('/metrics', '/else'))).status).toBe(404);
  }, 60_000);

  it('tell of the whole fabric what the docs list, each value of its own', async () => {
    const { types, samples } = await until(isWell);
    const ofFailures = [
      'rehearsal_traffic_packets_dropped_total',
      'rehearsal_traffic_packets_lost_total',
      'rehearsal_faults_total',
    ];
    const lasting = (names: readonly string[]): string[] => names.filter((name) => !ofFailures.includes(name));
    expect(lasting([...types.keys()])).toEqual(lasting(documented('Of the whole fabric')));
    const value = (name: string): number => samples.get(name)!;
    expect(value('rehearsal_process_state{role="member",id="1_01",state="ACTIVE"}')).toBe(1);
    const member = (name: string): number =>
      ['1_01', '1_02'].reduce((sum, id) => sum + value(`rehearsal_member_${name}{role="member",id="${id}"}`), 0);
    expect(member('serving_slots')).toBe(512);
    expect(member('connections')).toBeGreaterThan(0);
    expect(value('rehearsal_log_events_total{kind="security-group",type="MemberJoined"}')).toBeGreaterThanOrEqual(2);
    const buckets = [...samples].filter(([name]) => name.startsWith('rehearsal_traffic_latency_seconds_bucket'));
    expect(buckets.map(([, count]) => count)).toEqual(buckets.map(([, count]) => count).toSorted((a, b) => a - b));
    expect(buckets.at(-1)).toEqual([
      'rehearsal_traffic_latency_seconds_bucket{le="+Inf"}',
      value('rehearsal_traffic_latency_seconds_count'),
    ]);
    expect(value('rehearsal_traffic_latency_seconds_count')).toBe(value('rehearsal_traffic_packets_delivered_total'));
  }, 90_000);

  it('tell of each process under its own address what the docs list', async () => {
    const pages = await Promise.all(
      targets()
        .filter((target) => target !== new URL(url).host)
        .map((target) => fetch(`http://${target}/metrics`).then((r) => r.text())),
    );
    const whose = pages.map((text) => /^process_cpu_seconds_total\{(.*)\} /m.exec(text)![1]!);
    expect(whose.toSorted()).toEqual(
      [
        ['member', '1_01'],
        ['member', '1_02'],
        ['orchestrator', '1_1'],
        ['orchestrator', '1_2'],
        ['outside-world', 'outside'],
        ['sync', '1'],
      ].map(([role, id]) => `fabric="seen",site="1",role="${role}",id="${id}"`),
    );
    const known = documented('Of one process');
    for (const [i, text] of pages.entries()) {
      const told = [...read(text, whose[i]!).types.keys()];
      expect(told.filter((name) => !known.includes(name))).toEqual([]);
      expect(told).toEqual(expect.arrayContaining(known.filter((name) => name.startsWith('process_'))));
    }
    const all = pages.join('');
    for (const name of ['connections_held', 'packets_pending', 'sync_slots_exposed', 'packets_sent_total']) {
      expect(all).toMatch(new RegExp(`^rehearsal_${name}\\{`, 'm'));
    }
  });

  it('show a fault, and the new address of what was started again', async () => {
    const before = targets();
    rehearse('fault', 'panic', '1_02');
    const broken = await until((p) => p.samples.get('rehearsal_process_up{role="member",id="1_02"}') === 0);
    expect(broken.samples.get('rehearsal_faults_total{fault="panic"}')).toBe(1);
    expect([...broken.samples.keys()].filter((k) => k.startsWith('rehearsal_member_') && k.includes('1_02'))).toEqual(
      [],
    );
    await until((p) => p.samples.get('rehearsal_process_starts_total{role="member",id="1_02"}') === 2);
    await until(() => targets().length === before.length && targets().join() !== before.join());
    const fresh = targets().find((target) => !before.includes(target))!;
    const page = await fetch(`http://${fresh}/metrics`).then((r) => r.text());
    expect(page).toMatch(/^rehearsal_incarnation\{fabric="seen",site="1",role="member",id="1_02"\} 2$/m);
  }, 120_000);

  it('end with the fabric', async () => {
    rehearse('down');
    expect(existsSync(list())).toBe(false);
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  }, 60_000);
});
