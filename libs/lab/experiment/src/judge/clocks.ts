/** By how much the clock of a log may be behind that of the faults. */
export const CLOCKS_DIFFER_MS = 1_000;
