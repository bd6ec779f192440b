import { AsyncLocalStorage } from 'node:async_hooks';

const store = new AsyncLocalStorage<string>();

/** The `traceparent` of what is being done on behalf of a command, through promises and timers; undefined where none is. */
export function currentTrace(): string | undefined {
  return store.getStore();
}

/** Runs `run`, and all it starts, on behalf of a trace. For processes off the data path. */
export function withTrace<T>(traceparent: string | undefined, run: () => T): T {
  return traceparent === undefined ? run() : store.run(traceparent, run);
}
