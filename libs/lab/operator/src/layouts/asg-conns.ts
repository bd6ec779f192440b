import { lines, NOT_AVAILABLE, type Line } from '../text/line.js';
import { isUp, type FabricView, type MemberView } from '../view/fabric-view.js';

/** `asg_conns [-b IDS]`: the firewall's table of each member; there is no SecureXL here (fidelity: F-ASG-CONNS). */
export function asgConns(view: FabricView, ids: readonly string[]): Line[] {
  const members = view.members.filter((m) => ids.includes(m.id) && (isUp(m) || m.connections !== null));
  const total = members.reduce((sum, m) => sum + (m.connections === null ? 0 : held(m.connections)), 0);
  const isKnown = members.some((m) => m.connections !== null);
  return [
    ...members.flatMap((m) => [...lines('documented', `${m.id}:`), ...table(m)]),
    ...lines('documented', `Total (fw1 connections table): ${isKnown ? total : NOT_AVAILABLE} connections`, ''),
    ...members.flatMap((m) => lines('documented', `${m.id}:`, `Number of connections: ${NOT_AVAILABLE}`)),
    ...lines('documented', `Total (SecureXL connections table): ${NOT_AVAILABLE} connections`),
  ];
}

const held = (c: NonNullable<MemberView['connections']>): number => c.own + c.copies;

function table({ connections }: MemberView): Line[] {
  const cell = (value: number | undefined): string => String(value ?? NOT_AVAILABLE).padStart(6);
  const values = [
    connections === null ? undefined : held(connections),
    connections?.peak,
    connections === null ? undefined : held(connections) + connections.forwarding,
  ];
  return lines('recalled', '#VALS     #PEAK     #SLINKS', values.map(cell).join('    '));
}
