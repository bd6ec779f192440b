import type { LiveRuntime } from '@rehearsal/bus';
import { encodeCommit, sha256Hex } from '@rehearsal/kernel';
import type { AppendOutcome, Commit } from '@rehearsal/kernel';

interface Head {
  version: number;
  seq: number;
  prev: string;
}

/** Writes real commits through the commit store, to several streams at once, as deciders would. */
export class LogWriter {
  readonly #runtime: LiveRuntime;
  readonly #group: string;
  readonly #heads: readonly Head[];

  /** @param group what its streams are called, each with a number; another writer's are called otherwise */
  constructor(runtime: LiveRuntime, streams: number, group = 'SG') {
    this.#runtime = runtime;
    this.#group = group;
    this.#heads = Array.from({ length: streams }, () => ({ version: 0, seq: 0, prev: '' }));
  }

  /** Commits so far. */
  get written(): number {
    return this.#heads.reduce((sum, { version }) => sum + version, 0);
  }

  /** Not before the bus is there: deciders would try again, and this one does not. */
  async write(count: number): Promise<void> {
    await this.#onBus();
    const end = this.written + count;
    await Promise.all(
      this.#heads.map(async (head, i) => {
        while (this.written < end) await this.#append(`security-group.${this.#group}${i + 1}`, head);
      }),
    );
  }

  #onBus(): Promise<void> {
    if (this.#runtime.health.bus === 'up') return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.#runtime.onBus((state) => {
        if (state !== 'up') return;
        cancel();
        resolve();
      });
    });
  }

  async #append(stream: string, head: Head): Promise<void> {
    // Counted before the answer, so that all streams together write what was asked for.
    const version = ++head.version;
    const bytes = encodeCommit(commitOf(stream, version, head.prev));
    const request = { stream, bytes, expectLastSeq: head.seq, msgId: `${stream}:${version}:c${version}` };
    const outcome = await new Promise<AppendOutcome>((resolve) => this.#runtime.log.append(request, resolve));
    if (outcome.kind !== 'ok') throw new Error(`${stream} ${version}: ${JSON.stringify(outcome)}`);
    head.seq = outcome.seq;
    head.prev = sha256Hex(bytes);
  }
}

function commitOf(stream: string, version: number, prev: string): Commit {
  const weighed = { type: 'Weighed', note: 'ü'.repeat(version % 50), members: ['1_01', '1_02'] };
  const input = { type: 'weigh', id: `${stream}.${version}`, at: version, from: 'observation' as const };
  return {
    id: `c${version}`,
    stream,
    version,
    prev,
    input,
    events: [weighed],
    principal: { name: 'writer', known: 'service' },
    build: 'test',
    time: { ms: 1_700_000_000_000 + version, count: 0 },
  };
}
