import { canonicalBytes } from '@rehearsal/kernel';
import { NatRules } from './nat-rules.js';
import type { Network } from './networks.js';
import { PolicyError } from './policy-error.js';
import { readRulebase, type ReadRule } from './read-rulebase.js';
import type { ReadNat } from './read-nat.js';
import { SYNC_CHOICES, type Rulebase, type SyncChoice } from './rulebase.js';
import { ANY_PROTOCOL, OTHER_PROTOCOLS, type ServiceTerm } from './service-terms.js';
import { PROTO } from './services.js';

/** The index `match` answers when no rule matches: the implicit last rule, which drops. */
export const IMPLICIT_DROP = -1;

/** Words of a rule in the compiled table: where its parts end; each part begins where the one before it ends. */
const SOURCES_END = 0;
const DESTINATIONS_END = 1;
const SERVICES_END = 2;
const RULE_WORDS = 3;

/** Past the end of SYNC_CHOICES. */
const NO_CHOICE = SYNC_CHOICES.length;

/** A rulebase as flat integers: matching allocates nothing and follows no pointers. */
export class CompiledPolicy {
  readonly rulebase: Rulebase;
  readonly nat: NatRules;
  private readonly ends: Int32Array;
  /** Networks as (value, mask), services as (protocol, from, to), rule after rule. */
  private readonly parts: Int32Array;
  private readonly accepting: Uint8Array;
  /** Indices into SYNC_CHOICES; NO_CHOICE where a rule says nothing. */
  private readonly sync: Uint8Array;
  /** 1 where a rule is not critical. */
  private readonly deferring: Uint8Array;

  constructor(rulebase: Rulebase, rules: readonly ReadRule[], nat: ReadNat) {
    const parts: number[] = [];
    const ends: number[] = [];
    const networks = (list: readonly Network[]) => {
      for (const { value, mask } of list) parts.push(value, mask);
      ends.push(parts.length);
    };
    const services = (list: readonly ServiceTerm[]) => {
      for (const { protocol, from, to } of list) parts.push(protocol, from, to);
      ends.push(parts.length);
    };
    for (const rule of rules) {
      networks(rule.sources);
      networks(rule.destinations);
      services(rule.services);
    }
    this.rulebase = rulebase;
    this.ends = Int32Array.from(ends);
    this.parts = Int32Array.from(parts);
    this.accepting = Uint8Array.from(rules, ({ rule }) => (rule.action === 'accept' ? 1 : 0));
    this.sync = Uint8Array.from(rules, ({ rule }) =>
      rule.sync === undefined ? NO_CHOICE : SYNC_CHOICES.indexOf(rule.sync),
    );
    this.deferring = Uint8Array.from(rules, ({ rule }) => (rule.defer === true ? 1 : 0));
    this.nat = new NatRules(nat.hides, nat.statics);
  }

  /**
   * The first rule for a new connection, from 0; IMPLICIT_DROP when there is none. Addresses are 32-bit integers,
   * signed or unsigned, before translation; the port is the destination's, and of no matter to protocols without ports.
   */
  match(src: number, dst: number, proto: number, dport: number): number {
    const { ends, accepting } = this;
    let at = 0;
    for (let rule = 0, row = 0; rule < accepting.length; rule++, row += RULE_WORDS) {
      const sourcesEnd = ends[row + SOURCES_END]!;
      const destinationsEnd = ends[row + DESTINATIONS_END]!;
      const servicesEnd = ends[row + SERVICES_END]!;
      if (
        this.serves(destinationsEnd, servicesEnd, proto, dport) &&
        this.holds(at, sourcesEnd, src) &&
        this.holds(sourcesEnd, destinationsEnd, dst)
      ) {
        return rule;
      }
      at = servicesEnd;
    }
    return IMPLICIT_DROP;
  }

  /** Whether a rule accepts; the implicit one does not. */
  accepts(rule: number): boolean {
    return rule >= 0 && this.accepting[rule] === 1;
  }

  get ruleCount(): number {
    return this.accepting.length;
  }

  ruleName(rule: number): string {
    return this.rulebase.rules[rule]?.name ?? 'implicit drop';
  }

  /** What the rule itself says of syncing; undefined leaves it to the settings. */
  syncOf(rule: number): SyncChoice | undefined {
    return SYNC_CHOICES[this.sync[rule] ?? NO_CHOICE];
  }

  /** Whether no connection begins by the rule while the group is below full capacity. */
  defers(rule: number): boolean {
    return this.deferring[rule] === 1;
  }

  private holds(from: number, end: number, address: number): boolean {
    const { parts } = this;
    for (let at = from; at < end; at += 2) if ((address & parts[at + 1]!) === parts[at]) return true;
    return false;
  }

  private serves(from: number, end: number, proto: number, dport: number): boolean {
    const { parts } = this;
    for (let at = from; at < end; at += 3) {
      const protocol = parts[at]!;
      const isProtocol =
        protocol === proto || protocol === ANY_PROTOCOL || (protocol === OTHER_PROTOCOLS && isOther(proto));
      if (isProtocol && dport >= parts[at + 1]! && dport <= parts[at + 2]!) return true;
    }
    return false;
  }
}

function isOther(proto: number): boolean {
  return proto !== PROTO.tcp && proto !== PROTO.udp && proto !== PROTO.icmp;
}

/**
 * Compiles a rulebase parsed from its file; null and undefined stand for none, which accepts everything.
 * Throws PolicyError, which lists every problem with its rule and remedy.
 */
export function compilePolicy(value: unknown): CompiledPolicy {
  const read = readRulebase(value);
  if (read.problems.length > 0) throw new PolicyError(read.problems);
  return new CompiledPolicy(read.rulebase, read.rules, read.nat);
}

/** What is wrong with a rulebase, a line a problem; empty when it can be compiled. */
export function checkPolicy(value: unknown): readonly string[] {
  return readRulebase(value).problems;
}

/** Names of the rules by which nothing begins while the group is below full capacity; [] of a policy that cannot be used. */
export function deferrableRules(value: unknown): readonly string[] {
  const { rulebase } = readRulebase(value);
  return rulebase.rules.filter(({ defer }) => defer === true).map(({ name }) => name);
}

/** The hash that names a policy: of its canonical JSON, so spelling and key order do not matter. */
export function policyHash(policy: CompiledPolicy, hash: (canonical: Uint8Array) => string): string {
  return hash(canonicalBytes(policy.rulebase));
}
