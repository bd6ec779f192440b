import type { SettingSpec } from './settings/spec.js';
import { SETTING_NAMES, SETTINGS } from './settings-registry.js';

/** Where the generated part of docs/fidelity.md begins and ends. */
export const TABLE_BEGIN = '<!-- settings: generated from the registry -->';
export const TABLE_END = '<!-- end of settings -->';

/** The settings as a Markdown table, in the order of the registry. */
export function fidelityTable(): string {
  const rows = SETTING_NAMES.map((name) => {
    const spec: SettingSpec = SETTINGS[name];
    const { fidelity, certainty, vendor, lossless, unit, where, about } = spec;
    const values = [vendor, lossless].map((value) => show(value, unit));
    return `| ${fidelity} | \`${name}\` | ${values.join(' | ')} | ${certainty} | ${where} | ${about} |`;
  });
  return [
    '| id | setting | vendor | lossless | certainty | acts in | what it does |',
    '|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** The document with its generated part replaced. @throws Error when the markers are missing */
export function withFidelityTable(document: string): string {
  const begin = document.indexOf(TABLE_BEGIN);
  const end = document.indexOf(TABLE_END);
  if (begin < 0 || end < begin) throw new Error(`expected the markers ${TABLE_BEGIN} and ${TABLE_END}, each once`);
  return `${document.slice(0, begin + TABLE_BEGIN.length)}\n${fidelityTable()}\n${document.slice(end)}`;
}

function show(value: unknown, unit: string): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.join(', ');
  return typeof value === 'number' && unit !== '' ? `${value} ${unit}` : String(value);
}
