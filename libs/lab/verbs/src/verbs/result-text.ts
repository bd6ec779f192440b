import type { RunResult } from '@rehearsal/experiment';
import type { RunArchive } from './run-archive.js';
import { reportPath } from '../report/report-path.js';
import { countsText, msText, textTable } from './table.js';

/** A result, with its archive where its log was archived. */
type Shown = RunResult & { readonly archive?: RunArchive | null };

/** What a run came to, one row a number; several results stand side by side under their names. */
export function resultTable(results: readonly (readonly [string, Shown])[]): string {
  const row = (name: string, read: (r: Shown) => string | number): string[] => [
    name,
    ...results.map(([, r]) => String(read(r))),
  ];
  return textTable(
    ['', ...results.map(([name]) => name)],
    [
      row('verdict', (r) => r.verdict),
      row('packets sent', (r) => r.ledger.packets.sent),
      row('  delivered', (r) => r.ledger.packets.delivered),
      row('  dropped', (r) => countsText(r.ledger.packets.dropped, '0')),
      row('  lost', (r) => countsText(r.ledger.packets.lost, '0')),
      ...(results.some(([, r]) => r.ledger.probes)
        ? [row('packets of probes', (r) => probesText(r.ledger.probes))]
        : []),
      row('unexplained', (r) => r.ledger.unexplained),
      row('corrected in the site', (r) => correctionText(r.ledger.correction)),
      ...membersCorrecting(results).map((member) => row(`  ${member}`, (r) => memberText(r, member))),
      row('connections opened', (r) => r.connections.opened),
      row('  affected', (r) => r.connections.affected),
      row('  kept', (r) => r.connections.kept),
      row('  lost', (r) => r.connections.lost),
      row('  lost by cause', (r) => countsText(r.connections.lostByCause, '-')),
      ...(results.some(([, r]) => r.connections.deferred !== undefined)
        ? [row('  deferred', (r) => deferredText(r.connections.deferred))]
        : []),
      row('predicted lost', (r) => predictionText(r.prediction)),
      row('  measured', (r) => r.prediction.measuredLost),
      row('  spared', (r) => countsText(r.prediction.spared, '-')),
      row('  copy under way', (r) => `${r.prediction.inFlight.connections}, lost ${r.prediction.inFlight.lost}`),
      row('loss detected after', (r) => msText(r.failover.detectedMs)),
      row('loss decided after', (r) => msText(r.failover.committedMs)),
      row('first packet after', (r) => msText(r.failover.firstPacketMs)),
      row('silence, median', (r) => msText(r.failover.silenceMs.p50)),
      row('silence, 99 of 100', (r) => msText(r.failover.silenceMs.p99)),
      row('silence, longest', (r) => msText(r.failover.silenceMs.max)),
      row('connections moved', (r) => r.failover.connectionsMoved),
      row('faults applied', (r) => r.faults.applied),
      row('decisions in the log', (r) => r.log.commits),
      ...(results.some(([, r]) => r.archive) ? [row('  archived', (r) => r.archive?.commits ?? '-')] : []),
    ],
  );
}

/** What became of the packets that gates asked with; they are among no other figure. */
function probesText(probes: RunResult['ledger']['probes']): string {
  if (probes === undefined) return '-';
  const { sent, delivered, outstanding } = probes;
  const others = countsText({ ...probes.dropped, ...probes.lost, ...(outstanding > 0 && { outstanding }) }, '');
  return `${sent}, delivered ${delivered}${others === '' ? '' : `, ${others}`}`;
}

/** What the sync policy says, cause by cause. */
function predictionText({ predictedLost, predictedByCause }: RunResult['prediction']): string {
  return predictedLost === 0 ? '0' : `${predictedLost} (${countsText(predictedByCause, '-')})`;
}

function deferredText(deferred: RunResult['connections']['deferred']): string {
  if (deferred === undefined) return '0';
  const { connections, neverBegan, longestMs } = deferred;
  const gaveUp = neverBegan === 0 ? '' : `, ${neverBegan} of them never began`;
  return `${connections}, for ${msText(longestMs)} at most${gaveUp}`;
}

function correctionText({ packets, perMille, extraP50Us }: RunResult['ledger']['correction']): string {
  return packets === 0 ? '0' : `${packets} (${perMille / 10} %), median ${inMs(extraP50Us)} longer`;
}

/** Members that had to do with correction in one of the results. */
function membersCorrecting(results: readonly (readonly [string, RunResult])[]): string[] {
  const taking = results.flatMap(([, r]) => r.ledger.correction.members.filter((m) => m.handedOn || m.takenIn));
  return [...new Set(taking.map((m) => m.member))].sort();
}

function memberText({ ledger }: RunResult, member: string): string {
  const seen = ledger.correction.members.find((m) => m.member === member);
  if (seen === undefined || seen.handedOn === null) return '-';
  const { handedOn, takenIn, extraP50Us, extraP99Us } = seen;
  const extra = extraP50Us === null ? '' : `; ${inMs(extraP50Us)} longer, 99 of 100 at most ${inMs(extraP99Us ?? 0)}`;
  return `out ${handedOn}, in ${takenIn}${extra}`;
}

function inMs(us: number): string {
  return `${(us / 1000).toFixed(1)} ms`;
}

/** Why verdicts are not `pass`, what they rest on, and where to look further. */
export function resultNotes(result: Shown): string {
  const sure = countsText(result.restsOn, 'none');
  return [
    ...result.reasons.map((reason) => `${result.profile}: ${reason}`),
    ...result.knownIssues.map(({ what, members }) => `${result.profile}: at ${members.join(', ')}: ${what}`),
    `${result.profile}: rests on settings that are ${sure}; run ${result.folder}; log ${result.log.chain.slice(0, 16)}`,
    `${result.profile}: report ${reportPath(result.folder)}`,
    ...archiveNotes(result),
    '',
  ].join('\n');
}

function archiveNotes({ profile, reasons, archive }: Shown): string[] {
  if (!archive) return [];
  const { store, treeSize, root, verifierKey } = archive;
  const isSame = !reasons.some((reason) => reason.startsWith('archive: '));
  return [
    `${profile}: archive ${isSame ? 'agrees with the log, commit for commit' : 'does not agree with the log'}; ${store}`,
    `${profile}: checkpoint of ${treeSize} commits, root ${root}, signed by ${verifierKey}`,
  ];
}
