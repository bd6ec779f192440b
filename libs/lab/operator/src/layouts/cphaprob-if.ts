import { columns } from '../text/box.js';
import { lines, type Line } from '../text/line.js';
import { memberIn, type FabricView } from '../view/fabric-view.js';
import { portIsUp } from './asg-stat.js';
import { HA_OFF, isOff } from './cphaprob-state.js';

/** `cphaprob -a if`: the uplink ports, and the sync network, which is the bus (fidelity: F-CPHAPROB-IF). */
export function cphaprobIf(view: FabricView, here: string): Line[] {
  if (isOff(memberIn(view, here))) return lines('documented', HA_OFF);
  const ports = view.group.interfaces.flatMap((i) => i.ports);
  const word = (isUp: boolean): string => (isUp ? 'UP' : 'DOWN');
  const row = (name: string, status: string): string =>
    columns([
      [0, name],
      [21, status],
    ]);
  const syncState = view.bus === 'unknown' ? 'N/A' : word(view.bus === 'up');
  return [
    ...lines('recalled', '', 'CCP mode: Manual (Unicast)'),
    ...lines('documented', `Required interfaces: ${ports.length + 1}`, 'Required secured interfaces: 1'),
    ...lines(
      'recalled',
      '',
      '',
      row('Interface Name:', 'Status:'),
      '',
      ...ports.map((port) => row(port, word(portIsUp(view, port)))),
      row('Sync (S)', syncState),
      '',
      'S - sync, HA/LS - bond type, LM - link monitor, P - probing',
      '',
      `Virtual cluster interfaces: ${view.group.interfaces.length}`,
      ...view.group.interfaces.map((i) => row(i.name, i.address.split('/')[0] ?? '')),
      '',
    ),
  ];
}
