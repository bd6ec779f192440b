import type { MemoryStoreOptions } from '../memory-store.js';
import { MemoryCommitStore } from '../memory-store.js';
import type { Level, Runtime } from '../runtime.js';
import type { Cancel, CommitStore } from '../store.js';
import { VirtualTime } from './virtual-time.js';

/** What deciders and senders of intents need of a runtime. */
export type SmallRuntime = Pick<Runtime, 'self' | 'nowMs' | 'after' | 'answer' | 'ask' | 'log' | 'note' | 'fatal'>;

export interface SmallProcess {
  readonly runtime: SmallRuntime;
  readonly notes: { readonly level: Level | 'fatal'; readonly code: string; readonly fields: object }[];
  /** The process is gone between two steps: nothing of it runs any more; what it sent is on its way. */
  kill(): void;
}

interface Answerer {
  readonly at: string;
  /** One of each group is asked, and everyone who answers alone. */
  readonly group: string | undefined;
  readonly on: (body: Uint8Array, reply: (body: Uint8Array) => void) => void;
  readonly alive: () => boolean;
}

/** A log, a bus for questions and answers, and processes that can die, in virtual time. */
export class SmallWorld {
  readonly time = new VirtualTime();
  readonly store: MemoryCommitStore;
  readonly #answerers: Answerer[] = [];
  #incarnation = 0;
  #turn = 0;

  constructor(options: Omit<MemoryStoreOptions, 'after'> = {}) {
    this.store = new MemoryCommitStore({ redeliverMs: 1000, ...options, after: this.time.after });
  }

  process(role: string, id: string): SmallProcess {
    let alive = true;
    const isAlive = (): boolean => alive;
    const notes: SmallProcess['notes'] = [];
    const cancels: Cancel[] = [];
    const guard =
      <A extends unknown[]>(run: (...args: A) => void) =>
      (...args: A): void => {
        if (alive) run(...args);
      };
    const keep = (cancel: Cancel): Cancel => {
      cancels.push(cancel);
      return cancel;
    };
    const store = this.store;
    const log: CommitStore = {
      append: (request, done) => store.append(request, guard(done)),
      readNext: (stream, afterSeq, done) => store.readNext(stream, afterSeq, guard(done)),
      follow: (prefix, fromSeq, on, caughtUp) =>
        keep(store.follow(prefix, fromSeq, guard(on), guard(caughtUp ?? (() => {})))),
      work: (kind, on) => keep(store.work(kind, guard(on))),
      usage: (done) => store.usage(guard(done)),
    };
    const runtime: SmallRuntime = {
      self: { fabric: 'small', site: 1, role, id, incarnation: ++this.#incarnation },
      nowMs: this.time.nowMs,
      after: (delayMs, run) => this.time.after(delayMs, guard(run)),
      log,
      note: (level, code, fields) => notes.push({ level, code, fields }),
      fatal: (code, fields) => notes.push({ level: 'fatal', code, fields }),
      answer: (at, group, on) => {
        const answerer: Answerer = { at, group, on, alive: isAlive };
        this.#answerers.push(answerer);
        return () => this.#answerers.splice(this.#answerers.indexOf(answerer), 1);
      },
      ask: (to, body, timeoutMs, done) => this.#ask(to, body, timeoutMs, guard(done)),
    };
    const kill = (): void => {
      alive = false;
      for (const cancel of cancels) cancel();
    };
    return { runtime, notes, kill };
  }

  #ask(to: string, body: Uint8Array, timeoutMs: number, done: Parameters<Runtime['ask']>[3]): void {
    let answered = false;
    const answer = (reply: Parameters<typeof done>[0]): void => {
      if (answered) return;
      answered = true;
      done(reply);
    };
    this.time.after(timeoutMs, () => answer({ kind: 'timeout' }));
    this.time.after(1, () => {
      const able = this.#answerers.filter((answerer) => answerer.at === to && answerer.alive());
      if (able.length === 0) return void this.time.after(1, () => answer({ kind: 'no-responders' }));
      const turn = this.#turn++;
      const groups = Map.groupBy(able, (answerer) => answerer.group ?? answerer);
      for (const group of groups.values()) {
        const chosen = group[turn % group.length]!;
        chosen.on(body, (reply) => this.time.after(1, () => answer({ kind: 'answer', body: reply })));
      }
    });
  }
}
