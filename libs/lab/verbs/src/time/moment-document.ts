import { slotCounts, stateHash } from '@rehearsal/replay';
import { z } from 'zod';
import { commitEntry } from '../log/log-entry.js';
import { textTable } from '../verbs/table.js';
import { textOf, type MomentOfRun, type RecordedRun } from './recorded-run.js';

const slotsOf = z.strictObject({ active: z.int(), backup: z.int(), joining: z.int() });

export const slotCountsOutput = z.strictObject({
  total: z.int(),
  served: z.int(),
  inStep: z.int(),
  exposed: z.int(),
  joining: z.int(),
  orphaned: z.int(),
});
export const iteratorOutput = z.strictObject({
  status: z.string(),
  percent: z.int(),
  slots: z.int(),
  connections: z.int(),
  startedAtMs: z.number(),
});
export const distributionOutput = z.strictObject({ inside: z.string(), outside: z.string(), changingTo: z.string() });
export const policyOutput = z.strictObject({
  hash: z.string(),
  installing: z.string(),
  /** Rules whose connections do not begin; absent while all do. */
  deferred: z.array(z.string()).readonly().optional(),
});

/** What `at` answers without a command. */
export const momentOutput = z.strictObject({
  run: z.string(),
  fabric: z.string(),
  profile: z.string(),
  /** ms since the epoch; `sinceStartMs` counts from the begin of the run. */
  atMs: z.number(),
  sinceStartMs: z.number(),
  site: z.int(),
  /** Sequence of the last commit of this moment; 0 before the first. */
  seq: z.int(),
  orchestrators: z.array(z.strictObject({ id: z.string(), state: z.string(), life: z.int() })),
  members: z.array(
    z.strictObject({
      id: z.string(),
      state: z.string(),
      /** Incarnation of the process that last joined; 0 before the first. */
      life: z.int(),
      admin: z.enum(['up', 'down']),
      problems: z.array(z.string()),
      slots: slotsOf,
    }),
  ),
  smo: z.string(),
  slots: slotCountsOutput,
  sync: z.strictObject({
    /** Copies of slots that are waited for, as of that version of the slot table. */
    due: z.int(),
    tableVersion: z.int(),
    iterator: iteratorOutput.nullable(),
  }),
  distribution: distributionOutput,
  policy: policyOutput,
  frozen: z.boolean(),
  underLoad: z.boolean(),
  autoClone: z.string(),
  /** The last commit of this moment, in words. */
  last: z
    .strictObject({
      seq: z.int(),
      stream: z.string(),
      version: z.int(),
      atMs: z.number(),
      by: z.string(),
      text: z.string(),
    })
    .nullable(),
  /** Every stream's state as its machine folds it; the hash is over its canonical form. */
  streams: z.array(
    z.strictObject({
      stream: z.string(),
      version: z.int(),
      seq: z.int(),
      atMs: z.number(),
      stateHash: z.string(),
      state: z.unknown(),
    }),
  ),
});
export type MomentOutput = z.output<typeof momentOutput>;

export function momentDocument(run: RecordedRun, { atMs, states, moment }: MomentOfRun): MomentOutput {
  const { head, history, name } = run;
  const { versions: _versions, slots, ...facts } = moment;
  const count = (column: readonly string[], id: string): number => column.filter((holder) => holder === id).length;
  const last = states.seq === 0 ? undefined : history.commitAt(states.seq);
  const entry = last === undefined ? undefined : commitEntry(textOf(last), last.seq).entry;
  return {
    run: name,
    fabric: head.plan.fabric,
    profile: head.plan.profile,
    atMs,
    sinceStartMs: Math.round(atMs - head.startedAtMs),
    site: run.times.site,
    seq: states.seq,
    ...facts,
    orchestrators: [...moment.orchestrators],
    members: moment.members.map(({ problems, ...member }) => ({
      ...member,
      problems: [...problems],
      slots: {
        active: count(slots.active, member.id),
        backup: count(slots.backup, member.id),
        joining: count(slots.joining, member.id),
      },
    })),
    slots: slotCounts(slots),
    last:
      entry === undefined
        ? null
        : {
            seq: states.seq,
            stream: entry.stream,
            version: entry.version,
            atMs: entry.atMs,
            by: entry.by,
            text: entry.text,
          },
    streams: states.streams.map((s) => ({ ...s, stateHash: stateHash(s.state) })),
  };
}

export function renderMoment(out: MomentOutput): string {
  const since = (atMs: number): string => sinceText(atMs - (out.atMs - out.sinceStartMs));
  const place = out.seq === 0 ? 'before the first commit' : `after commit ${out.site}:${out.seq}`;
  const head = `run ${out.run}, fabric ${out.fabric} (${out.profile}), ${sinceText(out.sinceStartMs)}, ${place}\n`;
  if (out.streams.length === 0) return head;
  const table = textTable(
    ['role', 'id', 'state', 'life', 'active', 'backup', 'joining'],
    [
      ...out.orchestrators.map((o) => ['orchestrator', o.id, o.state, o.life]),
      ...out.members.map((m) => [
        'member',
        m.id,
        `${m.state}${m.admin === 'down' ? ', admin down' : ''}${m.problems.length > 0 ? `, ${m.problems.join(', ')}` : ''}`,
        m.life,
        m.slots.active,
        m.slots.backup,
        m.slots.joining,
      ]),
    ].map((row) => [...row, null, null, null].slice(0, 7)),
  );
  const { last } = out;
  const facts: [string, string][] = [
    ['SMO', out.smo === '' ? 'nobody' : out.smo],
    ['slots', slotsText(out.slots)],
    ['copies', `${out.sync.due} due, as of version ${out.sync.tableVersion} of the slot table`],
    ['iterator', iteratorText(out.sync.iterator, since)],
    ['distribution', distributionText(out.distribution)],
    ['policy', policyText(out.policy)],
    ...(out.frozen ? [['states', 'frozen'] as [string, string]] : []),
    ...(out.underLoad ? [['load', 'the group is under load'] as [string, string]] : []),
    ...(out.autoClone === 'on' ? [['auto-clone', 'on'] as [string, string]] : []),
    ...out.streams.map((s, i): [string, string] => [
      i === 0 ? 'streams' : '',
      `${s.stream} at version ${s.version}, state ${s.stateHash.slice(0, 16)}`,
    ]),
    [
      'last commit',
      last === null
        ? 'none'
        : `${out.site}:${last.seq} ${last.stream}:${last.version} ${since(last.atMs)} by ${last.by}: ${last.text}`,
    ],
  ];
  const roles = out.orchestrators.length + out.members.length === 0 ? '' : `\n${table}`;
  return `${head}${roles}\n${facts.map(([name, text]) => `${name.padEnd(14)}${text}\n`).join('')}`;
}

/** `+5.512s` */
export const sinceText = (ms: number): string => `${ms < 0 ? '-' : '+'}${(Math.abs(ms) / 1000).toFixed(3)}s`;

export function slotsText({ total, inStep, exposed, orphaned, joining }: MomentOutput['slots']): string {
  const parts = [
    `${inStep} in step`,
    `${exposed} without a backup`,
    ...(orphaned > 0 ? [`${orphaned} served by nobody`] : []),
    ...(joining > 0 ? [`${joining} with a copy under way`] : []),
  ];
  return `${total}: ${parts.join(', ')}`;
}

export function iteratorText(iterator: MomentOutput['sync']['iterator'], since: (atMs: number) => string): string {
  if (iterator === null) return 'has not run';
  const { status, slots, connections, startedAtMs } = iterator;
  return `${status}, ${slots} slots, ${connections} connections copied, begun at ${since(startedAtMs)}`;
}

export function distributionText({ inside, outside, changingTo }: MomentOutput['distribution']): string {
  if (inside === '') return 'not configured yet';
  return `${inside} inside, ${outside} outside${changingTo === '' ? '' : `, changing to ${changingTo}`}`;
}

export function policyText({ hash, installing, deferred = [] }: MomentOutput['policy']): string {
  return [
    hash === '' ? 'the one that members came up with' : hash.slice(0, 16),
    ...(installing === '' ? [] : [`${installing.slice(0, 16)} is being installed`]),
    ...(deferred.length === 0 ? [] : [`new connections of ${deferred.join(', ')} are deferred`]),
  ].join('; ');
}
