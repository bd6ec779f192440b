import { isProhibition } from './imperatives.js';
import type { Order } from './orders.js';
import { TOPICS, type Topic } from './topics.js';

/** A command that was run, and where it stands. */
export interface CommandRun {
  readonly line: number;
  readonly text: string;
}

const LOOKS = /\b(verif\w+|checks?|confirm|ensure|make sure|be sure|see|look|monitor|watch|active|up|healthy|state)\b/i;
const OFF =
  /\b(disabled?|disabling|(turn|switch|turned|switched)(ed)? off|off|stopped|must not|never|do not|don['’]t)\b/i;
const ON = /\b(re-?enabled?|enabled?|(turn|switch)(ed)? (back )?on|back on)\b/i;

/**
 * Orders that no command that was run carried out. What forbids, and what only people can do, is among them; what is only for
 * a case is not.
 */
export function notExecuted(orders: readonly Order[], commandsRun: readonly CommandRun[]): Order[] {
  return orders.filter((order) => order.condition === undefined && !isCarriedOut(order, commandsRun));
}

function isCarriedOut(order: Order, run: readonly CommandRun[]): boolean {
  const spans = [...order.text.matchAll(/`([^`]+)`/g)].map((m) => words(m[1]!)).filter((span) => span.includes(' '));
  if (spans.length > 0 && !isProhibition(order.text) && spans.every((s) => run.some((c) => words(c.text).includes(s))))
    return true;
  const topics = TOPICS.filter((row) => order.about.includes(row.topic));
  if (topics.some((row) => row.commands.length === 0)) return false;
  const done = (topic: Topic): boolean => isDone(topic, order.text, run);
  if (isProhibition(order.text)) return order.about.includes('cloning') && done('cloning');
  const hasOwn = topics.length > 0 && (order.safety || LOOKS.test(order.text));
  if (hasOwn && topics.every((row) => done(row.topic))) return true;
  const { introduces } = order;
  const isBelowRun = run.some(
    ({ line }) => introduces !== undefined && line >= introduces.from && line <= introduces.to,
  );
  return isBelowRun && !order.safety;
}

const words = (text: string): string => text.trim().replaceAll(/\s+/g, ' ');

function isDone(topic: Topic, order: string, run: readonly CommandRun[]): boolean {
  // To look at a switch is not to turn it.
  if (topic === 'cloning' && !/\b(verif|check|confirm|show)/i.test(order)) {
    if (OFF.test(order)) return run.some(({ text }) => /\bauto-clone state off\b/.test(text));
    if (ON.test(order)) return run.some(({ text }) => /\bauto-clone state on\b/.test(text));
  }
  const patterns = TOPICS.find((row) => row.topic === topic)?.commands ?? [];
  return run.some(({ text }) => patterns.some((pattern) => pattern.test(text)));
}
