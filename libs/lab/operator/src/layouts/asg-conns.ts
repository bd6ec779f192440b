import { lines, NOT_AVAILABLE, orNone, type Line } from '../text/line.js';
import { isUp, type FabricView, type MemberView } from '../view/fabric-view.js';

/** `asg_conns [-b IDS]`: the firewall's table of each member; there is no SecureXL here (fidelity: F-ASG-CONNS). */
export function asgConns(view: FabricView, ids: readonly string[]): Line[] {
  const members = view.members.filter((m) => ids.includes(m.id) && (isUp(m) || m.connections !== null));
  const known = members.map(held).filter((n) => n !== null);
  const total = known.length === 0 ? NOT_AVAILABLE : known.reduce((a, b) => a + b, 0);
  return [
    ...members.flatMap((m) => [...lines('documented', `${m.id}:`), ...table(m)]),
    ...lines('documented', `Total (fw1 connections table): ${total} connections`, ''),
    ...members.flatMap((m) => lines('documented', `${m.id}:`, `Number of connections: ${NOT_AVAILABLE}`)),
    ...lines('documented', `Total (SecureXL connections table): ${NOT_AVAILABLE} connections`),
  ];
}

/** Own connections and copies; null where either is not known. */
const held = ({ connections: c }: MemberView): number | null =>
  c === null || c.copies === null ? null : c.own + c.copies;

function table(member: MemberView): Line[] {
  const forwarding = member.connections?.forwarding ?? null;
  const values = held(member);
  const links = values === null || forwarding === null ? null : values + forwarding;
  const cells = [values, member.connections?.peak, links].map((value) => orNone(value).padStart(6));
  return lines('recalled', '#VALS     #PEAK     #SLINKS', cells.join('    '));
}
