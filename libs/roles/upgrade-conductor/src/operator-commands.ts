import type { Command, CommandReply, Decider, DeciderReply, Event, Input } from '@rehearsal/kernel';
import { principalOf } from '@rehearsal/kernel';

/** What an operator is told who gave a command to a machine: what was decided, or why it was not. */
export function replyOf(reply: DeciderReply): CommandReply {
  if (reply.kind === 'failed') return { ok: false, reason: reply.reason };
  const events: readonly Event[] = reply.kind === 'ignored' ? [] : reply.commit.events;
  const refused = refusalsIn(events);
  const done = events.length > refused.length;
  const [first] = refused;
  if (first !== undefined && !done) return { ok: false, reason: refused.map(reasonOf).join('; ') };
  return { ok: true, body: { events } };
}

/** The events of a commit that say no. */
export function refusalsIn(events: readonly Event[]): readonly Refusal[] {
  return events.filter((event): event is Refusal => event.type.endsWith('Refused'));
}

interface Refusal extends Event {
  readonly reason: string;
  readonly appliance?: string;
}

function reasonOf({ reason, appliance }: Refusal): string {
  return appliance === undefined || appliance === '' || reason.includes(appliance) ? reason : `${appliance}: ${reason}`;
}

/** Gives a machine the command of an operator. `told` has been looked at. */
export function submitCommand<S, I extends Input, E extends Event>(
  decider: Decider<S, I, E>,
  told: Readonly<Record<string, unknown>>,
  at: number,
  { id, name, args }: Command,
  done: (reply: CommandReply) => void,
): void {
  const input = { ...told, id: `${name}.${id}`, at, from: 'command' } as unknown as I;
  decider.submit(input, principalOf(args), undefined, (reply) => done(replyOf(reply)));
}
