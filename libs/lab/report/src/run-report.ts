import { asRunSection } from './as-run.js';
import { silenceChart } from './charts/share-chart.js';
import { timeChart, type DrawnChart, type TimeAxis } from './charts/time-chart.js';
import { timelineChart } from './charts/timeline-chart.js';
import { basisOf } from './figures/basis.js';
import { decisionLines, storyOf } from './figures/decisions.js';
import { seriesOf } from './figures/series.js';
import { faultWindows, recoveryWindows } from './figures/windows.js';
import { runMarkdown } from './markdown/run-markdown.js';
import { basisSection, basisWords } from './page/basis-section.js';
import { pageOf } from './page/page.js';
import {
  commandsSection,
  decisionList,
  headSection,
  ledgerSection,
  lossesSection,
  stepsSection,
} from './page/run-sections.js';
import type { Report, RunData } from './run-data.js';
import { markup, type Html } from './text/html.js';
import { durationText, numberText } from './text/numbers.js';

/** Lines in the list of decisions; more are put together. */
const MOST_LINES = 1_500;

/** The report of one run: a page that needs nothing else, and a summary. */
export function runReport(run: RunData): Report {
  const basis = basisOf(run.profile, run.settings);
  const { decisions, changes } = storyOf(run.log, run.faults);
  const first = run.samples?.samples[0]?.atMs;
  const last = run.samples?.samples[run.samples.samples.length - 1]?.atMs;
  const zeroMs = first ?? run.startedAtMs;
  const toMs = Math.max(zeroMs + 1, last ?? run.endedAtMs);
  const windows = [
    ...recoveryWindows(
      changes.filter((c) => c.atMs >= zeroMs),
      toMs,
    ),
    ...faultWindows(run.faults, changes),
  ];
  const axis: TimeAxis = { from: 0, to: (toMs - zeroMs) / 1000, zeroMs, windows };
  const charts = chartsOf(run, axis);
  const lines = decisionLines(decisions, MOST_LINES);
  const asRun = run.asRun === undefined ? markup`` : asRunSection(run.asRun);
  const body = markup`${headSection(run, basisWords(basis))} ${asRun} ${ledgerSection(run)}
    <h2>What happened</h2>
    ${windowsLegend(windows.length > 0)} ${noSamples(run)} ${timelineChart(decisions, axis)}
    ${charts.map((c) => c.html)}
    ${run.silencesMs.length === 0 ? markup`<p class="soft">No connection lost its member: there is no silence to plot.</p>` : silenceChart(run.silencesMs)}
    ${decisionList(lines, decisions.length, zeroMs)} ${stepsSection(run, zeroMs)} ${lossesSection(run)}
    ${basisSection(basis)} ${commandsSection(run.commands)}
    <p class="soft">
      Decided by code ${run.build.slice(0, 16)}; ${numberText(run.result.log.commits)} decisions in the log, chain
      ${run.result.log.chain.slice(0, 16)}.
    </p>`;
  const data = { from: axis.from, to: axis.to, charts: charts.map((c) => c.data) };
  return {
    html: pageOf(`${run.result.verdict}: ${run.title}`, body, data),
    markdown: runMarkdown(run, basis, windows),
  };
}

function windowsLegend(hasWindows: boolean): Html | null {
  if (!hasWindows) return null;
  return markup`<p class="legend">
    <span class="key fault">fault, until it is decided or mended</span>
    <span class="key recovery">recovery, until everybody is back and every slot where it belongs</span>
  </p>`;
}

function noSamples(run: RunData): Html | null {
  if (run.samples !== null) return null;
  return markup`<p>
    No time series was recorded of this run, as is so where many seeds are run at once: run its seed alone for the
    plots.
  </p>`;
}

function chartsOf(run: RunData, axis: TimeAxis): DrawnChart[] {
  if (run.samples === null || run.samples.samples.length < 2) return [];
  const s = seriesOf(run.samples, axis.zeroMs);
  const struck = run.members.filter((m) => run.faults.some((f) => f.target === `member ${m}`));
  const every = `Each point is the mean of ${durationText(s.rateMs)}.`;
  const sampled = `Sampled every ${durationText(s.sampleMs)}.`;
  const drawing = 'Where there are more points than can be drawn, the least and the greatest of each place are.';
  const line = { axis, shape: 'line', scale: 'count', plotHeight: 190 } as const;
  return [
    timeChart({
      ...line,
      id: 'throughput',
      title: 'Throughput of each member',
      says: `Packets a second that each member judged; a gap is a member that did not answer. ${every} ${drawing}`,
      unit: 'packets/s',
      series: s.throughput,
      matter: struck,
    }),
    timeChart({
      ...line,
      id: 'connections',
      title: 'Active connections of each member',
      says: `Connections in the slots that each member serves. ${sampled}`,
      unit: 'connections',
      series: s.connections,
      matter: struck,
    }),
    timeChart({
      ...line,
      id: 'outcome',
      title: 'Packets out of the fabric',
      says: `Packets a second, as the outside world counts them. ${every}`,
      unit: 'packets/s',
      series: [
        { name: 'delivered', ...s.delivered },
        { name: 'dropped or lost', ...s.notDelivered },
      ],
      plotHeight: 150,
    }),
    timeChart({
      ...line,
      id: 'latency',
      title: 'Time in the fabric',
      says: `From a packet's sending to its coming out, of the packets since the sample before; the scale is logarithmic. ${sampled}`,
      unit: 'ms',
      series: s.latency.map((q) => ({ ...q, y: q.y.map((us) => (us === null ? null : us / 1000)) })),
      scale: 'log',
    }),
    timeChart({
      ...line,
      id: 'sync-lag',
      title: 'Sync lag',
      says: `Connections each member holds whose last change is not on its way to a backup: with sync delayed, those that are too young. ${sampled}`,
      unit: 'connections',
      series: s.aheadOfCopies,
      matter: struck,
    }),
    timeChart({
      ...line,
      id: 'exposed',
      title: 'Exposed slots',
      says: `Slots without a backup in step, in the view of the orchestrator that counts most. ${sampled}`,
      unit: 'slots',
      series: [{ name: 'exposed', ...s.exposedSlots }],
      shape: 'step',
      plotHeight: 110,
    }),
    timeChart({
      ...line,
      id: 'members',
      title: 'Active members',
      says: `In the view of the orchestrator that counts fewest. ${sampled}`,
      unit: 'members',
      series: [{ name: 'active', ...s.membersActive }],
      shape: 'step',
      plotHeight: 90,
    }),
  ];
}
