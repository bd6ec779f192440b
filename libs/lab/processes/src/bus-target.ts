import type { Target } from '@rehearsal/lab-port';

/** The bus as what faults are done to. */
export const BUS: Target = { role: 'bus', id: 'bus' };
