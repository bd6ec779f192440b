import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const main = join(import.meta.dirname, '..', '..', '..', 'apps', 'cli', 'dist', 'main.js');
const FABRIC = `fabric: traced
profile: lossless
securityGroups: {SG1: {members: 2}}
traffic: {connections: 20, packetsPerSec: 100}
`;

interface Span {
  readonly service: string;
  readonly instance: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly start: bigint;
  readonly end: bigint;
  readonly attributes: Readonly<Record<string, unknown>>;
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number };
}

/** What a collector is sent: OTLP over HTTP in JSON. */
interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: string;
        readonly spanId: string;
        readonly parentSpanId?: string;
        readonly name: string;
        readonly kind: number;
        readonly startTimeUnixNano: string;
        readonly endTimeUnixNano: string;
        readonly attributes: readonly Attribute[];
      }[];
    }[];
  }[];
}

const plain = (list: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(list.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));

function spansOf({ resourceSpans }: Export): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const about = plain(resource.attributes);
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ startTimeUnixNano, endTimeUnixNano, attributes, ...span }) => ({
        ...span,
        service: String(about['service.name']),
        instance: String(about['service.instance.id']),
        start: BigInt(startTimeUnixNano),
        end: BigInt(endTimeUnixNano),
        attributes: plain(attributes),
      })),
    );
  });
}

describe('traces of commands', () => {
  let folder: string;
  let env: NodeJS.ProcessEnv;
  let collector: Server;
  const spans: Span[] = [];
  const seen: (string | undefined)[] = [];
  let heard = (): void => {};

  // Not spawnSync: what collects is in this process.
  const rehearse = (words: readonly string[], also: NodeJS.ProcessEnv = {}): Promise<string> =>
    new Promise((done, failed) => {
      const child = spawn(process.execPath, [main, ...words], { cwd: folder, env: { ...env, ...also } });
      let [stdout, stderr] = ['', ''];
      child.stdout.on('data', (part) => (stdout += String(part)));
      child.stderr.on('data', (part) => (stderr += String(part)));
      child.on('close', (code) =>
        code === 0 ? done(stdout) : failed(new Error(`rehearse ${words.join(' ')}: exit code ${code}: ${stderr}`)),
      );
    });
  /** The spans of a trace once `isWhole` says so: each process sends its own when it is ready. */
  const whole = async (isWhole: () => boolean): Promise<void> => {
    const deadline = performance.now() + 30_000;
    while (!isWhole()) {
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`not within 30 s: ${spans.map((s) => `${s.service} ${s.name}`).join('; ')}`);
      await new Promise<void>((done) => {
        const late = setTimeout(done, left);
        heard = () => {
          clearTimeout(late);
          done();
        };
      });
    }
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'traces-'));
    collector = createServer((request, response) => {
      let text = '';
      request.on('data', (part) => (text += String(part)));
      request.on('end', () => {
        seen.push(`${request.method} ${request.url} ${request.headers['content-type']}`);
        spans.push(...spansOf(JSON.parse(text) as Export));
        response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
        heard();
      });
    });
    await new Promise<void>((done) => collector.listen(0, '127.0.0.1', done));
    const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
    env = { ...process.env, XDG_STATE_HOME: join(folder, 'state'), OTEL_EXPORTER_OTLP_ENDPOINT: endpoint };
    for (const name of ['REHEARSE_LAB', 'OTEL_TRACES_EXPORTER', 'OTEL_SDK_DISABLED']) delete env[name];
    writeFileSync(join(folder, 'traced.fabric.yaml'), FABRIC);
    await rehearse(['up']);
  }, 120_000);
  afterAll(async () => {
    if (existsSync(join(folder, 'state', 'rehearsal', 'labs', 'traced.json'))) await rehearse(['down', '--force']);
    collector.closeAllConnections();
    collector.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lead from the command line over the lab and the bus to the commit, and to what each role did on it', async () => {
    spans.length = 0;
    await rehearse(['fault', 'admin', '1_02', '--state', 'down']);
    const root = (): Span | undefined => spans.find((s) => s.name === 'rehearse fault admin 1_02 --state down');
    const ofTrace = (): Span[] => spans.filter((s) => s.traceId === root()?.traceId);
    const named = (start: string): Span[] => ofTrace().filter((s) => s.name.startsWith(start));
    const reactors = ['member 1_01', 'member 1_02', 'orchestrator 1_1', 'orchestrator 1_2'];
    const first = (): string => named('commit security-group.SG1:')[0]?.name.slice('commit '.length) ?? 'none';
    await whole(() => {
      const who = named(`react to ${first()}`).map((s) => `${s.service} ${s.instance}`);
      const isLoose = ({ parentSpanId = '' }: Span): boolean =>
        parentSpanId !== '' && !ofTrace().some((s) => s.spanId === parentSpanId);
      return reactors.every((one) => who.includes(one)) && !ofTrace().some(isLoose);
    });

    const parentOf = (span: Span): Span => ofTrace().find((s) => s.spanId === span.parentSpanId)!;
    const reaction = named(`react to ${first()}`).find((s) => s.service === 'orchestrator')!;
    const way = [reaction];
    while (way[0]!.parentSpanId !== undefined && way[0]!.parentSpanId !== '') way.unshift(parentOf(way[0]!));
    const orchestrator = way.find((s) => s.name.startsWith('commit '))!.instance;
    expect(way.map((s) => `${s.service}: ${s.name}`)).toEqual([
      'rehearse: rehearse fault admin 1_02 --state down',
      'lab: lab: fault admin 1_02 --state down',
      'lab: ask ctl.member.1_02',
      'member: member 1_02: admin',
      'member: ask cmd.security-group.SG1',
      'orchestrator: answer cmd.security-group.SG1',
      `orchestrator: commit ${first()}`,
      `orchestrator: react to ${first()}`,
    ]);
    // Client, server, and so on: each message has its two ends, and the commit is sent and heard.
    expect(way.map((s) => s.kind)).toEqual([3, 2, 3, 2, 3, 2, 4, 5]);
    for (const [i, span] of way.entries()) if (i > 0) expect(span.start).toBeGreaterThanOrEqual(way[i - 1]!.start);
    expect(orchestrator).toMatch(/^1_[12]$/);
    const commit = way[6]!;
    expect(commit.attributes['rehearsal.events']).toMatch(/^AdminSet(, |$)/);
    expect(new Set(named(`react to ${first()}`).map((s) => s.parentSpanId))).toEqual(new Set([commit.spanId]));
    expect(ofTrace().filter((s) => s !== root() && s.parentSpanId === undefined)).toEqual([]);
    expect(new Set(seen)).toEqual(new Set(['POST /v1/traces application/json']));
  }, 90_000);

  it('are of nothing but commands', () => {
    // The lab asks every process each second how it does, and traffic flows.
    const roots = spans.filter((s) => s.parentSpanId === undefined || s.parentSpanId === '');
    expect(roots.map((s) => s.name)).toEqual(['rehearse fault admin 1_02 --state down']);
  });

  it('begin at the lab where the command line tells of none, and end there where a process is killed', async () => {
    spans.length = 0;
    await rehearse(['fault', 'panic', '1_02'], { OTEL_SDK_DISABLED: 'true' });
    await whole(() => spans.some((s) => s.name === 'lab: fault panic 1_02'));
    const lab = spans.find((s) => s.name === 'lab: fault panic 1_02')!;
    await whole(() => spans.some((s) => s.name === 'fault panic member 1_02'));
    expect(spans.find((s) => s.name === 'fault panic member 1_02')).toMatchObject({
      traceId: lab.traceId,
      parentSpanId: lab.spanId,
    });
    expect(spans.filter((s) => s.service === 'rehearse')).toEqual([]);
  }, 60_000);

  it('leave no word in the log, which verifies', async () => {
    const { folder: run } = JSON.parse(await rehearse(['down', '--json'])) as { folder: string };
    const log = readFileSync(join(run, 'log.jsonl'), 'utf8');
    expect(log).toMatch(/admin/);
    expect(log).not.toMatch(/traceparent|00-[0-9a-f]{32}-/);
    expect(JSON.parse(await rehearse(['verify', run, '--json']))).toMatchObject({ kind: 'ok' });
  }, 90_000);
});
