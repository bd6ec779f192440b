import type { Cancel, Level } from '@rehearsal/kernel';
import type { Outlet, OutletEvent } from './outlet.js';

/** What is to be published, and how far that is. */
export interface OutletSource {
  /** The last sequence there is, as far as is known; 0 before the first. */
  last(): number;
  /** Some events from a sequence on, in order; at least one where there is one. */
  read(fromSeq: number): Promise<readonly OutletEvent[]>;
  /** The last sequence that was confirmed under that name, 0 where none was; without a name, under the latest one. */
  confirmed(name?: string): Promise<number>;
  confirm(name: string, seq: number): Promise<void>;
}

export interface PublisherLimits {
  /** After a failure it is tried again after so long, twice as long after the next, and so on. */
  readonly retryFromMs: number;
  readonly retryToMs: number;
  /** A connection that is not used for so long is let go of. */
  readonly idleMs: number;
}

export const PUBLISHER_LIMITS: PublisherLimits = { retryFromMs: 200, retryToMs: 5_000, idleMs: 1_000 };

export interface PublisherWorld {
  after(delayMs: number, run: () => void): Cancel;
  note(level: Level, code: string, fields: Readonly<Record<string, unknown>>): void;
}

export interface PublisherState {
  /** For people. */
  readonly about: string;
  /** `away` while the outlet, or the source, does not do what it is asked. */
  readonly state: 'up' | 'away';
  /** The last sequence that is known to be out. */
  readonly publishedSeq: number;
  /** Events that are there and not known to be out. */
  readonly lag: number;
  /** Why it is away. */
  readonly reason?: string;
}

/**
 * Publishes what a source has, in order and at least once: a position is confirmed only once the outlet has everything up
 * to it, and publishing goes on from there, whatever ends in between. An outlet that is away is tried again and again;
 * whoever adds to the source is not held up.
 */
export class Publisher {
  readonly #outlet: Outlet;
  readonly #source: OutletSource;
  readonly #world: PublisherWorld;
  readonly #told: (state: PublisherState) => void;
  readonly #limits: PublisherLimits;
  #publishedSeq = 0;
  #reason: string | undefined;
  /** Under which name it is open. */
  #name: string | undefined;
  #running: Promise<void> | undefined;
  #isStopping = false;
  #isStopped = false;
  #wake: () => void = () => undefined;

  /** @param told hears of every change */
  constructor(
    outlet: Outlet,
    source: OutletSource,
    world: PublisherWorld,
    told: (state: PublisherState) => void = () => undefined,
    limits: PublisherLimits = PUBLISHER_LIMITS,
  ) {
    this.#outlet = outlet;
    this.#source = source;
    this.#world = world;
    this.#told = told;
    this.#limits = limits;
  }

  get state(): PublisherState {
    return {
      about: this.#outlet.about,
      state: this.#reason === undefined ? 'up' : 'away',
      publishedSeq: this.#publishedSeq,
      lag: Math.max(0, this.#source.last() - this.#publishedSeq),
      ...(this.#reason !== undefined && { reason: this.#reason }),
    };
  }

  /** Begins where it was. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** There is more. */
  wake(): void {
    this.#wake();
    this.#told(this.state);
  }

  /** Publishes what there still is, if the outlet takes it within the time, and ends. */
  async stop(deadlineMs: number): Promise<void> {
    this.#isStopping = true;
    this.#wake();
    let cancel: Cancel = () => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.#world.after(deadlineMs, resolve);
    });
    await Promise.race([this.#running, late]);
    this.#isStopped = true;
    await Promise.race([this.#outlet.close().catch(() => undefined), late]);
    cancel();
  }

  async #run(): Promise<void> {
    let againMs = this.#limits.retryFromMs;
    let isKnown = false;
    while (!this.#isStopped) {
      try {
        if (!isKnown) {
          this.#publishedSeq = await this.#source.confirmed();
          isKnown = true;
          this.#told(this.state);
        }
        if (this.state.lag > 0) await this.#publishSome();
        else if (this.#isStopping) return;
        else await this.#idle();
        againMs = this.#limits.retryFromMs;
      } catch (error) {
        await this.#away(error);
        // Whoever ends does not wait for what is away.
        if (this.#isStopping) return;
        await this.#pause(againMs);
        againMs = Math.min(againMs * 2, this.#limits.retryToMs);
      }
    }
  }

  async #publishSome(): Promise<void> {
    if (this.#name === undefined) {
      const name = await this.#outlet.open();
      this.#publishedSeq = await this.#source.confirmed(name);
      this.#name = name;
    }
    const events = await this.#source.read(this.#publishedSeq + 1);
    const last = events.at(-1);
    if (last === undefined) {
      const expected = `${this.#source.last()} events of which ${this.#publishedSeq} are published`;
      throw new Error(`expected ${expected}, saw none after those: some are missing where they should be`);
    }
    await this.#outlet.publish(events);
    await this.#source.confirm(this.#name, last.seq);
    this.#publishedSeq = last.seq;
    this.#back();
    this.#told(this.state);
  }

  /** Waits for more; not with a connection in hand for long, since an unused one costs and goes stale. */
  async #idle(): Promise<void> {
    if (this.#name === undefined) {
      await this.#pause(undefined);
      return;
    }
    await this.#pause(this.#limits.idleMs);
    if (this.state.lag > 0 || this.#isStopping) return;
    this.#name = undefined;
    await this.#outlet.close();
  }

  /** Until it is woken, or after so long. */
  #pause(ms: number | undefined): Promise<void> {
    if (this.#isStopping) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = ms === undefined ? () => undefined : this.#world.after(ms, resolve);
      const isRetry = this.#reason !== undefined;
      this.#wake = () => {
        // More to publish is no reason to hurry back to an outlet that is away.
        if (isRetry && !this.#isStopping) return;
        cancel();
        resolve();
      };
    });
  }

  async #away(error: unknown): Promise<void> {
    const reason = reasonOf(error);
    const isNew = this.#reason === undefined;
    this.#reason = reason;
    this.#name = undefined;
    if (isNew) this.#world.note('warn', 'outlet_away', { outlet: this.#outlet.about, reason });
    this.#told(this.state);
    await this.#outlet.close().catch(() => undefined);
  }

  #back(): void {
    if (this.#reason === undefined) return;
    this.#reason = undefined;
    this.#world.note('info', 'outlet_back', { outlet: this.#outlet.about, publishedSeq: this.#publishedSeq });
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
