/** What is said of rules whose connections are deferred, a line; nothing while none is. */
export function deferralText(rules: readonly string[]): string {
  return rules.length === 0 ? '' : `deferred until the group is whole: new connections of ${rules.join(', ')}\n`;
}
