import { canonicalBytes } from './canonical.js';
import { sha256Hex } from './hash.js';

/**
 * The serial number of an appliance that nobody gave one: by its fabric, its place in it, and how often something had
 * been decided about it before, so that an appliance that takes a place has another number than the one that left it.
 * fidelity: F-SERIALS
 */
export function serialNumber(fabric: string, place: string, decisions: number): string {
  return `RH${sha256Hex(canonicalBytes({ decisions, fabric, place })).slice(0, 10).toUpperCase()}`;
}
