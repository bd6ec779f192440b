import { principalOf, type Command, type CommandReply, type Decider } from '@rehearsal/kernel';
import type { SecurityGroupEvent, SecurityGroupInput, SecurityGroupState } from '@rehearsal/security-group';

type Group = Decider<SecurityGroupState, SecurityGroupInput, SecurityGroupEvent>;

/** An operator has a spare assigned to the group, or detached from it; the answer is which, or why not. */
export function moveSpare(
  group: Group,
  at: number,
  { id, name, args }: Command,
  done: (reply: CommandReply) => void,
): void {
  const type = name === 'assign' ? ('assignSpare' as const) : ('detachSpare' as const);
  const { member, why } = args;
  const input = {
    type,
    id: `${name}.${id}`,
    at,
    from: 'command' as const,
    ...(typeof member === 'string' && { member }),
    ...(typeof why === 'string' && { why }),
  };
  group.submit(input, principalOf(args), undefined, (reply) => {
    if (reply.kind === 'failed') return done({ ok: false, reason: reply.reason });
    const events = reply.kind === 'ignored' ? [] : reply.commit.events;
    const refused = events.find((event) => event.type === 'SpareRefused');
    if (refused !== undefined) return done({ ok: false, reason: refused.reason });
    const moved = events.find(isMoved);
    done({ ok: true, body: { member: moved?.member ?? '' } });
  });
}

type Moved = Extract<SecurityGroupEvent, { readonly type: 'SpareAssigned' | 'SpareLeaving' | 'SpareDetached' }>;

function isMoved(event: SecurityGroupEvent): event is Moved {
  return event.type === 'SpareAssigned' || event.type === 'SpareLeaving' || event.type === 'SpareDetached';
}
