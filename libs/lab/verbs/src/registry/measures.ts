import type { OptionSpec } from './options.js';

type Units = Readonly<Record<string, number>>;

/** An option whose name ends in a unit, and what other units come to in it. */
export interface Measured {
  readonly option: OptionSpec;
  readonly units: Units;
}

/** By the end of an option's name. */
const MEASURES: Readonly<Record<string, Units>> = {
  '-ms': { ms: 1, s: 1000, m: 60_000, h: 3_600_000 },
  '-sec': { s: 1, m: 60, h: 3600 },
  '-kbps': { kbps: 1, mbps: 1000, gbps: 1_000_000 },
  '-per-million': { '%': 10_000 },
};

/** `--delay-ms` measures in ms; undefined for an option without a unit. */
export function measureOf(option: OptionSpec): Measured | undefined {
  const end = Object.keys(MEASURES).find((e) => option.flag.endsWith(e));
  return end === undefined ? undefined : { option, units: MEASURES[end]! };
}

/** The option that `--delay` means, which is `--delay-ms`; undefined where none does. */
export function measuredOption(options: readonly OptionSpec[], flag: string): Measured | undefined {
  for (const option of options) {
    const measured = measureOf(option);
    if (measured !== undefined && option.flag.startsWith(`${flag}-`)) {
      if (Object.keys(MEASURES).includes(option.flag.slice(flag.length))) return measured;
    }
  }
  return undefined;
}

/** `5ms` and `1.5s` as a number of the option's own unit; undefined for anything else. */
export function readUnit(text: string, units: Units): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z%]+)$/.exec(text) ?? [];
  const factor = unit !== undefined && Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  // Rounded, since a thousandth of a second is no sum of halves.
  return factor === undefined ? undefined : Math.round(Number(number) * factor * 1000) / 1000;
}
