import type { Outlet, OutletEvent } from '../outlet.js';

/** An outlet in memory. Fails as it is told to. */
export class MemoryOutlet implements Outlet {
  readonly about = 'memory';
  /** Everything that was ever taken, by the name it was taken under. */
  readonly taken = new Map<string, OutletEvent[]>();
  /** What `open` answers with. */
  name = 'memory 1';
  opened = 0;
  /** What the next publishings do, before what they are asked for: `fail`, or `lose-answer` once all is taken. */
  readonly faults: ('ok' | 'fail' | 'lose-answer')[] = [];
  isAway = false;
  #isOpen = false;

  events(name = this.name): readonly OutletEvent[] {
    return this.taken.get(name) ?? [];
  }

  open(): Promise<string> {
    if (this.isAway) return Promise.reject(new Error('nobody listens'));
    this.#isOpen = true;
    this.opened++;
    return Promise.resolve(this.name);
  }

  publish(events: readonly OutletEvent[]): Promise<void> {
    if (!this.#isOpen) return Promise.reject(new Error(`${this.about} is not open`));
    const fault = this.isAway ? 'fail' : (this.faults.shift() ?? 'ok');
    if (fault === 'fail') return Promise.reject(new Error('not taken'));
    this.taken.set(this.name, [...this.events(), ...events]);
    return fault === 'ok' ? Promise.resolve() : Promise.reject(new Error('the answer was lost'));
  }

  close(): Promise<void> {
    this.#isOpen = false;
    return Promise.resolve();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }
}
