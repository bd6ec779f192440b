import type { SoftwarePackage } from './package-names.js';
import { compareReleases } from './releases.js';
import { softwareText, type Software } from './software.js';
import { pathTo, type UpgradeMethod } from './upgrade-paths.js';

/**
 * Why a package does not go onto this software, and what to do instead; undefined when it does
 * (fidelity: F-PACKAGE-FIT).
 *
 * @param method by which an upgrade is meant to be done
 */
export function whatIsWrongWith(
  pkg: SoftwarePackage,
  onto: Software,
  method: UpgradeMethod = 'minimum-downtime',
): string | undefined {
  switch (pkg.kind) {
    case 'jumbo':
      return wrongJumbo(pkg, onto);
    case 'hotfix':
      return wrongHotfix(pkg, onto);
    case 'upgrade':
      return wrongUpgrade(pkg, onto, method);
  }
}

function wrongJumbo({ release, take }: SoftwarePackage, onto: Software): string | undefined {
  if (release !== onto.release) {
    const upgradeFirst = compareReleases(release, onto.release) > 0 ? `, or upgrade to ${release} first` : '';
    return `this jumbo is for ${release}, and ${onto.release} is installed; get a jumbo of ${onto.release}${upgradeFirst}`;
  }
  if (take === onto.take) return `${softwareText(onto)} is installed already; there is nothing to do`;
  if (take < onto.take) {
    return `take ${take} is older than take ${onto.take}, which is installed; uninstall that first, or get a higher take`;
  }
  return undefined;
}

function wrongHotfix({ release, take }: SoftwarePackage, onto: Software): string | undefined {
  if (release === onto.release && take === onto.take) return undefined;
  const needs = softwareText({ release, take });
  return `this hotfix was made for ${needs}, and ${softwareText(onto)} is installed; ask for one made for ${softwareText(onto)}`;
}

function wrongUpgrade({ release }: SoftwarePackage, onto: Software, method: UpgradeMethod): string | undefined {
  if (release === onto.release) return `${release} is installed already; for a higher take get a jumbo of ${release}`;
  const path = pathTo(onto.release, release, method);
  if (typeof path === 'string') return path;
  const [first, ...more] = path;
  if (more.length === 0) return undefined;
  const others = method === 'zero-downtime' ? ', or choose minimum-downtime' : '';
  return `${release} is more than one ${method} upgrade from ${onto.release}; upgrade to ${first!.to} first${others}`;
}
