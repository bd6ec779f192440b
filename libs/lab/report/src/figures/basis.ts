import {
  CERTAINTIES,
  SETTING_NAMES,
  SETTINGS,
  type Certainty,
  type Profile,
  type SettingName,
  type SettingSpec,
  type Settings,
} from '@rehearsal/kernel';

export interface BasisSetting {
  readonly name: SettingName;
  readonly value: string;
  readonly fidelity: string;
  readonly about: string;
}

export interface ChangedSetting extends BasisSetting {
  readonly certainty: Certainty;
  /** What the profile has. */
  readonly otherwise: string;
}

/** What a verdict rests on: every setting, by how sure it is, and those that are not as the profile has them. */
export interface Basis {
  readonly groups: readonly { readonly certainty: Certainty; readonly settings: readonly BasisSetting[] }[];
  readonly changed: readonly ChangedSetting[];
}

/** Computed from the registry of settings; a setting the run does not know is left out. */
export function basisOf(profile: Profile, settings: Settings): Basis {
  const known = SETTING_NAMES.filter((name) => settings[name] !== undefined);
  const one = (name: SettingName): BasisSetting => {
    const spec: SettingSpec = SETTINGS[name];
    return { name, value: valueText(settings[name], spec.unit), fidelity: spec.fidelity, about: spec.about };
  };
  return {
    groups: CERTAINTIES.map((certainty) => ({
      certainty,
      settings: known.filter((name) => SETTINGS[name].certainty === certainty).map(one),
    })),
    changed: known
      .filter((name) => JSON.stringify(settings[name]) !== JSON.stringify(SETTINGS[name][profile]))
      .map((name) => {
        const { certainty, unit } = SETTINGS[name];
        return { ...one(name), certainty, otherwise: valueText(SETTINGS[name][profile], unit) };
      }),
  };
}

export function valueText(value: unknown, unit: string): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return typeof value === 'number' && unit !== '' ? `${value} ${unit}` : String(value);
}
