import { imageHash } from '@rehearsal/software/fold';
import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import { runsAt, type FabricView } from '../view/fabric-view.js';
import { framed } from './g-all.js';

/** `fw ver` at `here`; this lab has a release, and no build of it (fidelity: F-CPINFO). */
export function fwVer(view: FabricView, here: string, withKernel: boolean): Line[] {
  const build = `${runsAt(view, here).release} - Build ${NOT_AVAILABLE}`;
  return lines(
    'documented',
    `This is Check Point's software version ${build}`,
    ...(withKernel ? [`kernel: ${build}`] : []),
  );
}

const jumbo = (release: string, kind: string): string => `${kind}_${release.replaceAll('.', '_')}_JUMBO_HF_MAIN`;

/** `cpinfo -y all` at `here`, a member or an orchestrator: what is installed, by product (fidelity: F-CPINFO). */
export function cpinfoY(view: FabricView, here: string): Line[] {
  const { release, take } = runsAt(view, here);
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

/** `installed_jumbo_take` at `here` */
export function jumboTake(view: FabricView, here: string): Line[] {
  const { release, take } = runsAt(view, here);
  return lines(
    'recalled',
    take > 0 ? `${release} Jumbo Hotfix Accumulator take ${take}` : 'No Jumbo Hotfix Accumulator is installed',
  );
}

/** `installed_jumbo_take -a`: of every member, as engineers write it (fidelity: F-FIELD-INSTALL). */
export function jumboTakes(view: FabricView): Line[] {
  const page = framed(view.members.map(({ id }) => ({ member: id, page: jumboTake(view, id) })));
  return lines('field', ...page.map(({ text }) => text));
}

/** `show version all` at `here`: its keys are recalled (fidelity: F-CPINFO). */
export function versionAll(view: FabricView, here: string): Line[] {
  return lines(
    'recalled',
    `Product version Check Point Gaia ${runsAt(view, here).release}`,
    `OS build ${NOT_AVAILABLE}`,
    `OS kernel version ${NOT_AVAILABLE}`,
    'OS edition 64-bit',
  );
}

/** `show smo image md5sum`: members that show the same run the same (fidelity: F-IMAGE-HASH). */
export function imageSums(view: FabricView): Line[] {
  return framed(
    view.members.map(({ id, release, take }) => ({
      member: id,
      page: lines('recalled', imageHash({ release, take })),
    })),
  );
}
