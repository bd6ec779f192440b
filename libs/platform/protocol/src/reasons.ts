/**
 * Why a packet did not leave the fabric, as one byte in a record's `code`; 0 is "delivered".
 * Drops are decisions; losses are what a failure took. Codes are part of the wire format.
 */
export const DELIVERED = 0;

export const REASONS = {
  // Drops: someone judged the packet.
  policy_drop: 1,
  out_of_state: 2,
  no_active_member: 3,
  hold_overflow: 4,
  table_full: 5,
  unsupported_ipv6: 6,
  unsupported_non_ip: 7,
  unsupported_protocol: 8,
  fragment: 9,
  malformed: 10,
  nat_ports_exhausted: 11,
  /** The datagram's first fragment did not come in time. */
  fragment_timeout: 12,
  /** Too many fragments waited for their first one. */
  fragment_overflow: 13,
  corexl_mismatch: 14,
  cpu_overload: 15,
  queue_overflow: 16,
  /** Too long to be handed on to the member that serves its connection. */
  correction_unavailable: 18,
  memory_exhausted: 19,
  /** The software of the member is known to drop it. */
  known_issue: 20,
  /** It would have begun a connection by a rule that is not critical, and the group is below full capacity. */
  deferred: 21,
  // Losses: a failure took it.
  lost_in_member: 64,
  dead_window: 65,
  lost_on_link: 66,
  orchestrator_lost: 67,
  /** Only between member and orchestrator: steered before the slot's epoch, steer it again. */
  nack: 255,
  /** Only between members: the home slot is served here and does not know the connection. */
  not_home: 254,
} as const;
export type ReasonName = keyof typeof REASONS;

const NAMES: readonly (ReasonName | undefined)[] = (() => {
  const names: (ReasonName | undefined)[] = [];
  for (const name of Object.keys(REASONS) as ReasonName[]) names[REASONS[name]] = name;
  return names;
})();

export function reasonName(code: number): ReasonName {
  const name = NAMES[code];
  if (name === undefined) throw new RangeError(`reason code ${code} is not known to this build`);
  return name;
}

/** A loss is what a failure took; anything else above 0 was somebody's decision. */
export function isLoss(code: number): boolean {
  return code >= 64 && code < 128;
}
