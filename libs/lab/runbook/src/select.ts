import { LabError } from '@rehearsal/lab-port/lab-error';
import type { PathPart } from './markdown/path.js';
import type { Order } from './orders/orders.js';
import { numberOf, type Runbook, type RunbookCommand } from './runbook.js';

/** Parts of a runbook by a piece of their title or by their number, for example `rollback` or `4.2`. */
export interface Choice {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
}

export interface LeftOut {
  readonly command: RunbookCommand;
  readonly why: string;
}

export interface Selection {
  readonly commands: readonly RunbookCommand[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * The commands to go through. One that is only for a case is left out, unless `only` names its case or something within.
 * @throws LabError (bad input) for a title that the runbook does not have
 */
export function selectCommands(runbook: Runbook, { only = [], skip = [] }: Choice): Selection {
  const titles = titlesOf(runbook);
  for (const name of [...only, ...skip]) {
    if (titles.some((part) => isNamed(part, name, titles))) continue;
    throw new LabError(
      'bad-input',
      `${runbook.file} has no section '${name}'.`,
      titles.length === 0 ? 'It has no headings at all.' : `It has: ${titles.map((t) => `'${t.text}'`).join(', ')}.`,
    );
  }
  const commands: RunbookCommand[] = [];
  const leftOut: LeftOut[] = [];
  for (const command of runbook.commands) {
    const why = whyLeftOut(command, { only, skip }, titles);
    if (why === undefined) commands.push(command);
    else leftOut.push({ command, why });
  }
  return { commands, leftOut };
}

/** The orders of the parts that are gone through; what was chosen is no case any more. */
export function selectOrders(runbook: Runbook, orders: readonly Order[], { only = [], skip = [] }: Choice): Order[] {
  const titles = titlesOf(runbook);
  return orders.filter((order) => whyLeftOut(order, { only, skip }, titles) === undefined);
}

function whyLeftOut(
  { path }: Pick<RunbookCommand, 'path'>,
  { only, skip }: Required<Choice>,
  titles: readonly PathPart[],
): string | undefined {
  const named = (names: readonly string[], part: PathPart): string | undefined =>
    titles.some((t) => t.line === part.line) ? names.find((name) => isNamed(part, name, titles)) : undefined;
  const skipped = path.map((part) => named(skip, part)).find((name) => name !== undefined);
  if (skipped !== undefined) return `'${skipped}' is to be skipped`;
  const chosen = path.findLastIndex((part) => named(only, part) !== undefined);
  if (only.length > 0 && chosen < 0) return `only ${only.map((name) => `'${name}'`).join(', ')} is to be done`;
  const open = path.find((part, i) => part.condition !== undefined && i > chosen);
  return open?.condition === undefined ? undefined : `only for a case: '${open.condition}'`;
}

/** What can be chosen by name: headings, and whatever else stands for a case. */
function titlesOf(runbook: Runbook): PathPart[] {
  const parts = runbook.pieces
    .flatMap((piece) => piece.path)
    .filter((part) => part.kind === 'heading' || part.condition !== undefined);
  return [...new Map(parts.map((part) => [part.line, part])).values()].sort((a, b) => a.line - b.line);
}

/** By its own number; where no title has one, by its place among them, 1 being the first. */
function isNamed(part: PathPart, name: string, titles: readonly PathPart[]): boolean {
  const wanted = name.trim().toLowerCase();
  if (/^\d+(\.\d+)*$/.test(wanted)) {
    if (titles.some((t) => numberOf(t.text) !== undefined)) return numberOf(part.text) === wanted;
    return titles.findIndex((t) => t.line === part.line) + 1 === Number(wanted);
  }
  return wanted !== '' && part.text.toLowerCase().includes(wanted);
}
