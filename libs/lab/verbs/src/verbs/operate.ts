import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Lab, LabStatus, Target } from '@rehearsal/lab-port';
import { applyFault } from '@rehearsal/lab-port/faults';
import { LabError } from '@rehearsal/lab-port/lab-error';
import { reasonOf } from '@rehearsal/lab-port/plain-words';
import { findTarget, targetName } from '@rehearsal/lab-port/target';
import {
  BASES,
  carryOutCommand,
  foldLog,
  hostName,
  liveView,
  readCommand,
  SEARCH_ROWS,
  searchFilter,
  textOf,
  type Act,
  type Answers,
  type FabricView,
  type Here,
  type Line,
  type MemberFound,
  type Outcome,
  type ReadCommand,
  wordsOf,
} from '@rehearsal/operator';
import { z } from 'zod';
import type { LabAtHand } from '../registry/verb.js';
import { putOrders } from '../upgrade/put-orders.js';

const RATES_OVER_MS = 1000;

/** What `exec` and `at` answer. */
export const operatorOutput = z.strictObject({
  fabric: z.string(),
  run: z.string(),
  /** ms since the epoch, on the fabric's clock. */
  atMs: z.number(),
  /** Where it was typed: `member 1_01`, and what that is called there. */
  at: z.string(),
  host: z.string(),
  command: z.string(),
  lines: z.array(z.strictObject({ text: z.string(), basis: z.enum(BASES) })),
  /** Path of the failure bundle; null without one. */
  bundle: z.string().nullable(),
  /** What is to be answered before anything is done, in this order. */
  asks: z.array(z.strictObject({ text: z.string(), wants: z.enum(['y', 'n', 'fullName', 'why']) })),
  /** The command says that it cannot be done. */
  failed: z.boolean(),
  /** Whether each line is to be shown with its basis. */
  basis: z.boolean(),
});
export type OperatorOutput = z.output<typeof operatorOutput>;

export function renderOperator(out: OperatorOutput): string {
  const bundle = out.bundle === null ? '' : `Output is in: ${out.bundle}\n`;
  return textOf(out.lines, out.basis) + bundle;
}

/** The words of a command, whether they came as words or as one line in quotes. */
export const commandWords = (command: readonly string[]): readonly string[] =>
  command.length === 1 ? wordsOf(command[0]!) : command;

/** Whether a command is for a member or an orchestrator, before it is known which there are. */
export const roleOf = (target: readonly string[]): Here['role'] =>
  /^(mho|orchestrator)\b/.test(target.join(' ')) || /^\d+_\d$/.test(target.join(' ')) ? 'orchestrator' : 'member';

/** Where a command is typed: the SMO where nobody is named. @throws LabError (bad input) */
export function hereIn(target: readonly string[], targets: readonly Target[], smo: string): Here {
  const hit =
    target.length === 0
      ? (targets.find((t) => t.role === 'member' && t.id === smo) ?? targets.find((t) => t.role === 'member')!)
      : findTarget(target.join(' '), targets);
  if (hit.role === 'member' || hit.role === 'orchestrator') return { role: hit.role, id: hit.id };
  throw new LabError(
    'bad-input',
    `Nobody types commands of the vendor at ${targetName(hit)}.`,
    `Name a member or an orchestrator: ${targets
      .filter((t) => t.role === 'member' || t.role === 'orchestrator')
      .map(targetName)
      .join(', ')}.`,
  );
}

export interface Operation {
  readonly target: readonly string[];
  readonly command: readonly string[];
  readonly answers: Answers;
  /** The questions have been shown to whoever answered them. */
  readonly asked: boolean;
  readonly basis: boolean;
}

/** Carries a command of the vendor's out on a lab. */
export async function operate(at: LabAtHand, operation: Operation, bundleFolder: string): Promise<OperatorOutput> {
  const { lab } = at;
  const { target, answers, asked, basis } = operation;
  const words = commandWords(operation.command);
  const { name } = lab.plan.securityGroup;
  const smo = async (): Promise<string> => {
    const { group } = foldLog(await lab.log(), name);
    return group.members[group.smo - 1]?.id ?? '';
  };
  const here = hereIn(target, lab.targets, target.length === 0 ? await smo() : '');
  const read = readCommand(words, here.role);
  const { view, found } = await lookAt(at, here, read);
  assertInGroup(view, here);
  const outcome = carryOutCommand(read, { view, here, found, answers });
  const asks = outcome.asks ?? [];
  if (asks.length > 0 && !asked) {
    throw new LabError(
      'bad-input',
      `${read.parsed.row.words} asks before it acts, and nobody is there to answer.`,
      'Add --yes --full-name NAME --reason TEXT in front of the --.',
    );
  }
  const done = await carryOutOn(at, outcome, words);
  return {
    fabric: view.fabric,
    run: at.run,
    atMs: view.atMs,
    at: targetName(here),
    host: hostName(view, here.id),
    command: words.join(' '),
    lines: [...(asked ? [] : (outcome.dialogue ?? [])), ...outcome.page, ...done.lines],
    asks: [...asks],
    failed: outcome.failed === true || done.refused,
    bundle: outcome.bundle === undefined ? null : writeBundle(bundleFolder, view, outcome.bundle),
    basis,
  };
}

/** Everything a command needs to know of the lab. */
async function lookAt(
  at: LabAtHand,
  here: Here,
  { parsed }: ReadCommand,
): Promise<{ readonly view: FabricView; readonly found: readonly MemberFound[] | null }> {
  const { lab, run } = at;
  let earlier: LabStatus | undefined;
  if (parsed.row.needs === 'rates') {
    earlier = await lab.status();
    await lab.waitMs(RATES_OVER_MS);
  }
  const status = await lab.status();
  assertAnswers(status, here);
  const [log, metrics] = [await lab.log(), await lab.metrics()];
  const fold = foldLog(log, lab.plan.securityGroup.name);
  const view = liveView({ plan: lab.plan, run, status, fold, metrics, earlier });
  const found = parsed.row.needs === 'search' ? await searchMembers(lab, status, parsed.places) : null;
  return { view, found };
}

/** Nobody logs in where nothing runs. @throws LabError (environment) */
function assertAnswers(status: LabStatus, here: Here): void {
  const rows = here.role === 'member' ? status.members : status.orchestrators;
  const row = rows.find((r) => r.id === here.id);
  if (row?.process === 'running' && row.state !== 'unreachable') return;
  const what = row?.process === 'running' ? 'it cannot be reached' : `it is ${row?.process}`;
  throw new LabError(
    'environment',
    `${targetName(here)} does not answer: ${what}.`,
    'Type the command at another one, or wait until it is back.',
  );
}

/** What the vendor's commands show is a group's. @throws LabError (bad input) at a spare that is in none */
export function assertInGroup({ detached }: FabricView, here: Here): void {
  if (here.role !== 'member' || !detached.some((d) => d.id === here.id)) return;
  throw new LabError(
    'bad-input',
    `${targetName(here)} is a spare and in no group.`,
    `Assign it first: rehearse scale out ${here.id}.`,
  );
}

async function searchMembers(lab: Lab, status: LabStatus, places: readonly string[]): Promise<MemberFound[]> {
  const args = { ...searchFilter(places), limit: SEARCH_ROWS };
  const found: MemberFound[] = [];
  for (const { id, process, state } of status.members) {
    if (process !== 'running' || state === 'unreachable') continue;
    const reply = await lab.command({ role: 'member', id }, { name: 'search', args });
    if (reply.ok) found.push({ member: id, ...(reply.body as Omit<MemberFound, 'member'>) });
  }
  return found;
}

/** Does what a command comes to, and gives what is said of it. */
async function carryOutOn(
  at: LabAtHand,
  { act, orders = [] }: Outcome,
  words: readonly string[],
): Promise<{ readonly lines: readonly Line[]; readonly refused: boolean }> {
  if (act !== undefined) await actOn(at, act);
  const done = orders.length === 0 ? { lines: [], refused: false } : await putOrders(at, orders, words);
  return { ...done, lines: [...(act?.after ?? []), ...done.lines] };
}

/** Does to each member what the command says, one after the other, as a fault of the lab. */
async function actOn({ lab, beforeFault }: LabAtHand, act: Act): Promise<void> {
  if (act.fault === 'auto-clone' || act.fault === 'distribution') return keepSetting(lab, act);
  const { state, ...said } = act.args;
  for (const id of act.members) {
    const target: Target = { role: 'member', id };
    if (act.fault !== 'cpstart' && state !== 'up') await beforeFault(`${act.fault} ${targetName(target)}`);
    if (act.fault === 'reboot') await reboot(lab, target);
    else if (Object.keys(said).length === 0) await tellMember(lab, target, act.fault);
    else await lab.inflict(target, { name: act.fault, args: act.args });
  }
}

const tellMember = (lab: Lab, target: Target, fault: 'admin' | 'cpstop' | 'cpstart'): Promise<void> =>
  applyFault(lab, fault, { target, to: { role: 'bus', id: 'bus' }, args: {} });

/** Its services stop first, as they do where somebody reboots a machine in order. */
async function reboot(lab: Lab, target: Target): Promise<void> {
  await tellMember(lab, target, 'cpstop');
  await lab.kill(target, { rebootAfterMs: lab.plan.settings['member.rebootMs'] });
}

/** Has one member put a setting to the group, which decides. @throws LabError (bad input) with the group's reason */
async function keepSetting(lab: Lab, { fault, members, args }: Act): Promise<void> {
  const reply = await lab.command({ role: 'member', id: members[0]! }, { name: fault, args });
  if (reply.ok) return;
  throw new LabError('bad-input', `member ${members[0]} refuses '${fault}': ${reply.reason}.`, 'Then type it again.');
}

/** Writes a failure bundle; gives its whole path. */
export function writeBundle(folder: string, view: FabricView, text: string): string {
  const path = resolve(join(folder, `cpinfo-${view.fabric}-${Math.floor(view.atMs)}.txt`));
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
  } catch (error) {
    throw new LabError(
      'environment',
      `Cannot write ${path}: ${reasonOf(error)}.`,
      'Name a folder that can be written to with --runs.',
    );
  }
  return path;
}
