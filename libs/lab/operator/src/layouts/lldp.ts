import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import { upTime } from '../text/time.js';
import { hostName, type FabricView } from '../view/fabric-view.js';

const RULE = '-------------------------------------------------------------------------------';

/** `lldpctl`, by its other name `lldpneighbors`, on an orchestrator: the members that it hears over their downlinks (fidelity: F-LLDPCTL). */
export function lldpctl(view: FabricView): Line[] {
  const { settings } = view;
  const ttlSec = Math.ceil((settings['ccp.heartbeatMs'] * settings['ccp.deadMultiplier']) / 1000);
  const heard = view.members.filter((m) => m.state !== 'LOST' && m.process !== 'dead' && m.process !== 'rebooting');
  const row = (label: string, value: string): string => `    ${`${label}:`.padEnd(14)}${value}`;
  return lines(
    'field',
    RULE,
    'LLDP neighbors:',
    RULE,
    ...heard.flatMap((m, i) => [
      `Interface:    ${NOT_AVAILABLE}, via: LLDP, RID: ${i + 1}, Time: ${
        m.joinedAtMs === null ? NOT_AVAILABLE : upTime(view.atMs - m.joinedAtMs)
      }`,
      '  Chassis:',
      row('ChassisID', NOT_AVAILABLE),
      row('SysName', hostName(view, m.id)),
      row('SysDescr', `${m.model}, ${m.release}`),
      '  Port:',
      row('PortID', `data.member.${m.id}`),
      row('PortDescr', NOT_AVAILABLE),
      row('TTL', String(ttlSec)),
      RULE,
    ]),
  );
}
