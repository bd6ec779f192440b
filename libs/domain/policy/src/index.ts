/** A rulebase compiled to a matcher. */
export {
  checkPolicy,
  compilePolicy,
  CompiledPolicy,
  deferrableRules,
  IMPLICIT_DROP,
  policyHash,
} from './compile-policy.js';
export { NatRules } from './nat-rules.js';
export { PolicyError } from './policy-error.js';
export {
  MAX_NAT_ENTRIES,
  MAX_RULES,
  rulebaseSchema,
  SYNC_CHOICES,
  type Rule,
  type Rulebase,
  type SyncChoice,
} from './rulebase.js';
export { ALL_PORTS, PROTO, SERVICE_NAMES, serviceName, servicePorts, type ServicePort } from './services.js';
