import type { Runtime } from './runtime.js';
import type { Cancel } from './store.js';

/** Runs something again and again, after the period of that moment since it last began, until cancelled. */
export function every(runtime: Pick<Runtime, 'after'>, periodMs: () => number, run: () => void): Cancel {
  let cancel: Cancel;
  const tick = (): void => {
    cancel = runtime.after(periodMs(), tick);
    run();
  };
  cancel = runtime.after(periodMs(), tick);
  return () => cancel();
}
