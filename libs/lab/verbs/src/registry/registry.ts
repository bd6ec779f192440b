import { nearestName } from '@rehearsal/kernel/nearest-name';
import { LabError } from '@rehearsal/lab-port/lab-error';
import type { Verb } from './verb.js';

/** A verb that is loaded when it is needed: the command starts with what it runs. */
export interface VerbEntry {
  readonly path: string;
  /** Another word for it. */
  readonly alias?: string;
  /** Whether a running lab carries it out; says the same as the verb's `needs`, without loading it. */
  readonly asks?: boolean;
  /** Whether, with these words, it may ask whoever calls for what is missing, before a lab carries it out. */
  prepares?(words: readonly string[]): boolean;
  /** Whether, with these words, what it shows is shown again and again to who sits at a terminal. */
  again?(words: readonly string[]): boolean;
  readonly summary: string;
  load(): Promise<{ readonly default: Verb }>;
}

/** Commands of the vendor's that ask before they act, and those that a terminal shows again and again. */
const ASKS_FIRST =
  /_admin\b|\bmembers-admin-state\b|\binstaller\s+(install|upgrade|uninstall)\b|\bsp_upgrade\b|\bsnapshot\s+revert\b|\breboot\b/;
const SHOWN_AGAIN = /\basg\s+monitor\b|\boverview\s+live\b/;

/** All verbs, in the order of the help. */
export const VERBS: readonly VerbEntry[] = [
  {
    path: 'demo',
    summary: 'a small fabric loses a member under traffic, once in each profile, side by side',
    load: () => import('../verbs/demo.js'),
  },
  {
    path: 'up',
    alias: 'deploy',
    summary: 'bring a fabric up that stays up, with traffic',
    load: () => import('../verbs/up.js'),
  },
  {
    path: 'down',
    alias: 'destroy',
    asks: true,
    summary: 'take a fabric down, seal its log and keep its run',
    load: () => import('../verbs/down.js'),
  },
  { path: 'run', summary: 'conduct an experiment and judge it', load: () => import('../verbs/run.js') },
  {
    path: 'runbook',
    summary: "go through an operator's runbook, command by command, and say what it does and what it lacks",
    load: () => import('../verbs/runbook.js'),
  },
  {
    path: 'assess',
    summary: 'a procedure with one fault at each of its places, all of them, and which break a rule',
    load: () => import('../verbs/assess.js'),
  },
  {
    path: 'window',
    summary: 'how long a procedure takes, step by step and over seeds, and whether it fits a maintenance window',
    load: () => import('../verbs/window.js'),
  },
  {
    path: 'known-issues',
    summary: 'what is publicly known to be wrong with a take, and which take mends it',
    load: () => import('../verbs/known-issues.js'),
  },
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
  {
    path: 'status',
    asks: true,
    summary: 'a running fabric, member by member',
    load: () => import('../verbs/status.js'),
  },
  {
    path: 'exec',
    asks: true,
    prepares: (words) => ASKS_FIRST.test(words.join(' ')),
    again: (words) => SHOWN_AGAIN.test(words.join(' ')) && !words.includes('--json'),
    summary: "one of the vendor's commands, at a member or an orchestrator of a running fabric",
    load: () => import('../verbs/exec.js'),
  },
  {
    path: 'shell',
    summary: "the vendor's shell at a member or an orchestrator of a running fabric",
    load: () => import('../verbs/shell.js'),
  },
  {
    path: 'log',
    summary: 'what was decided, done and noted, by a running fabric or in a run that is over',
    load: () => import('../verbs/log.js'),
  },
  {
    path: 'traffic',
    asks: true,
    summary: 'start, stop, and pace the traffic of a fabric that stays up',
    load: () => import('../verbs/traffic.js'),
  },
  {
    path: 'archive rebuild',
    asks: true,
    summary: 'restore a lost or damaged log from its archive',
    load: () => import('../verbs/archive-rebuild.js'),
  },
  {
    path: 'archive publish',
    summary: 'publish what the archive of a run has and Kafka was not given',
    load: () => import('../verbs/archive-publish.js'),
  },
  {
    path: 'env',
    summary: 'what `chaos run` and scripts need to work with a running fabric, as export lines',
    load: () => import('../verbs/env.js'),
  },
  {
    path: 'at',
    summary: "a fabric at any moment of a run: its whole state, or one of the vendor's commands",
    load: () => import('../verbs/at.js'),
  },
  {
    path: 'diff',
    summary: 'what changed between two moments of a run',
    load: () => import('../verbs/diff.js'),
  },
  {
    path: 'whatif',
    summary: 'fork a recorded run at a commit, with other settings and other chances, and compare',
    load: () => import('../verbs/whatif.js'),
  },
  {
    path: 'import',
    summary: 'make a fabric file from what a real system prints',
    load: () => import('../verbs/import.js'),
  },
  {
    path: 'completion',
    summary: 'completion of verbs, options, fabrics, processes and runs for your shell',
    load: () => import('../verbs/completion.js'),
  },
  { path: 'verify', summary: "check a run's log and decide all of it again", load: () => import('../verbs/verify.js') },
  {
    path: 'audit key',
    summary: 'make the key that signs checkpoints of logs',
    load: () => import('../verbs/audit-key.js'),
  },
  {
    path: 'audit checkpoint',
    summary: "sign a run's log as it stands, and publish that outside the run",
    load: () => import('../verbs/audit-checkpoint.js'),
  },
  {
    path: 'audit prove',
    summary: 'prove that a commit is in the log that a checkpoint covers',
    load: () => import('../verbs/audit-prove.js'),
  },
  {
    path: 'audit consistent',
    summary: 'prove from the log that it only grew from one checkpoint to another',
    load: () => import('../verbs/audit-consistent.js'),
  },
  {
    path: 'audit check',
    summary: 'check a bundle, with nothing but a key and an earlier checkpoint',
    load: () => import('../verbs/audit-check.js'),
  },
  {
    path: 'losses',
    summary: 'by cause, what did not end well in a run: every packet and every connection',
    load: () => import('../verbs/losses.js'),
  },
  {
    path: 'dossier',
    alias: 'describe conn',
    summary: "one connection's whole story, with the decisions that touched its slots",
    load: () => import('../verbs/dossier.js'),
  },
  {
    path: 'export',
    summary: "a run's decisions, connections, losses or packets for other tools",
    load: () => import('../verbs/export.js'),
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
  {
    path: 'fault',
    asks: true,
    summary: 'break or mend a part of a running fabric',
    load: () => import('../verbs/fault.js'),
  },
  {
    path: 'upgrade',
    asks: true,
    summary: 'take the members of a running fabric to other software, step by step',
    load: () => import('../verbs/upgrade.js'),
  },
  {
    path: 'replace',
    asks: true,
    summary: 'put a new appliance in the place of a member that has failed',
    load: () => import('../verbs/replace.js'),
  },
  {
    path: 'scale',
    asks: true,
    summary: 'assign a spare appliance to the group, or take one out again',
    load: () => import('../verbs/scale.js'),
  },
  {
    path: 'probe',
    asks: true,
    summary: 'look at one number of a running fabric',
    load: () => import('../verbs/probe.js'),
  },
  {
    path: 'wait',
    asks: true,
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
    const entry = VERBS.find((v) => v.path === path || v.alias === path);
    if (entry !== undefined && words.length >= count) return { entry, rest: words.slice(count) };
  }
  const asked = words.slice(0, 1).join(' ');
  const paths = VERBS.flatMap((v) => (v.alias === undefined ? [v.path] : [v.path, v.alias]));
  const begun = paths.filter((p) => p.startsWith(`${asked} `));
  throw new LabError(
    'bad-input',
    `There is no verb '${words.slice(0, begun.length > 0 ? 2 : 1).join(' ')}'.`,
    `Did you mean '${begun[0] ?? nearestName(asked, paths)}'? All verbs: rehearse --help.`,
  );
}
