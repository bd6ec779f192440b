import { LabError } from '../lab-error.js';
import type { Lab } from '../lab.js';
import { targetName, type Target } from '../target.js';
import { BUS_FAULTS } from './bus.js';
import type { Fault, FaultCall } from './fault.js';
import type { FaultArg } from './fault-args.js';
import { PROCESS_FAULTS } from './processes.js';
import { ROLE_FAULTS } from './roles.js';

const ROWS = { ...PROCESS_FAULTS, ...BUS_FAULTS, ...ROLE_FAULTS };

export type FaultKind = keyof typeof ROWS;

/** All that can be done to a fabric. The verb `fault`, experiments, explore and docs/faults.md read this. */
export const FAULTS: Readonly<Record<FaultKind, Fault>> = ROWS;

export const FAULT_KINDS = Object.keys(FAULTS) as readonly FaultKind[];

/** `--delay-ms` for `delayMs`. */
export const argFlag = (arg: string): string => `--${arg.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`;

/**
 * What is wrong with the words of a fault whatever fabric it is meant for, as a message and a remedy;
 * undefined when nothing is.
 */
export function faultProblem(
  kind: FaultKind,
  given: readonly string[],
  hasTo: boolean,
): { readonly message: string; readonly remedy: string } | undefined {
  const fault = FAULTS[kind];
  const foreign = given.find((arg) => !fault.takes.includes(arg as FaultArg));
  if (foreign !== undefined) {
    const takes = fault.takes.length === 0 ? 'nothing' : fault.takes.map(argFlag).join(', ');
    return { message: `${argFlag(foreign)} is nothing for ${kind}`, remedy: `It takes ${takes}.` };
  }
  const missing = fault.requires.find((arg) => !given.includes(arg));
  if (missing !== undefined)
    return { message: `${kind} needs ${argFlag(missing)}`, remedy: `Add ${argFlag(missing)}.` };
  if (hasTo && !fault.hasTo) return { message: `${kind} has one target`, remedy: 'Leave the second one out.' };
  return undefined;
}

/** Why a world cannot do this, in words; undefined when it can. */
export function worldProblem(kind: FaultKind, given: readonly string[], world: Lab['world']): string | undefined {
  if (world === 'simulated') return undefined;
  const only = FAULTS[kind].onlySimulated.find((arg) => given.includes(arg));
  return only === undefined
    ? undefined
    : `${kind} ${argFlag(only)} can only be simulated: TCP neither loses nor reorders`;
}

/** @throws LabError: bad input for what cannot be, environment for what this world cannot do */
export function assertFault(world: Lab['world'], kind: FaultKind, { target, args }: Omit<FaultCall, 'to'>): void {
  const given = Object.entries(args).flatMap(([arg, value]) => (value === undefined ? [] : [arg]));
  assertOn(kind, target);
  const wrong = faultProblem(kind, given, false);
  if (wrong !== undefined) throw new LabError('bad-input', `${wrong.message}.`, wrong.remedy);
  const beyond = worldProblem(kind, given, world);
  if (beyond !== undefined) throw new LabError('environment', `${beyond}.`, 'Run the experiment with --sim.');
}

/** Applies a fault. @throws LabError as assertFault does, and what the lab throws */
export async function applyFault(lab: Lab, kind: FaultKind, call: FaultCall): Promise<void> {
  assertFault(lab.world, kind, call);
  await FAULTS[kind].apply(lab, call);
}

function assertOn(kind: FaultKind, target: Target): void {
  const { on } = FAULTS[kind];
  if (on.includes(target.role)) return;
  throw new LabError(
    'bad-input',
    `A ${kind} cannot be done to ${targetName(target)}.`,
    `It is done to: ${on.join(', ')}.`,
  );
}
