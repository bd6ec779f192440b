import type { z } from 'zod';
import { readNat, type ReadNat } from './read-nat.js';
import { readNetwork, type Network } from './networks.js';
import { MAX_RULES, rulebaseSchema, type Rule, type Rulebase } from './rulebase.js';
import { readService, type ServiceTerm } from './service-terms.js';

/** A rule with its texts read. */
export interface ReadRule {
  readonly rule: Rule;
  readonly sources: readonly Network[];
  readonly destinations: readonly Network[];
  readonly services: readonly ServiceTerm[];
}

export interface ReadRulebase {
  readonly rulebase: Rulebase;
  readonly rules: readonly ReadRule[];
  readonly nat: ReadNat;
  /** Empty when the rulebase can be used. */
  readonly problems: readonly string[];
}

const ACCEPT_EVERYTHING: Rulebase = { rules: [{ name: 'no rulebase: accept everything', action: 'accept' }] };

const listOf = <T>(value: T | readonly T[] | undefined, none: T): readonly T[] =>
  value === undefined ? [none] : Array.isArray(value) ? value : [value as T];

/**
 * Checks and reads a rulebase parsed from its file. Nothing at all (null, undefined) stands for a lab without a
 * rulebase, which lets everything pass; a rulebase without rules drops everything.
 */
export function readRulebase(value: unknown): ReadRulebase {
  const parsed = rulebaseSchema.safeParse(value ?? ACCEPT_EVERYTHING);
  if (!parsed.success) {
    const problems = parsed.error.issues.flatMap((issue) => describe(issue, value));
    return { rulebase: { rules: [] }, rules: [], nat: { hides: [], statics: [] }, problems };
  }
  const problems: string[] = [];
  const names = new Map<string, number>();
  const rules = parsed.data.rules.map((rule, index) => {
    const earlier = names.get(rule.name);
    const where = `rule ${index + 1} ${JSON.stringify(rule.name)}`;
    if (earlier === undefined) names.set(rule.name, index);
    else problems.push(`${where}: rule ${earlier + 1} has this name too; give each rule its own`);
    if (rule.defer === true && rule.action === 'drop') {
      problems.push(`${where}: defer: a rule that drops lets nothing begin that could wait; leave defer out`);
    }
    const keep = <T>(field: string, read: readonly T[] | string): readonly T[] => {
      if (typeof read !== 'string') return read;
      problems.push(`${where}: ${field}: ${read}`);
      return [];
    };
    const networks = (field: 'source' | 'destination') =>
      listOf(rule[field], 'any').flatMap((text) => {
        const network = readNetwork(text);
        return keep(field, typeof network === 'string' ? network : [network]);
      });
    const services = listOf(rule.service, 'any').flatMap((text) => keep('service', readService(text)));
    return { rule, sources: networks('source'), destinations: networks('destination'), services };
  });
  if (rules.length > MAX_RULES) {
    problems.push(`there are ${rules.length} rules; at most ${MAX_RULES} are possible: merge some`);
  }
  const nat = readNat(parsed.data.nat, problems);
  return { rulebase: parsed.data, rules, nat, problems };
}

const FIELDS: Readonly<Record<string, string>> = {
  name: 'give it a name',
  source: 'write any, a network like 10.1.0.0/16, or a list of networks',
  destination: 'write any, a network like 10.1.0.0/16, or a list of networks',
  service: 'write any, a name like https, {tcp: 443}, {udp: 5000-5100}, {protocol: 89}, or a list of these',
  action: 'write accept or drop',
  sync: 'write strict, delayed or never, or leave it out',
  defer: 'write true where connections may wait while the group is below full capacity, or leave it out',
};

/** What people who look for it here may mean. */
const OTHER_TRAFFIC =
  'what is not IPv4 is decided by the setting policy.other, other protocols by a rule with service: other';

function describe(issue: z.core.$ZodIssue, value: unknown): string[] {
  const [top, index, field] = issue.path;
  if (top === 'rules' && typeof index === 'number') {
    const where = `rule ${index + 1}${nameOf(value, index)}`;
    if (issue.code === 'unrecognized_keys' && issue.path.length === 2) {
      return issue.keys.map(
        (key) => `${where}: ${key} is no field of a rule; a rule has ${Object.keys(FIELDS).join(', ')}`,
      );
    }
    if (field === undefined) return [`${where}: this is no rule; write {name, source, destination, service, action}`];
    return [`${where}: ${String(field)} is missing or wrong; ${FIELDS[String(field)] ?? 'remove it'}`];
  }
  if (top === 'nat') return [describeNat(issue)];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${key} is no field of a rulebase; ${key === 'other' ? OTHER_TRAFFIC : 'a rulebase has rules and nat'}`,
    );
  }
  return ['a rulebase has a list of rules under the key rules; write rules: [{name: …, action: accept}]'];
}

const NAT_FORMS: Readonly<Record<string, string>> = {
  hide: 'an entry is {source: 10.1.0.0/16, behind: 198.51.100.1}',
  static: 'an entry is {inside: 10.1.0.10, outside: 198.51.100.10}',
};

function describeNat({ path }: z.core.$ZodIssue): string {
  const [, kind, index, field] = path;
  const form = NAT_FORMS[String(kind)];
  if (form === undefined) return 'nat: it has the lists hide and static, and nothing else';
  if (index === undefined) return `nat: ${String(kind)} is no list; ${form}`;
  return `nat: ${String(kind)} ${Number(index) + 1}: ${field === undefined ? 'its fields' : String(field)} cannot be read; ${form}`;
}

function nameOf(value: unknown, index: number): string {
  const rules = (value as { rules?: unknown }).rules;
  const rule: unknown = Array.isArray(rules) ? rules[index] : undefined;
  const name = typeof rule === 'object' && rule !== null && 'name' in rule ? rule.name : undefined;
  return typeof name === 'string' ? ` ${JSON.stringify(name)}` : '';
}
