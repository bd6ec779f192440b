import { durationText } from '@rehearsal/report/words';
import { packetsText, shortPath, textTable } from '../verbs/table.js';
import type { RunbookOutput } from '../verbs/runbook.js';

const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19);

/** What a runbook comes to, for people. */
export function runbookText(out: RunbookOutput, cwd: string): string {
  const { steps, assessment, connections, capacity } = out;
  const took = (from: number | null, to: number | null): string =>
    from === null || to === null ? '-' : durationText(to - from);
  const rows = steps.map((s) => [
    s.line,
    took(s.startMs, s.endMs),
    s.command,
    [s.status, ...s.deviations, ...s.notes].join('; '),
  ]);
  const lines = [
    textTable(['line', 'took', 'command', 'outcome'], rows),
    out.leftOut.length === 0
      ? ''
      : textTable(
          ['line', 'left out', 'why'],
          out.leftOut.map((l) => [l.line, l.command, l.why]),
        ),
    textTable(
      ['rule', '', 'why'],
      assessment.rules.map((r) => [r.rule, r.held ? 'held' : `broken at ${clock(r.when ?? 0)}`, r.why]),
    ),
    assessment.undone.length === 0
      ? 'left undone: nothing\n'
      : textTable(
          ['left undone', 'what', 'remedy'],
          assessment.undone.map((u) => [u.rule, u.what, u.remedy]),
        ),
    assessment.notExecuted.length === 0
      ? ''
      : textTable(
          ['line', 'ordered, and done by no command'],
          assessment.notExecuted.map((o) => [o.line, `${o.safety ? '(safety) ' : ''}${o.text}`]),
        ),
    textTable(
      ['capacity from', 'to', 'for', 'of the group'],
      capacity.map((c) => [clock(c.from), clock(c.to), durationText(c.to - c.from), `${c.share} %`]),
    ),
    `${packetsText(out.ledger)}connections: ${connections.opened} opened, ${connections.affected} affected, ${connections.lost} lost\n`,
    connections.lostWhen.length === 0
      ? ''
      : textTable(
          ['lost at', 'to', 'connections', 'cause', 'during'],
          connections.lostWhen.map((l) => [
            clock(l.from),
            clock(l.to),
            l.connections,
            l.cause,
            l.line === null ? '-' : `line ${l.line}: ${l.command}`,
          ]),
        ),
    out.corrected === '' ? '' : `${out.corrected}\n`,
    `verdict: ${out.verdict}${out.reasons.length === 0 ? '' : `\n${out.reasons.map((r) => `  ${r}\n`).join('')}`}`.trimEnd() +
      '\n',
    `rests on ${out.restsOnText}\n`,
    `as run: ${shortPath(out.asRun.markdown, cwd)}, ${shortPath(out.asRun.html, cwd)}\n`,
  ];
  return lines.filter((line) => line !== '').join('\n');
}
