import { isProhibition } from './imperatives.js';
import type { Order } from './orders.js';
import { isRespected, type Respect } from './respected.js';
import { TOPICS, type Topic, type TopicRow } from './topics.js';

/** A command that was run, and where it stands. */
export interface CommandRun {
  readonly line: number;
  readonly text: string;
}

/** An order that a look at how it is carries out. */
const LOOKS =
  /\b(verif\w+|checks?|confirm|ensure|make sure|be sure|see|look|monitor|watch|compare|collect|record|save|active|up|healthy|state|same)\b|\b(must|should|(have|has|needs?) to) (all )?(be|run|have|match|show)\b/i;
/** What says how or when something is done is not carried out by doing it. */
const LIMITS = /\b(only (if|when|after)|until|unless|before|one (\w+ )?(at a|by|after)|at the same time|without)\b/i;
/** After each command whoever goes through a runbook waits until the fabric has settled; it logs in, and answers what is asked. */
const BY_ITSELF = [
  /^\W*((then|now|and|next),? )?wait (until|till|for)\b/i,
  /^\W*(\d+[.)] )?(connect|log ?(in|on)|ssh|open (an? )?(ssh|console|session|terminal|cli|putty))\b/i,
  /^\W*(enter|type|give|answer|confirm)\b.*\b(name|reason|y|yes|prompts?|questions?)\b/i,
];
/** "Do not go on until all are active" is "look whether all are active", said the other way round. */
const GATE =
  /\b(do not|don['’]t|never) (proceed|continue|go on|start|begin|move on|go to)\b.*\b(until|before|unless|if not)\b/i;
const REMOVES = /\b(remove|delete|clean)\b/i;
/** What these are about is brought about by a command of its own, and by no other that stands below the sentence. */
const OWN_COMMAND: ReadonlySet<Topic> = new Set(['cloning', 'backup', 'takes', 'policy', 'rollback', 'capacity']);
const OFF =
  /\b(disabled?|disabling|(turn|switch|turned|switched)(ed)? off|off|stopped|must not|never|do not|don['’]t)\b/i;
const ON = /\b(re-?enabled?|enabled?|(turn|switch)(ed)? (back )?on|back on)\b/i;

/**
 * Orders that no command that was run carried out. What forbids, and what only people can do, is among them; a limit that was
 * kept to is not.
 */
export function notExecuted(orders: readonly Order[], commandsRun: readonly CommandRun[], by?: Respect): Order[] {
  return orders.filter((order) => !(by !== undefined && isRespected(order, by)) && !isCarriedOut(order, commandsRun));
}

function isCarriedOut(order: Order, run: readonly CommandRun[]): boolean {
  const forbids = isProhibition(order.text) && !GATE.test(order.text);
  const spans = [...order.text.matchAll(/`([^`]+)`/g)].map((m) => words(m[1]!)).filter((span) => span.includes(' '));
  if (spans.length > 0 && !forbids && spans.every((s) => run.some((c) => words(c.text).includes(s)))) return true;
  const topics = TOPICS.filter((row) => order.about.includes(row.topic));
  if (topics.some(({ looks, acts }) => looks.length + acts.length === 0)) return false;
  const [waits, ...others] = BY_ITSELF as [RegExp, ...RegExp[]];
  if (waits.test(order.text) && run.some(({ line }) => line < order.line)) return true;
  if (others.some((words) => words.test(order.text)) && run.length > 0) return true;
  const isDone = ({ topic, looks, acts }: TopicRow): boolean =>
    topic === 'cloning'
      ? isCloningDone(order.text, run)
      : hasRun(run, LOOKS.test(order.text) ? [...looks, ...acts] : acts);
  if (forbids) return order.about.join() === 'cloning' && isCloningDone(order.text, run);
  if (order.about.includes('install') && !LOOKS.test(order.text)) {
    const installs = topics.filter(
      (row) => row.topic === 'install' || row.topic === 'cloning' || row.topic === 'backup',
    );
    if (installs.every(isDone)) return true;
  }
  // "Take a snapshot of each member" is about snapshots; to look at members as well takes an order that says so.
  const isLook = LOOKS.test(order.text);
  // "Off while takes differ" says when: what no command can bring about is asked for where it is to be looked at.
  const own = topics.filter((row) => OWN_COMMAND.has(row.topic) && (isLook || row.acts.length > 0));
  const wanted = own.length > 0 && !isLook ? own : topics;
  if (wanted.length > 0 && wanted.every(isDone)) return true;
  const { introduces } = order;
  const isBelowRun = run.some(
    ({ line }) => introduces !== undefined && line >= introduces.from && line <= introduces.to,
  );
  const needsOwn = own.some((row) => !isDone(row)) && !REMOVES.test(order.text);
  return isBelowRun && !needsOwn && !(order.safety && LIMITS.test(order.text));
}

const words = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');

const hasRun = (run: readonly CommandRun[], patterns: readonly RegExp[]): boolean =>
  run.some(({ text }) => patterns.some((pattern) => pattern.test(text)));

/** To look at the switch is not to turn it. */
function isCloningDone(order: string, run: readonly CommandRun[]): boolean {
  const isLook = /\b(verif|check|confirm|show)/i.test(order);
  if (!isLook && OFF.test(order)) return hasRun(run, [/\bauto-clone state off\b/]);
  if (!isLook && ON.test(order)) return hasRun(run, [/\bauto-clone state on\b/]);
  return hasRun(run, [/\bimage auto-clone\b/]);
}
