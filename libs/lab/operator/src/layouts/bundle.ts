import { textOf } from '../text/line.js';
import { isoTime } from '../text/time.js';
import type { FabricView } from '../view/fabric-view.js';
import { asgStat } from './asg-stat.js';
import { bladeStats } from './blade-stats.js';
import { cphaprobList } from './cphaprob-list.js';
import { cphaprobState, showFailover } from './cphaprob-state.js';
import { cpinfoY } from './versions.js';
import { syncstat } from './syncstat.js';

/** All that is known of a moment in one text: what `cpinfo` collects of a failure (fidelity: F-CPINFO). */
export function failureBundle(view: FabricView): string {
  const here = view.group.smo === '' ? (view.members[0]?.id ?? '') : view.group.smo;
  const part = (title: string, text: string): string => `==== ${title}\n${text}\n`;
  const perMember = view.members.map(
    (m) =>
      part(`member ${m.id}: cpinfo -y all`, textOf(cpinfoY(view, m.id), false)) +
      part(`member ${m.id}: cphaprob state`, textOf(cphaprobState(view, m.id), false)) +
      part(`member ${m.id}: cphaprob list -l`, textOf(cphaprobList(view, m.id, 'all'), false)) +
      part(`member ${m.id}: cphaprob syncstat`, textOf(syncstat(view, m.id), false)),
  );
  return [
    part('bundle', `fabric ${view.fabric} (${view.profile}), run ${view.run}, ${view.moment}, ${isoTime(view.atMs)}`),
    part('asg stat -v', textOf(asgStat(view, here, true), false)),
    part('asg_blade_stats', textOf(bladeStats(view), false)),
    part('cphaprob show_failover', textOf(showFailover(view), false)),
    ...perMember,
    part(
      'audit',
      view.audits.map((a) => `${isoTime(a.atMs)} ${a.what} by ${a.by}${a.why === '' ? '' : `: ${a.why}`}`).join('\n'),
    ),
    part(
      'last commits',
      view.commits
        .map((c) => `${isoTime(c.atMs)} ${c.stream}:${c.version} ${c.input} by ${c.by}: ${c.events.join(' ')}`)
        .join('\n'),
    ),
    part('notes', view.notes.map((n) => `${isoTime(n.atMs)} ${n.text}`).join('\n')),
    part('members as data', JSON.stringify(view.members, null, 1)),
  ].join('');
}
