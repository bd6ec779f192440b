import { nearestName } from './nearest-name.js';
import type { Certainty, SettingSpec } from './settings/spec.js';
import { CERTAINTIES } from './settings/spec.js';
import type { SettingName, Settings } from './settings-registry.js';
import { SETTING_NAMES, SETTINGS } from './settings-registry.js';
import { SettingsError } from './settings-error.js';

export { SETTING_NAMES, SETTINGS, SettingsError };

/** `vendor` does what the public facts say; `lossless` what this design can do. */
export const PROFILES = ['vendor', 'lossless'] as const;
export type Profile = (typeof PROFILES)[number];

/**
 * The defaults of a profile with `overrides` on top. Values may be typed or as text (`'3'`, `'true'`,
 * `'dns,ntp'`), as a command line or a file gives them. A profile must be one of PROFILES.
 * @throws SettingsError naming every unknown name (with the nearest) and every value out of range
 */
export function resolveSettings(profile: Profile, overrides: Readonly<Record<string, unknown>> = {}): Settings {
  const problems: string[] = [];
  if (!PROFILES.includes(profile)) {
    throw new SettingsError([`profile ${JSON.stringify(profile)}: expected ${PROFILES.join(' or ')}`]);
  }
  const out: Record<string, unknown> = {};
  for (const name of SETTING_NAMES) out[name] = SETTINGS[name][profile];
  for (const [name, given] of Object.entries(overrides)) {
    if (!isSettingName(name)) {
      problems.push(
        `setting "${name}": there is no such setting; the nearest is "${nearestName(name, SETTING_NAMES)}"`,
      );
      continue;
    }
    const value = readValue(SETTINGS[name], given);
    if (value === undefined) {
      problems.push(
        `setting "${name}": expected ${expectedOf(SETTINGS[name])}, saw ${show(given)}; leave it out for the default`,
      );
    } else {
      out[name] = value;
    }
  }
  if (problems.length > 0) throw new SettingsError(problems);
  return out as unknown as Settings;
}

/** Whether a setting of this name exists. */
export function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/** Values a setting may well have in a real fabric, as text a command line takes; none where the registry names none. */
export function plausibleValues(name: SettingName): readonly string[] {
  const spec: SettingSpec = SETTINGS[name];
  switch (spec.kind) {
    case 'int':
      return (spec.plausible ?? []).map(String);
    case 'bool':
      return ['false', 'true'];
    case 'choice':
      return spec.choices;
    case 'list':
      return [];
  }
}

/** How many settings of each certainty a result rests on; all of them unless `names` says which. */
export function countByCertainty(names: Iterable<SettingName> = SETTING_NAMES): Record<Certainty, number> {
  const out = Object.fromEntries(CERTAINTIES.map((c) => [c, 0])) as Record<Certainty, number>;
  for (const name of names) out[SETTINGS[name].certainty]++;
  return out;
}

/** The values that are accepted, in words. */
export function expectedOf(spec: SettingSpec): string {
  switch (spec.kind) {
    case 'int':
      return `an integer from ${spec.min} to ${spec.max}${spec.unit === '' ? '' : ` (${spec.unit})`}`;
    case 'bool':
      return 'true or false';
    case 'choice':
      return `one of ${spec.choices.join(', ')}`;
    case 'list':
      return 'a list of names in lower case, such as dns,ntp, or none';
  }
}

function readValue(spec: SettingSpec, given: unknown): unknown {
  switch (spec.kind) {
    case 'int': {
      const n = typeof given === 'string' && /^-?\d+$/.test(given) ? Number(given) : given;
      return typeof n === 'number' && Number.isSafeInteger(n) && n >= spec.min && n <= spec.max ? n : undefined;
    }
    case 'bool':
      if (typeof given === 'boolean') return given;
      return given === 'true' ? true : given === 'false' ? false : undefined;
    case 'choice':
      return typeof given === 'string' && spec.choices.includes(given) ? given : undefined;
    case 'list': {
      const items: unknown = typeof given === 'string' ? splitList(given) : given;
      if (!Array.isArray(items)) return undefined;
      const ok = items.every((item) => typeof item === 'string' && /^[a-z0-9][a-z0-9-]*$/.test(item));
      return ok && new Set(items).size === items.length ? [...(items as string[])] : undefined;
    }
  }
}

function splitList(text: string): string[] {
  return text === '' || text === 'none' ? [] : text.split(',').map((item) => item.trim());
}

function show(value: unknown): string {
  return value === undefined ? 'nothing' : (JSON.stringify(value) ?? typeof value);
}
