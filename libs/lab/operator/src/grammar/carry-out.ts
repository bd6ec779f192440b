import { LabError } from '@rehearsal/lab-port/lab-error';
import { addressNumber, protocolNumber, type SearchFilter } from '../layouts/asg-search.js';
import { framed } from '../layouts/g-all.js';
import type { Line } from '../text/line.js';
import { isUp, type FabricView, type MemberView } from '../view/fabric-view.js';
import type { Answers, Here, MemberFound, Outcome } from './command.js';
import { readMembers } from './member-set.js';
import type { ReadCommand, Spread } from './parse-command.js';

/** What a command is carried out with. */
export interface Circumstances {
  readonly view: FabricView;
  readonly here: Here;
  readonly found: readonly MemberFound[] | null;
  readonly answers: Answers;
}

/**
 * Carries a command out on a view; what is to be done to members comes back as an act.
 * @throws LabError (bad input)
 */
export function carryOutCommand(read: ReadCommand, at: Circumstances): Outcome {
  const outcome = outcomeOf(read, at);
  return read.parsed.row.dialect === 'field' ? asField(outcome) : outcome;
}

function outcomeOf({ parsed, spread }: ReadCommand, at: Circumstances): Outcome {
  const { view, here, found, answers } = at;
  if (parsed.row.effect === 'act' && view.moment === 'recorded') {
    throw new LabError(
      'bad-input',
      `${parsed.row.words} acts on members, and this is a moment of a finished run.`,
      'Type it at a fabric that runs: rehearse exec.',
    );
  }
  const call = { ...parsed, view, found, answers };
  if (spread === 'one') return parsed.row.handle({ ...call, here: here.id });
  return together(
    membersOf(view, spread)
      .filter((m) => spread !== 'up' || isUp(m) || parsed.row.words === 'cpstart')
      .map((m) => ({ member: m.id, outcome: parsed.row.handle({ ...call, here: m.id }) })),
  );
}

/** Nothing of what a command prints that the vendor does not document is more than what engineers write. */
function asField({ page, act, orders, ...rest }: Outcome): Outcome {
  const field = (printed: readonly Line[]): Line[] => printed.map(({ text }) => ({ text, basis: 'field' }));
  return {
    ...rest,
    page: field(page),
    ...(act !== undefined && { act: { ...act, after: field(act.after) } }),
    ...(orders !== undefined && {
      orders: orders.map((order) => ({
        ...order,
        after: (events) => field(order.after(events)),
        refused: (reason) => field(order.refused(reason)),
      })),
    }),
  };
}

function membersOf({ members }: FabricView, spread: Spread): readonly MemberView[] {
  if (typeof spread === 'string') return members;
  const wanted = readMembers(
    spread.members,
    members.map((m) => m.id),
  );
  return members.filter((m) => wanted.includes(m.id));
}

/** One outcome of those of several members; what is asked, all of them ask alike. */
function together(outcomes: readonly { readonly member: string; readonly outcome: Outcome }[]): Outcome {
  const all = outcomes.map(({ outcome }) => outcome);
  const acts = all.flatMap(({ act }) => (act === undefined ? [] : [act]));
  const orders = all.flatMap((outcome) => outcome.orders ?? []);
  const { asks, dialogue, bundle } = all[0] ?? {};
  const [first] = acts;
  const isAct = first !== undefined || orders.length > 0;
  const after = acts.flatMap((act) => act.after);
  return {
    page: isAct ? [] : framed(outcomes.map(({ member, outcome }) => ({ member, page: outcome.page }))),
    ...(asks !== undefined && { asks }),
    ...(dialogue !== undefined && { dialogue }),
    ...(bundle !== undefined && { bundle }),
    ...(first !== undefined && {
      act: { ...first, members: [...new Set(acts.flatMap((act) => act.members))], after },
    }),
    ...(orders.length > 0 && { orders }),
    ...(all.some((outcome) => outcome.failed === true) && { failed: true as const }),
  };
}

/** What `asg search` looks for. @throws LabError (bad input) naming the end that makes no sense */
export function searchFilter(places: readonly string[]): SearchFilter {
  const names = ['source', 'source port', 'destination', 'destination port', 'protocol'] as const;
  const read = names.map((name, i) => {
    const text = places[i] ?? '*';
    if (/^(\\?\*|any|-)$/.test(text)) return undefined;
    const value = i === 0 || i === 2 ? addressNumber(text) : i === 4 ? protocolNumber(text) : portNumber(text);
    if (value !== undefined) return value;
    throw new LabError(
      'bad-input',
      `asg search: expected a ${name}, saw '${text}'.`,
      'For example: asg search 10.1.0.5 * 203.0.113.9 443 tcp.',
    );
  });
  const [src, srcPort, dst, dstPort, proto] = read;
  return { src, srcPort, dst, dstPort, proto };
}

function portNumber(text: string): number | undefined {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : undefined;
}
