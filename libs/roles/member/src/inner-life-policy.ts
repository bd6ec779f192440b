import type { Cancel, Runtime } from '@rehearsal/kernel';
import { canonicalBytes, sha256Hex } from '@rehearsal/kernel';
import { configSubject, hashWords } from '@rehearsal/protocol';
import type { SecurityGroupState } from '@rehearsal/security-group';
import { memberOf, policyFor } from '@rehearsal/security-group';

const ANSWER_WITHIN_MS = 2_000;
const AGAIN_AFTER_MS = 100;

/** A policy with its hash. */
export interface Held {
  readonly hash: string;
  readonly policy: unknown;
}

/** What a member enforces that has no policy: a new one lets nothing through (fidelity: F-POLICY-MISSING). */
export const INITIAL_POLICY = { rules: [] } as const;
const INITIAL_HASH = hashOf(INITIAL_POLICY);

export interface PolicyInstallParts {
  readonly rt: Runtime;
  readonly state: () => SecurityGroupState;
  /** The policy of the fabric file, which members come up with. */
  readonly file: unknown;
  /** Of own release; 0 where releases make no difference. */
  readonly rank: () => number;
  /** The policy enforced here. */
  readonly current: () => unknown;
  readonly enforce: (policy: unknown) => void;
  /** Something to say in the next heartbeat, which is better sent now. */
  readonly beat: () => void;
}

/**
 * Installs policies in lockstep: the SMO takes one in (PolicyRequests) and says so in the log; every member fetches it from
 * there, checks it, says that it is ready, and enforces it when the log says that all are
 * (fidelity: F-POLICY-LOCKSTEP). Packets go on meanwhile; what is connected stays connected.
 * A policy of another release is kept for whoever comes up with it (fidelity: F-POLICY-RELEASE).
 */
export class PolicyInstall {
  /** Taken in here, as SMO, until the next one. */
  private offered: Held | undefined;
  /** Checked and ready to be enforced. */
  private prepared: Held | undefined;
  /** Policies of other releases, by hash. */
  private readonly kept = new Map<string, unknown>();
  /** Why the next one is not made ready here, and whether that has been so. */
  private broken: { readonly reason: string; readonly said: boolean } | undefined;
  private readonly fileHash: string;
  private current: Held;
  private fetching = '';
  private retry: Cancel | undefined;
  private readonly parts: PolicyInstallParts;

  constructor(parts: PolicyInstallParts) {
    this.parts = parts;
    this.fileHash = hashOf(parts.file);
    this.current = { hash: this.fileHash, policy: parts.file };
  }

  /** The hash of the policy that is ready to be enforced, for heartbeats. */
  get ready(): readonly [number, number] {
    return hashWords(this.prepared?.hash ?? '');
  }

  /** Hash of the policy enforced here. */
  get hash(): string {
    return this.current.hash;
  }

  /** Where this member is with the policy under way, in the vendor's words (fidelity: F-POLICY-STAGES). */
  get stage(): string {
    const { install } = this.parts.state();
    if (this.current.hash === INITIAL_HASH && this.lacksOwn) return 'Initial Policy';
    if (install.hash === '') return 'Enforcing Security';
    return this.prepared?.hash === install.hash ? 'Policy Ready2Finish' : 'Policy Started';
  }

  /** No policy was made for the release of this member. */
  get lacksOwn(): boolean {
    return policyFor(this.parts.state(), this.parts.rank()) === undefined;
  }

  /** What is enforced here is what its release is to enforce; where nobody could hand that out the own copy serves. */
  get isOwn(): boolean {
    if (this.lacksOwn) return false;
    return this.wanted === '' || this.wanted === this.current.hash || this.asked(this.wanted) === '';
  }

  /** Another policy is enforced here now, whoever brought it. */
  enforced(): void {
    const { hash, policy } = this.current;
    const now = this.parts.current();
    this.current = { hash: hashOf(now), policy: now };
    // It may be that of another release still.
    if (this.hasReleases) this.kept.set(hash, policy);
  }

  /** What this member comes up with, of what the SMO enforces: that may be made for another release. */
  comingUpWith(theirs: unknown): unknown {
    if (!this.hasReleases || this.wanted === hashOf(theirs)) return theirs;
    const own = this.held(this.wanted);
    if (own !== undefined) return own;
    return this.isOwn ? theirs : INITIAL_POLICY;
  }

  /** The policy that was installed last, to be installed again. */
  get last(): unknown {
    if (!this.hasReleases) return this.parts.current();
    return this.held(this.parts.state().policyHash || this.fileHash) ?? this.parts.current();
  }

  /** Looks at the folded state: what is to be fetched, and what is to be enforced from now on. */
  onState(): void {
    const { install } = this.parts.state();
    const { wanted } = this;
    if (wanted !== '' && wanted !== this.current.hash) {
      if (this.prepared?.hash === wanted) this.enforce(this.prepared);
      else this.fetch(wanted);
    }
    if (install.hash === '') {
      if (this.broken?.said === true) this.broken = undefined;
      if (wanted === '' || wanted === this.current.hash) this.keepOthers();
    } else if (this.broken !== undefined) this.fail(install.hash, this.broken.reason);
    else if (this.prepared?.hash !== install.hash) this.fetch(install.hash);
  }

  /** The next policy that is installed does not get ready here, as disks do fill. */
  breakNext(reason: string): void {
    this.broken = { reason, said: false };
  }

  private fail(hash: string, reason: string): void {
    if (this.broken?.said !== true) this.parts.rt.note('error', 'policy_not_loaded', { hash, reason });
    this.broken = { reason, said: true };
  }

  /** This life is over. */
  clear(): void {
    this.retry?.();
    this.fetching = '';
    this.prepared = undefined;
    this.broken = undefined;
    this.kept.clear();
  }

  /** Answers another member: the policy of a hash, or undefined. */
  held(hash: string): unknown {
    if (this.offered?.hash === hash) return this.offered.policy;
    if (this.prepared?.hash === hash) return this.prepared.policy;
    if (this.current.hash === hash) return this.current.policy;
    if (!this.hasReleases) return undefined;
    return hash === this.fileHash ? this.parts.file : this.kept.get(hash);
  }

  /** Taken in here, to be handed out. */
  offer(held: Held): void {
    this.offered = held;
  }

  private fetch(hash: string): void {
    if (this.fetching === hash) return;
    this.retry?.();
    this.fetching = hash;
    const { rt } = this.parts;
    const own = this.held(hash);
    if (own !== undefined) return this.prepare({ hash, policy: own });
    const from = this.asked(hash);
    if (from === '') {
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

  /** Who is asked for a policy; '' where nobody else could have it. */
  private asked(hash: string): string {
    const { rt, state } = this.parts;
    const { install, smo } = state();
    const from = memberOf(state(), install.hash === hash ? install.smo : smo);
    return from === rt.self.id ? '' : from;
  }

  private prepare(held: Held): void {
    this.fetching = '';
    this.prepared = held;
    // What is enforced already may be installed again, or for another release.
    if (this.wanted === held.hash && this.current.hash !== held.hash) return this.enforce(held);
    this.parts.beat();
    if (this.hasReleases && this.parts.state().install.hash === '') this.keepOthers();
  }

  private get hasReleases(): boolean {
    return this.parts.rank() > 0 && this.parts.state().policies.length > 0;
  }

  /** Hash of what is to be enforced here; '' where there is none to be, or nothing was installed yet. */
  private get wanted(): string {
    const hash = policyFor(this.parts.state(), this.parts.rank());
    if (hash === undefined) return '';
    return hash === '' && this.hasReleases ? this.fileHash : hash;
  }

  /** What was prepared is kept where it is for another release, and what is for one and is not here is fetched. */
  private keepOthers(): void {
    const { prepared } = this;
    this.prepared = undefined;
    if (!this.hasReleases) return;
    const hashes = this.parts.state().policies.flatMap(({ hash }) => (hash === '' ? [] : [hash]));
    if (prepared !== undefined) this.kept.set(prepared.hash, prepared.policy);
    for (const hash of this.kept.keys()) if (!hashes.includes(hash)) this.kept.delete(hash);
    const missing = hashes.find((hash) => this.held(hash) === undefined);
    if (missing !== undefined) this.fetch(missing);
  }

  private enforce(held: Held): void {
    this.prepared = undefined;
    this.parts.enforce(held.policy);
    this.parts.rt.note('info', 'policy_enforced', { hash: held.hash });
  }
}

export function hashOf(policy: unknown): string {
  return sha256Hex(canonicalBytes(policy));
}

function policyOf(body: Uint8Array): unknown {
  const answer = JSON.parse(new TextDecoder().decode(body)) as { readonly policy?: unknown };
  return answer.policy;
}
