import { nearestName } from '@rehearsal/kernel';
import { LabError } from '@rehearsal/lab-port';
import type { Verb } from './verb.js';

/** A verb that is loaded when it is needed: the command starts with what it runs. */
export interface VerbEntry {
  readonly path: string;
  readonly summary: string;
  load(): Promise<{ readonly default: Verb }>;
}

/** All verbs, in the order of the help. */
export const VERBS: readonly VerbEntry[] = [
  {
    path: 'demo',
    summary: 'a small fabric loses a member under traffic, once in each profile, side by side',
    load: () => import('../verbs/demo.js'),
  },
  { path: 'run', summary: 'conduct an experiment and judge it', load: () => import('../verbs/run.js') },
  {
    path: 'explore',
    summary: 'random faults over random traffic, seed by seed; what fails is shrunk',
    load: () => import('../verbs/explore.js'),
  },
  {
    path: 'sensitivity',
    summary: 'which settings that nobody is sure of the verdict hangs on',
    load: () => import('../verbs/sensitivity.js'),
  },
  {
    path: 'capacity',
    summary: 'headroom of a group now, after one loss, and after two',
    load: () => import('../verbs/capacity.js'),
  },
  { path: 'status', summary: 'a running fabric, member by member', load: () => import('../verbs/status.js') },
  {
    path: 'exec',
    summary: "one of the vendor's commands, at a member or an orchestrator of a running fabric",
    load: () => import('../verbs/exec.js'),
  },
  {
    path: 'shell',
    summary: "the vendor's shell at a member or an orchestrator of a running fabric",
    load: () => import('../verbs/shell.js'),
  },
  {
    path: 'at',
    summary: "one of the vendor's commands, at any moment of a finished run",
    load: () => import('../verbs/at.js'),
  },
  {
    path: 'import',
    summary: 'make a fabric file from what a real system prints',
    load: () => import('../verbs/import.js'),
  },
  { path: 'verify', summary: "check a run's log and decide all of it again", load: () => import('../verbs/verify.js') },
  {
    path: 'losses',
    summary: 'by cause, what did not end well in a run: every packet and every connection',
    load: () => import('../verbs/losses.js'),
  },
  {
    path: 'report',
    summary: "a run's report: one page with plots, and a summary",
    load: () => import('../verbs/report.js'),
  },
  {
    path: 'validate',
    summary: 'check fabric, experiment and rulebase files',
    load: () => import('../verbs/validate.js'),
  },
  { path: 'inspect', summary: 'a fabric file with everything filled in', load: () => import('../verbs/inspect.js') },
  { path: 'capture info', summary: 'count what is in a capture file', load: () => import('../verbs/capture-info.js') },
  {
    path: 'settings',
    summary: 'every setting, its value in both profiles, and how sure it is',
    load: () => import('../verbs/settings.js'),
  },
  { path: 'fault', summary: 'break or mend a part of a running fabric', load: () => import('../verbs/fault.js') },
  { path: 'probe', summary: 'look at one number of a running fabric', load: () => import('../verbs/probe.js') },
  {
    path: 'wait',
    summary: 'wait until a number of a running fabric is what it should be',
    load: () => import('../verbs/wait.js'),
  },
  { path: 'bench', summary: 'measure the hot paths', load: () => import('../verbs/bench.js') },
];

/**
 * Finds the verb a command line begins with, and the words after it.
 * @throws LabError (bad input) naming the nearest verb
 */
export function findVerb(words: readonly string[]): { readonly entry: VerbEntry; readonly rest: readonly string[] } {
  for (let count = 2; count > 0; count--) {
    const path = words.slice(0, count).join(' ');
    const entry = VERBS.find((v) => v.path === path);
    if (entry !== undefined && words.length >= count) return { entry, rest: words.slice(count) };
  }
  const asked = words.slice(0, 1).join(' ');
  const paths = VERBS.map((v) => v.path);
  const begun = paths.filter((p) => p.startsWith(`${asked} `));
  throw new LabError(
    'bad-input',
    `There is no verb '${words.slice(0, begun.length > 0 ? 2 : 1).join(' ')}'.`,
    `Did you mean '${begun[0] ?? nearestName(asked, paths)}'? All verbs: rehearse --help.`,
  );
}
