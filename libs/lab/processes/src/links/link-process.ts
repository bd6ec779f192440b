import type { WayFault } from './pipe.js';
import { RoleLink, type Way } from './role-link.js';

/**
 * A small process of its own carries the links of all roles, so that what the lab does meanwhile, reading a
 * ledger for example, delays no packet. Started by LinkProcess, told what to do over its channel.
 */
export type LinkOrder =
  | {
      readonly seq: number;
      readonly do: 'open';
      readonly id: string;
      readonly busPort: number;
      /** Default: any that is free. */
      readonly port?: number;
    }
  | { readonly seq: number; readonly do: 'set'; readonly id: string; readonly way: Way; readonly fault: WayFault };

export interface LinkDone {
  readonly seq: number;
  /** Of `open`. */
  readonly port?: number;
  readonly error?: string;
}

const links = new Map<string, RoleLink>();

async function carryOut(order: LinkOrder): Promise<LinkDone> {
  if (order.do === 'open') {
    const link = new RoleLink(order.busPort);
    links.set(order.id, link);
    return { seq: order.seq, port: await link.listen(order.port) };
  }
  const link = links.get(order.id);
  if (link === undefined) return { seq: order.seq, error: `there is no link of ${order.id}` };
  link.set(order.way, order.fault);
  return { seq: order.seq };
}

process.on('message', (order: LinkOrder) => {
  carryOut(order).then(
    (done) => process.send?.(done),
    (error: unknown) => process.send?.({ seq: order.seq, error: String(error) } satisfies LinkDone),
  );
});
process.on('disconnect', () => process.exit(0));
