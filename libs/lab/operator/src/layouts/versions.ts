import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import type { FabricView } from '../view/fabric-view.js';

/** `fw ver`; this lab has a release, and no build of it (fidelity: F-CPINFO). */
export function fwVer(view: FabricView): Line[] {
  return lines('documented', `This is Check Point's software version ${view.group.release} - Build ${NOT_AVAILABLE}`);
}

const jumbo = (release: string, kind: string): string => `${kind}_${release.replaceAll('.', '_')}_JUMBO_HF_MAIN`;

/** `cpinfo -y all`: what is installed, by product (fidelity: F-CPINFO). */
export function cpinfoY(view: FabricView): Line[] {
  const { release, take } = view.group;
  const has = take > 0;
  const entry = (kind: string): string => `        ${jumbo(release, kind)}     Take:  ${take}`;
  return lines(
    'documented',
    `This is Check Point CPinfo Build ${NOT_AVAILABLE} for GAIA`,
    '[IDA]',
    '        No hotfixes..',
    '[FW1]',
    has ? entry('HOTFIX') : '        No hotfixes..',
    '[CPUpdates]',
    has ? entry('BUNDLE') : '        No hotfixes..',
  );
}

/** `installed_jumbo_take` */
export function jumboTake(view: FabricView): Line[] {
  const { release, take } = view.group;
  return lines(
    'recalled',
    take > 0 ? `${release} Jumbo Hotfix Accumulator take ${take}` : 'No Jumbo Hotfix Accumulator is installed',
  );
}
