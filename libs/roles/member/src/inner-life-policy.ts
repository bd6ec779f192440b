import type { Cancel, Principal, Runtime } from '@rehearsal/kernel';
import { askInput, canonicalBytes, sha256Hex } from '@rehearsal/kernel';
import { checkPolicy } from '@rehearsal/policy';
import { configSubject, hashWords } from '@rehearsal/protocol';
import type { SecurityGroupEvent, SecurityGroupState } from '@rehearsal/security-group';
import { memberOf } from '@rehearsal/security-group';

const ANSWER_WITHIN_MS = 2_000;
const AGAIN_AFTER_MS = 100;
const DECIDED_WITHIN_MS = 10_000;

/** What came of a request to install; `hash` is that of the policy. */
export type InstallReply =
  | { readonly ok: true; readonly hash: string }
  | { readonly ok: false; readonly reason: string };

/** A policy with its hash. */
interface Held {
  readonly hash: string;
  readonly policy: unknown;
}

export interface PolicyInstallParts {
  readonly rt: Runtime;
  readonly stream: string;
  readonly state: () => SecurityGroupState;
  /** The policy enforced here. */
  readonly current: () => unknown;
  readonly enforce: (policy: unknown) => void;
  /** Something to say in the next heartbeat, which is better sent now. */
  readonly beat: () => void;
}

/**
 * Installs policies in lockstep: the SMO takes one in and says so in the log; every member fetches it from
 * there, checks it, says that it is ready, and enforces it when the log says that all are
 * (fidelity: F-POLICY-LOCKSTEP). Packets go on meanwhile; what is connected stays connected.
 */
export class PolicyInstall {
  /** Taken in here, as SMO, until the next one. */
  private offered: Held | undefined;
  /** Checked and ready to be enforced. */
  private prepared: Held | undefined;
  private currentHash = '';
  private fetching = '';
  private retry: Cancel | undefined;
  private inputs = 0;
  private readonly parts: PolicyInstallParts;

  constructor(parts: PolicyInstallParts) {
    this.parts = parts;
    this.currentHash = hashOf(parts.current());
  }

  /** The hash of the policy that is ready to be enforced, for heartbeats. */
  get ready(): readonly [number, number] {
    return hashWords(this.prepared?.hash ?? '');
  }

  /** Hash of the policy enforced here. */
  get hash(): string {
    return this.currentHash;
  }

  /** Where this member is with the policy under way, in the vendor's words (fidelity: F-POLICY-STAGES). */
  get stage(): string {
    const { install } = this.parts.state();
    if (install.hash === '') return 'Enforcing Security';
    return this.prepared?.hash === install.hash ? 'Policy Ready2Finish' : 'Policy Started';
  }

  /** Another policy is enforced here now, whoever brought it. */
  enforced(): void {
    this.currentHash = hashOf(this.parts.current());
  }

  /** Looks at the folded state: what is to be fetched, and what is to be enforced from now on. */
  onState(): void {
    const { install, policyHash } = this.parts.state();
    if (policyHash !== '' && policyHash !== this.currentHash) {
      if (this.prepared?.hash === policyHash) this.enforce(this.prepared);
      else this.fetch(policyHash);
    }
    if (install.hash === '') {
      if (policyHash === '' || policyHash === this.currentHash) this.prepared = undefined;
    } else if (this.prepared?.hash !== install.hash) this.fetch(install.hash);
  }

  /** This life is over. */
  clear(): void {
    this.retry?.();
    this.fetching = '';
    this.prepared = undefined;
  }

  /** Answers another member: the policy of a hash, or undefined. */
  held(hash: string): unknown {
    if (this.offered?.hash === hash) return this.offered.policy;
    if (this.prepared?.hash === hash) return this.prepared.policy;
    return this.currentHash === hash ? this.parts.current() : undefined;
  }

  /** Takes a policy in, at the SMO, or hands it on to the SMO. */
  install(policy: unknown, principal: Principal, id: string, done: (reply: InstallReply) => void): void {
    const { rt, state } = this.parts;
    const smo = memberOf(state(), state().smo);
    if (smo === '') return done({ ok: false, reason: 'nobody is active, so nobody can hand a policy out' });
    if (smo === rt.self.id) return this.offer(policy, principal, id, done);
    const body = new TextEncoder().encode(JSON.stringify({ want: 'install', policy, principal, id }));
    rt.ask(configSubject(smo), body, DECIDED_WITHIN_MS, (reply) => {
      if (reply.kind === 'answer') done(JSON.parse(new TextDecoder().decode(reply.body)) as InstallReply);
      else done({ ok: false, reason: `${smo}, the single management object, does not answer: try again` });
    });
  }

  private offer(policy: unknown, principal: Principal, id: string, done: (reply: InstallReply) => void): void {
    const { rt, stream } = this.parts;
    const problems = checkPolicy(policy);
    if (problems.length > 0)
      return done({ ok: false, reason: `this policy cannot be enforced: ${problems.join('; ')}` });
    const hash = hashOf(policy);
    this.offered = { hash, policy };
    this.inputs++;
    const input = {
      type: 'installPolicy',
      id: `install.${rt.self.id}.${rt.self.incarnation}.${this.inputs}.${id}`,
      at: Math.floor(rt.nowMs()),
      from: 'command' as const,
      hash,
      smo: rt.self.id,
    };
    askInput(rt, stream, { input, principal }, { withinMs: DECIDED_WITHIN_MS }, (reply) => {
      if (reply.kind === 'failed' || reply.kind === 'rejected') return done({ ok: false, reason: reply.reason });
      const events = reply.kind === 'ignored' ? [] : (reply.commit.events as readonly SecurityGroupEvent[]);
      const refused = events.find((event) => event.type === 'PolicyInstallRefused');
      if (refused !== undefined) done({ ok: false, reason: refused.reason });
      else done({ ok: true, hash });
    });
  }

  private fetch(hash: string): void {
    if (this.fetching === hash) return;
    this.retry?.();
    this.fetching = hash;
    const { rt, state } = this.parts;
    const own = this.held(hash);
    if (own !== undefined) return this.prepare({ hash, policy: own });
    const { install, smo } = state();
    const from = memberOf(state(), install.hash === hash ? install.smo : smo);
    if (from === '' || from === rt.self.id) {
      // The only one left enforces its own copy.
      this.fetching = '';
      return;
    }
    const body = new TextEncoder().encode(JSON.stringify({ want: 'policy', hash }));
    rt.ask(configSubject(from), body, ANSWER_WITHIN_MS, (reply) => {
      if (this.fetching !== hash) return;
      const policy = reply.kind === 'answer' ? policyOf(reply.body) : undefined;
      if (policy !== undefined && hashOf(policy) === hash) return this.prepare({ hash, policy });
      this.retry = rt.after(AGAIN_AFTER_MS, () => {
        if (this.fetching !== hash) return;
        this.fetching = '';
        this.onState();
      });
    });
  }

  private prepare(held: Held): void {
    this.fetching = '';
    this.prepared = held;
    const { state, beat } = this.parts;
    if (state().policyHash === held.hash) this.enforce(held);
    else beat();
  }

  private enforce(held: Held): void {
    this.prepared = undefined;
    this.parts.enforce(held.policy);
    this.parts.rt.note('info', 'policy_enforced', { hash: held.hash });
  }
}

function hashOf(policy: unknown): string {
  return sha256Hex(canonicalBytes(policy));
}

function policyOf(body: Uint8Array): unknown {
  const answer = JSON.parse(new TextDecoder().decode(body)) as { readonly policy?: unknown };
  return answer.policy;
}
