import type { Target } from '@rehearsal/lab-port';
import type { Line, SoftwareOrder } from '@rehearsal/operator';
import type { LabAtHand } from '../registry/verb.js';

const CONDUCTOR: Target = { role: 'upgrade-conductor', id: '1' };

/** What takes members out of the group for a while, as a fault does. */
const DISTURBS: readonly unknown[] = ['installPackage', 'uninstallPackage', 'revertToSnapshot', 'directUpgrade'];

type Events = Parameters<SoftwareOrder['after']>[0];

/** Puts what an operator wants of the software to the upgrade conductor, up to the first that it refuses. */
export async function putOrders(
  { lab, beforeFault }: LabAtHand,
  orders: readonly SoftwareOrder[],
  words: readonly string[],
): Promise<{ readonly lines: readonly Line[]; readonly refused: boolean }> {
  const lines: Line[] = [];
  for (const { input, principal, after, refused } of orders) {
    if (DISTURBS.includes(input['type'])) await beforeFault(words.join(' '));
    const reply = await lab.command(CONDUCTOR, { name: 'software', args: { input, principal } });
    if (!reply.ok) return { lines: [...lines, ...refused(reply.reason)], refused: true };
    const events = eventsIn(reply.body);
    lines.push(...after(events));
    if (events.some((event) => event.type === 'SoftwareRefused')) return { lines, refused: true };
  }
  return { lines, refused: false };
}

/** What was decided; none where the same was decided before. */
function eventsIn(body: unknown): Events {
  return (body as { readonly events?: Events } | undefined)?.events ?? [];
}
