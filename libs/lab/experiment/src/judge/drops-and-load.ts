import { counted } from '@rehearsal/lab-port/plain-words';
import type { LedgerSummary } from '@rehearsal/traffic';
import type { Budget } from '../file/schema.js';
import type { FabricHistory } from './history.js';

/** What was dropped for a reason that is not allowed, and whether the group was under load too often. */
export function dropsAndLoad(
  { onlyDropped, timesUnderLoad }: Budget,
  { dropped }: Pick<LedgerSummary, 'dropped'>,
  { underLoadFromMs = [] }: Pick<FabricHistory, 'underLoadFromMs'>,
): string[] {
  const reasons: string[] = [];
  for (const [name, count] of Object.entries(dropped)) {
    if (count === 0 || onlyDropped === undefined || onlyDropped.includes(name)) continue;
    const others = onlyDropped.length === 0 ? 'nothing' : onlyDropped.join(', ');
    reasons.push(`${counted(count, 'packet')} dropped for ${name}, and only ${others} may drop any`);
  }
  const times = underLoadFromMs.length;
  if (timesUnderLoad !== undefined && times > timesUnderLoad) {
    reasons.push(`the group was under load ${counted(times, 'time')}, at most ${timesUnderLoad} may be`);
  }
  return reasons;
}
