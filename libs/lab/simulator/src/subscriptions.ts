import type { Subscription } from './delivery.js';
import type { SimProcess } from './sim-process.js';

/** Who listens and answers at which subject, as far as the bus knows. */
export class Subscriptions {
  readonly #at = new Map<string, Subscription[]>();

  /** Everyone subscribed at a subject; one array for all time. */
  at(subject: string): Subscription[] {
    let at = this.#at.get(subject);
    if (at === undefined) {
      at = [];
      this.#at.set(subject, at);
    }
    return at;
  }

  /** Gives what ends the subscription. */
  add(subscription: Subscription): () => void {
    const at = this.at(subscription.subject);
    at.push(subscription);
    return () => {
      const index = at.indexOf(subscription);
      if (index >= 0) at.splice(index, 1);
    };
  }

  /** The bus notices that a process is gone. */
  forget(process: SimProcess, incarnation: number): void {
    for (const at of this.#at.values()) {
      for (let i = at.length - 1; i >= 0; i--) {
        if (at[i]!.process === process && at[i]!.incarnation === incarnation) at.splice(i, 1);
      }
    }
  }

  /** Who would hear a message now: subscribed, and known to the bus. */
  heardBy(subject: string): Subscription[] {
    return (this.#at.get(subject) ?? []).filter((s) => isKnown(s));
  }
}

/** The bus counts on a process until it notices its end; one that has yet to reconnect it does not know. */
export function isKnown({ process, incarnation }: Subscription): boolean {
  return process.connected || process.incarnation !== incarnation || !process.alive;
}
