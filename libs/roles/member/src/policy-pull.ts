import type { Cancel, Runtime } from '@rehearsal/kernel';
import { configSubject } from '@rehearsal/protocol';

const ANSWER_WITHIN_MS = 500;
const AGAIN_AFTER_MS = 100;

/** What the single management object hands out beside its policy: how it is set up, and what it runs. */
export interface HandedOut {
  readonly configuration?: unknown;
  readonly image?: unknown;
}

type OnPolicy = (policy: unknown, from: string, others?: HandedOut) => void;

/**
 * Fetches policy and configuration from the single management object, as a member does when it comes up
 * (fidelity: F-POLICY-PULL). Asks again, and asks whoever is the SMO by then, until it is answered.
 * Where no other member is active the own copy serves, if there is one.
 */
export class PolicyPull {
  private timer: Cancel | undefined;
  private life = 0;
  private readonly rt: Runtime;
  /** Id of the SMO; '' when nobody is active, or it is this member. */
  private readonly smo: () => string;
  private readonly onPolicy: OnPolicy;

  constructor(rt: Runtime, smo: () => string, onPolicy: OnPolicy) {
    this.rt = rt;
    this.smo = smo;
    this.onPolicy = onPolicy;
  }

  /** `own`: the policy this member came up with; undefined where it has none. */
  start(own: unknown): void {
    this.stop();
    this.ask(own, this.life);
  }

  stop(): void {
    this.life++;
    this.timer?.();
  }

  private ask(own: unknown, life: number): void {
    const smo = this.smo();
    if (smo === '' || smo === this.rt.self.id) {
      if (own === undefined) this.timer = this.rt.after(AGAIN_AFTER_MS, () => this.ask(own, life));
      else this.onPolicy(own, 'own copy');
      return;
    }
    this.rt.ask(configSubject(smo), new Uint8Array(0), ANSWER_WITHIN_MS, (reply) => {
      if (life !== this.life) return;
      if (reply.kind === 'answer') {
        const { policy, ...others } = handedOut(reply.body);
        this.onPolicy(policy, smo, others);
      } else this.timer = this.rt.after(AGAIN_AFTER_MS, () => this.ask(own, life));
    });
  }
}

function handedOut(body: Uint8Array): { readonly policy: unknown } & HandedOut {
  return JSON.parse(new TextDecoder().decode(body)) as { readonly policy: unknown } & HandedOut;
}
