import type { Cancel, MemoryStoreOptions } from './index.js';
import { MemoryCommitStore } from './index.js';
import { commitStoreContract } from './testing.js';
import type { AppendRequest, AppendOutcome } from './store.js';

const REDELIVER_MS = 30;

/** Two clients of one memory store; the third never hears an answer to its appends. */
function harness(options: Partial<MemoryStoreOptions>) {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  const deafIds = new Set<string>();
  const after = (delayMs: number, run: () => void): Cancel => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      run();
    }, delayMs);
    timers.add(timer);
    return () => clearTimeout(timer);
  };
  const store = new MemoryCommitStore({
    after,
    redeliverMs: REDELIVER_MS,
    ...options,
    faults: {
      append: (request) => (deafIds.delete(request.msgId) ? { request: 'arrives', answer: 'unknown' } : undefined),
    },
  });
  const deaf = Object.create(store, {
    append: {
      value: (request: AppendRequest, done: (outcome: AppendOutcome) => void) => {
        deafIds.add(request.msgId);
        store.append(request, done);
      },
    },
  }) as MemoryCommitStore;
  return {
    store,
    other: store,
    deaf,
    redeliverMs: REDELIVER_MS,
    close: () => {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

commitStoreContract('in memory, expectation first', (options) => harness(options));
commitStoreContract('in memory, duplicates first', (options) => harness({ ...options, duplicatesFirst: true }));
