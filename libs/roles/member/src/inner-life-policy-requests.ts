import type { ReleaseRun } from '@rehearsal/appliance';
import type { Principal, Runtime } from '@rehearsal/kernel';
import { askInput } from '@rehearsal/kernel';
import { checkPolicy, deferrableRules } from '@rehearsal/policy';
import { configSubject } from '@rehearsal/protocol';
import type { SecurityGroupEvent, SecurityGroupState } from '@rehearsal/security-group';
import { memberOf, ranksServing } from '@rehearsal/security-group';
import type { Held } from './inner-life-policy.js';
import { hashOf } from './inner-life-policy.js';

const DECIDED_WITHIN_MS = 10_000;

/** What came of a request to install; `hash` is that of the policy. */
export type InstallReply =
  | { readonly ok: true; readonly hash: string }
  | { readonly ok: false; readonly reason: string };

/** Who asks for a policy to be installed, and for which release, by its name; undefined: for the one that serves. */
export interface InstallRequest {
  readonly policy: unknown;
  readonly release: string | undefined;
  readonly principal: Principal;
  readonly id: string;
}

export interface PolicyRequestsParts {
  readonly rt: Runtime;
  readonly stream: string;
  readonly state: () => SecurityGroupState;
  /** A release, or own, with who runs it; undefined where releases make no difference. */
  readonly release: (name?: string) => ReleaseRun | undefined;
  /** It is to be handed out from here. */
  readonly offer: (held: Held) => void;
}

/** Requests to install a policy: the SMO takes it in and has the group decide, others hand it on to the SMO. */
export class PolicyRequests {
  private inputs = 0;
  private readonly parts: PolicyRequestsParts;

  constructor(parts: PolicyRequestsParts) {
    this.parts = parts;
  }

  install(request: InstallRequest, done: (reply: InstallReply) => void): void {
    const { rt, state } = this.parts;
    const smo = memberOf(state(), state().smo);
    if (smo === '') return done({ ok: false, reason: 'nobody is active, so nobody can hand a policy out' });
    if (smo === rt.self.id) return this.takeIn(request, done);
    const body = new TextEncoder().encode(JSON.stringify({ want: 'install', ...request }));
    rt.ask(configSubject(smo), body, DECIDED_WITHIN_MS, (reply) => {
      if (reply.kind === 'answer') done(JSON.parse(new TextDecoder().decode(reply.body)) as InstallReply);
      else done({ ok: false, reason: `${smo}, the single management object, does not answer: try again` });
    });
  }

  private takeIn({ policy, release: name, principal, id }: InstallRequest, done: (reply: InstallReply) => void): void {
    const { rt, stream, state, offer } = this.parts;
    const problems = checkPolicy(policy);
    if (problems.length > 0)
      return done({ ok: false, reason: `this policy cannot be enforced: ${problems.join('; ')}` });
    const hash = hashOf(policy);
    // Which of several it is for only who asks can say.
    const isMixed = ranksServing(state()).length > 1;
    const release = name === undefined && isMixed ? undefined : this.parts.release(name);
    if (name !== undefined && release === undefined) {
      return done({ ok: false, reason: `members have no release here: install the policy without ${name}` });
    }
    offer({ hash, policy });
    this.inputs++;
    const deferrable = deferrableRules(policy);
    const input = {
      type: 'installPolicy',
      id: `install.${rt.self.id}.${rt.self.incarnation}.${this.inputs}.${id}`,
      at: Math.floor(rt.nowMs()),
      from: 'command' as const,
      hash,
      smo: rt.self.id,
      ...(release !== undefined && { release }),
      ...(deferrable.length > 0 && { deferrable }),
    };
    askInput(rt, stream, { input, principal }, { withinMs: DECIDED_WITHIN_MS }, (reply) => {
      if (reply.kind === 'failed' || reply.kind === 'rejected') return done({ ok: false, reason: reply.reason });
      const events = reply.kind === 'ignored' ? [] : (reply.commit.events as readonly SecurityGroupEvent[]);
      const refused = events.find((event) => event.type === 'PolicyInstallRefused');
      if (refused !== undefined) done({ ok: false, reason: refused.reason });
      else done({ ok: true, hash });
    });
  }
}
