import { CONNECTIONS } from './settings/connections.js';
import { CORRECTION } from './settings/correction.js';
import { DETECTION } from './settings/detection.js';
import { DISTRIBUTION } from './settings/distribution.js';
import { INNER_LIFE } from './settings/inner-life.js';
import { LINKS } from './settings/links.js';
import { SIMULATION } from './settings/simulation.js';
import type { ValueOf } from './settings/spec.js';
import { STATE } from './settings/state.js';
import { UPGRADE } from './settings/upgrade.js';

/**
 * Every named number and choice of the fabric, with its default in each profile, its bounds, and how
 * sure it is. docs/fidelity.md is generated from this table.
 */
export const SETTINGS = {
  ...DETECTION,
  ...INNER_LIFE,
  ...STATE,
  ...DISTRIBUTION,
  ...CONNECTIONS,
  ...CORRECTION,
  ...LINKS,
  ...UPGRADE,
  ...SIMULATION,
} as const;

export type SettingName = keyof typeof SETTINGS;

/** Resolved settings: `settings['ccp.heartbeatMs']`. Plain JSON. */
export type Settings = { readonly [N in SettingName]: ValueOf<(typeof SETTINGS)[N]> };

/** In the order of the registry. */
export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];
