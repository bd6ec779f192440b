import type { Cancel, Runtime } from '@rehearsal/kernel';
import { askInput } from '@rehearsal/kernel';
import type { SecurityGroupState } from '@rehearsal/security-group';
import type { SoftwareState } from '@rehearsal/software';
import { rankOf } from '@rehearsal/software';

const DECIDED_WITHIN_MS = 10_000;

export interface PolicyPreparerParts {
  readonly rt: Runtime;
  /** Of the security group. */
  readonly stream: string;
  group(): SecurityGroupState;
  software(): SoftwareState;
  mayPrepare(): boolean;
  /** Of the policy that the fabric file names. */
  readonly policyHash: string;
}

/**
 * Management sets the gateway's version to the new one and has policy prepared for it, as soon as a member has booted
 * it (fidelity: F-POLICY-PREPARE). Those who run it come up with that.
 */
export class PolicyPreparer {
  readonly #parts: PolicyPreparerParts;
  #asked: Cancel | undefined;
  #inputs = 0;

  constructor(parts: PolicyPreparerParts) {
    this.#parts = parts;
  }

  /** To be called now and then. */
  look(): void {
    const { rt, stream, group, mayPrepare, policyHash } = this.#parts;
    const { install, policies, smo, policyHash: last, deferral } = group();
    const isPossible = install.hash === '' && policies.length > 0 && smo > 0;
    if (this.#asked !== undefined || !isPossible || !mayPrepare()) return;
    const name = this.#releaseWithout();
    if (name === undefined) return;
    this.#inputs++;
    const input = {
      type: 'installPolicy',
      id: `prepare.${rt.self.id}.${rt.self.incarnation}.${this.#inputs}`,
      at: Math.floor(rt.nowMs()),
      from: 'command' as const,
      hash: last || policyHash,
      release: { rank: rankOf(name), name, runs: this.#members().flatMap((m) => (m.release === name ? [m.id] : [])) },
      ...(deferral.rules.length > 0 && { deferrable: [...deferral.rules] }),
      why: `prepared for ${name}`,
    };
    const principal = { name: 'management', known: 'service' as const };
    this.#asked = askInput(rt, stream, { input, principal }, { withinMs: DECIDED_WITHIN_MS }, () => {
      this.#asked = undefined;
    });
  }

  stop(): void {
    this.#asked?.();
  }

  /** One that a member has booted and for which there is no policy. */
  #releaseWithout(): string | undefined {
    const { policies } = this.#parts.group();
    return this.#members().find((m) => !policies.some((p) => p.rank === rankOf(m.release)))?.release;
  }

  #members(): { readonly id: string; readonly release: string }[] {
    const members = this.#parts.software().appliances.filter((a) => a.role === 'member' && a.incarnation > 0);
    return members.map((m) => ({ id: m.id, release: m.runs.release }));
  }
}
