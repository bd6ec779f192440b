/** ms since the epoch from a clock that does not go back. */
export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}
