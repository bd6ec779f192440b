import { FAULTS, type FaultKind, type FaultRecord } from '@rehearsal/lab-port';
import type { Change } from './decisions.js';

/** A stretch of time that a chart shades. Times are ms since the epoch. */
export interface Window {
  /** `fault`: until it is decided, or mended. `recovery`: until everybody is back and everything in its place. */
  readonly kind: 'fault' | 'recovery';
  readonly fromMs: number;
  readonly toMs: number;
  readonly text: string;
  /** It had not ended when the run did. */
  readonly open: boolean;
}

const mends = (fault: string): boolean => Object.hasOwn(FAULTS, fault) && FAULTS[fault as FaultKind].mends;
const isMending = ({ fault }: FaultRecord): boolean =>
  mends(fault) || ['resume', 'restart', 'disk-free'].includes(fault);

/** Each fault until whom it struck is declared lost, or until it is mended; a fault that ends by neither has no width. */
export function faultWindows(faults: readonly FaultRecord[], changes: readonly Change[]): Window[] {
  return faults
    .filter((f) => !isMending(f))
    .map((f) => {
      const ends = [
        changes.find((c) => c.who === f.target && c.kind !== 'joined' && c.atMs >= f.atMs)?.atMs,
        faults.find((m) => isMending(m) && m.target === f.target && m.atMs > f.atMs)?.atMs,
      ].filter((ms) => ms !== undefined);
      const toMs = ends.length === 0 ? f.atMs : Math.min(...ends);
      return { kind: 'fault' as const, fromMs: f.atMs, toMs, text: `${f.fault} ${f.target}`, open: false };
    });
}

/** From each loss until nobody is missing and every slot is where it belongs. */
export function recoveryWindows(changes: readonly Change[], endMs: number): Window[] {
  const windows: Window[] = [];
  const missing = new Set<string>();
  let fromMs: number | undefined;
  let isBalanced = true;
  let who = '';
  for (const { atMs, kind, who: whom } of changes) {
    if (kind === 'lost' || kind === 'out') {
      missing.add(whom);
      if (fromMs === undefined) {
        fromMs = atMs;
        who = whom;
      }
    } else if (kind === 'joined') {
      missing.delete(whom);
      // Who comes is given slots, and is done with when the group says so.
      if (whom.startsWith('member ')) isBalanced = false;
    } else isBalanced = kind === 'balanced';
    if (fromMs === undefined || missing.size > 0 || !isBalanced) continue;
    windows.push({ kind: 'recovery', fromMs, toMs: atMs, text: `recovery from the loss of ${who}`, open: false });
    fromMs = undefined;
  }
  if (fromMs !== undefined) {
    windows.push({
      kind: 'recovery',
      fromMs,
      toMs: Math.max(fromMs, endMs),
      text: `recovery from the loss of ${who}`,
      open: true,
    });
  }
  return windows;
}
