import type { SoftwareEvent } from '../events.js';
import { evolve } from '../evolve.js';
import type { Appliance, SoftwareState } from '../state.js';
import { applianceOf } from '../state.js';

type WithoutVersion<E> = E extends { readonly version: number } ? Omit<E, 'version'> : never;

/** The commit that is being decided: its events so far, and the state they lead to. */
export class Draft {
  readonly version: number;
  #state: SoftwareState;
  readonly #events: SoftwareEvent[] = [];

  constructor(before: SoftwareState) {
    this.#state = before;
    this.version = before.version + 1;
  }

  get state(): SoftwareState {
    return this.#state;
  }

  get events(): readonly SoftwareEvent[] {
    return this.#events;
  }

  emit(event: WithoutVersion<SoftwareEvent>): void {
    const whole = { ...event, version: this.version } as SoftwareEvent;
    this.#events.push(whole);
    this.#state = evolve(this.#state, whole);
  }

  /** Carries `act` out for each appliance that there is; it answers with what speaks against it, or undefined. */
  forEach(command: string, ids: readonly string[], act: (appliance: Appliance) => string | undefined): void {
    for (const id of new Set(ids)) {
      const appliance = applianceOf(this.#state, id);
      const reason = appliance === undefined ? `${id} is not an appliance of this group` : act(appliance);
      if (reason !== undefined) this.emit({ type: 'SoftwareRefused', command, appliance: id, reason });
    }
  }
}
