import { lines, NOT_AVAILABLE, orNone, type Line } from '../text/line.js';
import { longTime } from '../text/time.js';
import { memberIn, type FabricView, type MemberView } from '../view/fabric-view.js';
import { HA_OFF, isOff } from './cphaprob-state.js';

/** Labels are filled with dots up to here. */
const VALUE_AT = 45;

const dotted = (label: string, value: number | string | null): string =>
  `${label.padEnd(VALUE_AT, '.')} ${orNone(value)}`;

/** Why delta sync is off, or `OK`; reasons that are public. */
export function syncStatus(view: FabricView, member: MemberView): string {
  if (view.settings['sync.policy'] === 'never') return 'Off - Manually disabled sync';
  if (isOff(member)) return 'Off - cpstop';
  if (member.state === 'INIT') return 'Off - Boot';
  return view.bus === 'down' ? 'Off - Connection to remote member timed-out' : 'OK';
}

/** `cphaprob syncstat` of member `here`: an update is an entry of a delta (fidelity: F-SYNCSTAT). */
export function syncstat(view: FabricView, here: string): Line[] {
  const self = memberIn(view, here);
  if (isOff(self)) return lines('documented', HA_OFF);
  const { copying } = self;
  return lines(
    'documented',
    '',
    'Delta Sync Statistics',
    '',
    `Sync status: ${syncStatus(view, self)}`,
    '',
    'Drops:',
    dotted('Lost updates', NOT_AVAILABLE),
    dotted('Lost bulk update events', NOT_AVAILABLE),
    dotted('Oversized updates not sent', NOT_AVAILABLE),
    '',
    'Sync at risk:',
    dotted('Sent reject notifications', copying === null ? null : copying.refused),
    dotted('Received reject notifications', NOT_AVAILABLE),
    '',
    'Sent updates:',
    dotted('Total generated sync messages', copying === null ? null : copying.sent),
    dotted('Sent retransmission requests', NOT_AVAILABLE),
    dotted('Sent retransmission updates', copying === null ? null : copying.retransmitted),
    dotted('Peak fragments per update', NOT_AVAILABLE),
    '',
    'Received updates:',
    dotted('Total received updates', NOT_AVAILABLE),
    dotted('Received retransmission requests', NOT_AVAILABLE),
    '',
    'Queue sizes (num of updates):',
    dotted('Sending queue size', view.settings['link.windowFrames']),
    dotted('Receiving queue size', NOT_AVAILABLE),
    dotted('Fragments queue size', NOT_AVAILABLE),
    '',
    'Timers:',
    dotted('Delta Sync interval (ms)', view.settings['sync.deltaMs']),
    '',
    self.joinedAtMs === null
      ? `Reset on ${NOT_AVAILABLE}.`
      : `Reset on ${longTime(self.joinedAtMs)} (triggered by fullsync).`,
    '',
  );
}

/** The Sync part of `fw ctl pstat`, which is all of it that this lab knows (fidelity: F-PSTAT). */
export function pstat(view: FabricView, here: string): Line[] {
  const self = memberIn(view, here);
  const sent = self.copying;
  if (isOff(self) || view.settings['sync.policy'] === 'never') return lines('documented', 'Sync: off');
  const able = syncStatus(view, self) === 'OK';
  return [
    ...lines(
      'documented',
      'Sync:',
      '        Version: new',
      `        Status: ${able ? 'Able' : 'Unable'} to Send/Receive sync packets`,
      '        Sync packets sent:',
      `         total : ${orNone(sent?.sent)},  retransmitted : ${orNone(sent?.retransmitted)}, retrans reqs : ${NOT_AVAILABLE},  acks : ${NOT_AVAILABLE}`,
    ),
    ...lines(
      'recalled',
      '        Sync packets received:',
      `         total : ${NOT_AVAILABLE},  were queued : ${NOT_AVAILABLE}, dropped by net : ${NOT_AVAILABLE}`,
      `         retrans reqs : ${NOT_AVAILABLE}, received ${NOT_AVAILABLE} acks`,
      `         retrans reqs for illegal seq : ${NOT_AVAILABLE}`,
      `         dropped updates as a result of sync overload: ${orNone(sent?.refused)}`,
      `        Callback statistics: handled ${NOT_AVAILABLE} cb, average delay : ${NOT_AVAILABLE},  max delay : ${NOT_AVAILABLE}`,
    ),
  ];
}
