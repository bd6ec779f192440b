import { codeBlock, escapeMarkdown as esc, markdownTable } from './text/markdown-text.js';
import { markup, type Html } from './text/html.js';
import { durationText } from './text/numbers.js';
import { table } from './page/page.js';

/** How a runbook was gone through, for the file. Times in ms since the epoch; null where a command was not typed. */
export interface AsRunData {
  readonly runbook: string;
  readonly verdict: string;
  readonly reasons: readonly string[];
  readonly steps: readonly {
    readonly line: number;
    readonly section: string;
    readonly command: string;
    readonly target: string;
    readonly status: string;
    readonly startMs: number | null;
    readonly endMs: number | null;
    readonly output: string;
    readonly changes: readonly string[];
    readonly deviations: readonly string[];
    readonly notes: readonly string[];
  }[];
  readonly leftOut: readonly { readonly line: number; readonly command: string; readonly why: string }[];
  readonly assessment: {
    readonly rules: readonly {
      readonly rule: string;
      readonly held: boolean;
      readonly when: number | null;
      readonly why: string;
    }[];
    readonly undone: readonly { readonly rule: string; readonly what: string; readonly remedy: string }[];
    readonly notExecuted: readonly { readonly line: number; readonly text: string; readonly safety: boolean }[];
  };
  readonly connections: {
    readonly opened: number;
    readonly affected: number;
    readonly lost: number;
    readonly lostWhen: readonly {
      readonly from: number;
      readonly to: number;
      readonly connections: number;
      readonly cause: string;
      readonly line: number | null;
      readonly command: string;
    }[];
  };
  /** What the verdict rests on, in a sentence. */
  readonly restsOnText: string;
  readonly capacity: readonly { readonly from: number; readonly to: number; readonly share: number }[];
  /** What the runbook lacks, as a unified diff; '' where it lacks nothing. */
  readonly corrected: string;
}

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);
const when = (ms: number | null): string => (ms === null ? '–' : clock(ms));
const took = ({ startMs, endMs }: AsRunData['steps'][number]): string =>
  startMs === null || endMs === null ? '–' : durationText(endMs - startMs);
const typedAt = (target: string): string => (target === '' ? 'SMO' : target);

type Row = readonly string[];
const stepRows = ({ steps }: AsRunData): Row[] =>
  steps.map((s) => [
    String(s.line),
    when(s.startMs),
    took(s),
    typedAt(s.target),
    s.command,
    [s.status, ...s.deviations, ...s.notes].join('; '),
    s.changes.join('; '),
  ]);
const STEP_HEAD = ['line', 'at', 'took', 'typed at', 'command', 'outcome', 'what changed'];
const ruleRows = ({ assessment }: AsRunData): Row[] =>
  assessment.rules.map((r) => [r.rule, r.held ? 'held' : `broken at ${when(r.when)}`, r.why]);
const undoneRows = ({ assessment }: AsRunData): Row[] => assessment.undone.map((u) => [u.rule, u.what, u.remedy]);
const orderRows = ({ assessment }: AsRunData): Row[] =>
  assessment.notExecuted.map((o) => [String(o.line), o.safety ? 'safety' : '', o.text]);
const capacityRows = ({ capacity }: AsRunData): Row[] =>
  capacity.map((c) => [clock(c.from), clock(c.to), durationText(c.to - c.from), `${c.share} %`]);
const lostRows = ({ connections }: AsRunData): Row[] =>
  connections.lostWhen.map((l) => [
    l.from === l.to ? clock(l.from) : `${clock(l.from)} to ${clock(l.to)}`,
    String(l.connections),
    l.cause,
    l.line === null ? 'before the first command' : `line ${l.line}: ${l.command}`,
  ]);
const leftOutRows = ({ leftOut }: AsRunData): Row[] => leftOut.map((l) => [String(l.line), l.command, l.why]);

interface Part {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: (run: AsRunData) => Row[];
  readonly none: string;
}

const PARTS: readonly Part[] = [
  { title: 'Rules', head: ['rule', '', 'why'], rows: ruleRows, none: '' },
  { title: 'Left undone', head: ['rule', 'what', 'remedy'], rows: undoneRows, none: 'Nothing.' },
  {
    title: 'Ordered by the text, and done by no command',
    head: ['line', '', 'sentence'],
    rows: orderRows,
    none: 'Nothing.',
  },
  { title: 'Connections lost', head: ['when', 'connections', 'cause', 'during'], rows: lostRows, none: 'None.' },
  { title: 'Capacity', head: ['from', 'to', 'for', 'of the group'], rows: capacityRows, none: '' },
  { title: 'Commands as run', head: STEP_HEAD, rows: stepRows, none: '' },
  { title: 'Commands left out', head: ['line', 'command', 'why'], rows: leftOutRows, none: 'None.' },
];

/** The record and the assessment as Markdown, ready to file. */
export function asRunMarkdown(run: AsRunData): string {
  const parts = PARTS.flatMap(({ title, head, rows, none }) => {
    const found = rows(run);
    if (found.length === 0 && none === '') return [];
    return [`## ${title}`, found.length === 0 ? none : markdownTable(head, found)];
  });
  const outputs = run.steps
    .filter((s) => s.output !== '')
    .flatMap((s) => [`### Line ${s.line}: ${esc(s.command)}`, codeBlock(s.output.trimEnd())]);
  return [
    `# ${esc(run.runbook)}, as run`,
    `**${run.verdict}**${run.reasons.length === 0 ? '' : `: ${run.reasons.map(esc).join('; ')}`}`,
    `Rests on ${esc(run.restsOnText)}.`,
    ...parts,
    ...(run.corrected === '' ? [] : ['## The runbook with what it lacks', codeBlock(run.corrected.trimEnd())]),
    ...(outputs.length === 0 ? [] : ['## What was shown', ...outputs]),
    '',
  ].join('\n\n');
}

/** The same for a page. */
export function asRunSection(run: AsRunData): Html {
  const parts = PARTS.map(({ title, head, rows, none }) => {
    const found = rows(run);
    if (found.length === 0 && none === '') return markup``;
    const columns = head.map((name) => ({ name }));
    return markup`<h2>${title}</h2>${found.length === 0 ? markup`<p>${none}</p>` : table(columns, found)}`;
  });
  const corrected =
    run.corrected === '' ? markup`` : markup`<h2>The runbook with what it lacks</h2><pre>${run.corrected}</pre>`;
  const outputs = run.steps
    .filter((s) => s.output !== '')
    .map((s) => markup`<details><summary>Line ${s.line}: ${s.command}</summary><pre>${s.output}</pre></details>`);
  return markup`<p>Rests on ${run.restsOnText}.</p>${parts}${corrected}<h2>What was shown</h2>${outputs}`;
}
