const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

const waiting = new Set<() => Promise<void>>();
let going = false;

/** Has `tidy` run when this process is told to go; gives the way to call that off. */
export function beforeExit(tidy: () => Promise<void>): () => void {
  if (waiting.size === 0) for (const name of Object.keys(SIGNALS)) process.on(name, leave);
  waiting.add(tidy);
  return () => {
    waiting.delete(tidy);
    if (waiting.size === 0) for (const name of Object.keys(SIGNALS)) process.off(name, leave);
  };
}

function leave(name: keyof typeof SIGNALS): void {
  // Asked twice, it goes at once.
  if (going) process.exit(SIGNALS[name]);
  going = true;
  process.stderr.write('rehearse: stopping what was started\n');
  void Promise.allSettled([...waiting].map((tidy) => tidy())).then(() => process.exit(SIGNALS[name]));
}
