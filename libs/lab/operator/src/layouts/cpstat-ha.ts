import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import { memberIn, type FabricView } from '../view/fabric-view.js';
import { isOff, problemsOf } from './cphaprob-state.js';

/** `cpstat ha` of member `here`: keys are recalled (fidelity: F-CPSTAT-HA). */
export function cpstatHa(view: FabricView, here: string): Line[] {
  const self = memberIn(view, here);
  const started = !isOff(self);
  const state = started ? self.state.toLowerCase() : NOT_AVAILABLE;
  const problems = problemsOf(self);
  const [major, minor] = self.release.slice(1).split('.') as [string, string | undefined];
  const row = (label: string, value: string): string => `${`${label}:`.padEnd(24)}${value}`;
  return lines(
    'recalled',
    '',
    row('Product name', 'High Availability'),
    row('Major version', major),
    row('Minor version', minor ?? NOT_AVAILABLE),
    row('Service pack', NOT_AVAILABLE),
    row('Version string', NOT_AVAILABLE),
    row('Status', started && problems === 'None' ? 'OK' : 'Problem'),
    row('HA installed', '1'),
    row('Working mode', 'HA Over LS'),
    row('HA protocol version', NOT_AVAILABLE),
    row('HA started', started ? 'yes' : 'no'),
    row('HA state', state),
    row('HA identifier', String(self.number)),
    '',
  );
}
