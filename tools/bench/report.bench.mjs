import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { resolveSettings } from '@rehearsal/kernel';
import { runReport } from '@rehearsal/report';
import { Page } from '../report/browser.mjs';

const ZERO_MS = 1_700_000_000_000;
const MEMBERS = Array.from(
  { length: 28 },
  (_, i) => `${1 + Math.floor(i / 14)}_${String(1 + (i % 14)).padStart(2, '0')}`,
);

/**
 * A run of 28 members that left that many entries in its ledger: that many connections met a loss, and so many
 * thousandths of them are decisions in the log. The numbers follow from the place alone.
 * @param {number} entries
 * @returns {import('@rehearsal/report').RunData}
 */
function largeRun(entries) {
  const samples = Array.from({ length: Math.min(6_000, entries) }, (_, i) => ({
    atMs: ZERO_MS + i * 100,
    sent: i * 5000,
    delivered: i * 4990,
    dropped: i * 6,
    lost: i * 4,
    open: 100_000 + (i % 977),
    latencyUs: { count: 5000, p50: 800 + (i % 13), p90: 900 + (i % 31), p99: 2000 + (i % 211), max: 9000 + (i % 1999) },
    membersActive: i % 500 < 40 ? 27 : 28,
    exposedSlots: i % 500 < 60 ? 18 : 0,
    judged: MEMBERS.map((_member, m) => i * (170 + m)),
    connections: MEMBERS.map((_member, m) => 3500 + ((i * (m + 3)) % 400)),
    aheadOfCopies: MEMBERS.map((_member, m) => (i * (m + 7)) % 90),
  }));
  const member = (/** @type {number} */ i) => MEMBERS[i % MEMBERS.length];
  const log = Array.from({ length: Math.ceil(entries / 1000) * 20 }, (_, i) => {
    const atMs = ZERO_MS + i * 30;
    const events = [
      { type: 'MemberLost', member: member(i >> 2), reason: 'silence' },
      { type: 'BackupsInStep', member: member(i), slots: [1, 2, 3] },
      { type: 'MemberJoined', member: member(i >> 2) },
      { type: 'GroupBalanced' },
    ];
    return JSON.stringify({
      stream: 'security-group.SG1',
      version: i + 1,
      time: { ms: atMs, count: 0 },
      events: [events[i % 4]],
    });
  });
  const latency = { count: entries, p50Us: 800, p90Us: 900, p99Us: 2000, p999Us: 5000, maxUs: 10_000 };
  return {
    title: 'A large run',
    description: '',
    runId: 'large',
    fabric: 'large',
    world: 'simulated',
    seed: 1,
    profile: 'vendor',
    settings: resolveSettings('vendor'),
    members: MEMBERS,
    build: '0',
    startedAtMs: ZERO_MS,
    endedAtMs: ZERO_MS + 600_000,
    result: {
      verdict: 'pass',
      reasons: [],
      knownIssues: [],
      ledger: {
        packets: { sent: entries, delivered: entries, dropped: {}, lost: {} },
        unexplained: 0,
        correction: { packets: 0, perMille: 0, extraP50Us: 0 },
      },
      connections: { opened: entries, affected: entries, kept: entries, lost: 0, lostByCause: {} },
      prediction: { predictedLost: 0, predictedByCause: {}, measuredLost: 0 },
      failover: {
        detectedMs: 1,
        committedMs: 1,
        firstPacketMs: 1,
        silenceMs: { p50: 1, p99: 1, max: 1 },
        connectionsMoved: 0,
      },
      log: { commits: log.length, chain: '0' },
    },
    faults: Array.from({ length: 200 }, (_, i) => ({
      atMs: ZERO_MS + i * 3000,
      fault: 'panic',
      target: `member ${member(i)}`,
      detail: {},
    })),
    log,
    samples: { everyMs: 100, members: MEMBERS, samples },
    silencesMs: Array.from({ length: entries }, (_, i) => 100 + ((i * 7919) % 6007)),
    losses: { packets: [], connections: [] },
    ledger: {
      latency,
      connections: { unstarted: 0, open: 0, done: entries, reset: 0, gave_up: 0, total: entries, lost: 0 },
      resent: 0,
      duplicated: 0,
      reordered: 0,
      corrupted: 0,
    },
    steps: [],
    commands: [],
  };
}

/** @type {import('./benchmark.mjs').Benchmark[]} */
export default [
  {
    name: 'report: a million entries, opened',
    unit: 'ms',
    reach: { atMost: 2_000 },
    async run(smoke) {
      const folder = mkdtempSync(join(tmpdir(), 'rehearsal-report-bench-'));
      try {
        const run = largeRun(smoke ? 10_000 : 1_000_000);
        const began = performance.now();
        const { html } = runReport(run);
        const madeMs = performance.now() - began;
        const path = join(folder, 'report.html');
        writeFileSync(path, html);
        const page = await Page.open();
        try {
          const opened = [];
          for (let i = 0; i < (smoke ? 1 : 5); i++) opened.push(await page.goto(pathToFileURL(path).href));
          // The slowest counts: readers open it once.
          return { value: Math.max(...opened), detail: { madeMs, kilobytes: html.length / 1000 } };
        } finally {
          page.close();
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
  },
];
